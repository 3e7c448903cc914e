"""The loop of every sampler, and the step of all but a few."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.samplers.callables import Noise


def prepare(x: Tensor, alphas: Tensor, sigmas: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Returns x and the levels as tensors, each float32 or float64.

    Coefficients are taken from the levels in their own precision, and only then cast to
    that of x: hundreds of levels lie too close together for float32.
    """
    tensors = map(ops.convert_to_tensor, (x, alphas, sigmas))
    return tuple(
        t
        if keras.backend.standardize_dtype(t.dtype) == "float64"
        else ops.cast(t, "float32")
        for t in tensors
    )


def require_noise(noise: Noise | None, reason: str) -> None:
    """Raises a ValueError where a sampler that draws noise was given none."""
    if noise is None:
        raise ValueError(
            f"`noise` must be a function of `(index, x)` {reason}. Received: noise=None"
        )


def at(vector: Tensor, index: Tensor, x: Tensor) -> Tensor:
    """Returns the 0-d entry of a 1-d tensor at a 0-d index, in x's type."""
    return ops.cast(ops.take(vector, index, axis=0), x.dtype)


def decay(alphas: Tensor, sigmas: Tensor) -> Tensor:
    r"""Returns how sigma / alpha shrinks in each step, \(r = e^{-h}\).

    h is the step of \(\lambda = \ln(\alpha / \sigma)\), half the logarithmic
    signal-to-noise ratio. It is 0 where a step begins in pure noise (h is infinite and
    nothing but the estimate remains) or ends clean.

    Args:
        alphas: float `(n + 1,)`.
        sigmas: float `(n + 1,)`.

    Returns:
        float `(n,)`.
    """
    return (sigmas[1:] / sigmas[:-1]) * (alphas[:-1] / alphas[1:])


def ancestral_coefficients(
    alphas: Tensor, sigmas: Tensor, eta: float
) -> tuple[Tensor, Tensor, Tensor]:
    r"""Returns vectors (a, b, c) of the steps \(x' = a x + b \hat{x}_0 + c z\).

    It goes to \(x' = \alpha' \hat{x}_0 + \sigma' (\sqrt{1 - \eta^2 (1 - r^2)}\,
    \hat\epsilon + \eta \sqrt{1 - r^2}\, z)\), where \(\hat\epsilon = (x - \alpha
    \hat{x}_0) / \sigma\): Equation 12 of
    [Song et al., 2021](https://arxiv.org/abs/2010.02502), whose \(\sigma_t\) is
    \(\eta \sigma' \sqrt{1 - r^2}\), for any alpha. Eta 0 is Euler's method for the
    probability flow \(dx = \hat{x}_0 d\alpha + \hat\epsilon d\sigma\) and eta 1 the
    posterior of DDPM.

    Args:
        alphas: float `(n + 1,)`.
        sigmas: float `(n + 1,)`.
        eta: float. Share of the noise that is drawn anew.

    Returns:
        Three float `(n,)`.
    """
    r = decay(alphas, sigmas)
    fresh = eta * ops.sqrt(ops.maximum(1 - ops.square(r), 0))
    keep = ops.sqrt(ops.maximum(1 - ops.square(fresh), 0))
    return (
        sigmas[1:] / sigmas[:-1] * keep,
        alphas[1:] * (1 - r * keep),
        sigmas[1:] * fresh,
    )


def integrate(
    step: typing.Callable,
    x: Tensor,
    num_steps: int | Tensor,
    record_every: int | None = None,
    memory: int = 0,
) -> Tensor:
    """Applies `step` for every index, in one loop of the backend.

    Args:
        step: Function of `(index, x, estimate, *memory)` that returns all but the
            index: the next x, the estimate of x0, and tensors of x's shape to remember.
        x: float `(B, ...)`.
        num_steps: int or 0-d int tensor.
        record_every: Steps between two records, or None.
        memory: Number of tensors to remember, zeros at first.

    Returns:
        x after the last step; with `record_every` the records, float
        `(ceil(num_steps / record_every), B, ...)`, of which the last is that x.

    Raises:
        ValueError: If `record_every` is not positive.
    """
    if record_every is not None and record_every < 1:
        raise ValueError(
            f"`record_every` must be positive. Received: record_every={record_every}"
        )
    state = (x, *(ops.zeros_like(x) for _ in range(1 + memory)))
    records: tuple[Tensor, ...] = ()
    if record_every is not None:
        count = (num_steps + record_every - 1) // record_every
        records = (ops.zeros((count, *ops.shape(x)), x.dtype),)
    if isinstance(num_steps, int) and num_steps == 0:
        return records[0] if records else x

    def body(index, *state):
        if record_every is None:
            return index + 1, *step(index, *state)
        *state, records = state
        state = step(index, *state)
        place = ops.reshape(index // record_every, (1, 1))
        # A record is overwritten until its last step.
        records = ops.scatter_update(records, place, state[0][None])
        return index + 1, *state, records

    start = ops.convert_to_tensor(0, "int32")
    _, *state = ops.while_loop(
        lambda index, *_: index < num_steps, body, (start, *state, *records)
    )
    return state[-1] if records else state[0]


def count_steps(alphas: Tensor) -> int | Tensor:
    """Returns the number of steps between levels, int or 0-d tensor."""
    return ops.shape(alphas)[0] - 1
