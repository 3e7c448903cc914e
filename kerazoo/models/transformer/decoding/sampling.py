"""Sampling of sequences, also from the likeliest tokens only."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.decoding.decoded import Decoded
from kerazoo.models.transformer.decoding.loop import Step
from kerazoo.models.transformer.decoding.loop import decode

_INDICES_APART = 1_000_003  # PyTorch adds the two numbers of a seed.
_COLDEST = 1e-6


def sample(
    step: Step,
    state: typing.Any,
    first: Tensor,
    max_length: int,
    seed: Tensor | int,
    temperature: Tensor | float = 1.0,
    top_k: int | None = None,
    top_p: Tensor | float | None = None,
    eos: int = 2,
    pad: int = 0,
    start: Tensor | int = 0,
) -> Decoded:
    r"""Draws every token from the model's distribution.

    The token of logits l is \(\arg\max_v (l_v + \tau g_v)\) with g from the standard
    Gumbel distribution, which draws v with probability
    \(\mathrm{softmax}(l / \tau)_v\): Equation 4 of
    [Holtzman et al., 2020](https://arxiv.org/abs/1904.09751). At temperature 0 it is
    `greedy`.

    The same arguments give the same text. What a row draws depends on the seed and its
    place in the batch, not on the rows after it (with PyTorch, on the CPU only). Graphs
    of TensorFlow compiled by XLA draw other numbers than those that are not.

    Args:
        step, state, first, max_length, eos, pad, start: See `greedy`.
        seed: int, or int tensor `()` or `(2,)`.
        temperature: float or float tensor `()`. \(\tau\), 0 or more.
        top_k: int or None. Draws from the k likeliest tokens only.
        top_p: float, float tensor `()` or None. Draws from the tokens `top_p_logits`
            keeps, after temperature and `top_k`. It sorts the logits; with `top_k` only
            k of them.

    Returns:
        `Decoded`. Its scores are those of the model itself: at temperature 1, of all
        tokens.

    Raises:
        ValueError: If `max_length` or `top_k` is below 1, `temperature` below 0 or
            `top_p` not within (0, 1].

    Example:

    ```python
    table = keras.random.normal((5, 5), seed=0)  # Logits after each token.
    step = lambda tokens, index, state: (ops.take(table, tokens, axis=0), state)
    sample(step, (), ops.ones(3, "int32"), max_length=8, seed=7, top_k=3)
    ```
    """
    _check(temperature, top_k, top_p)
    seed = seed_pair(seed)
    temperature = ops.cast(temperature, "float32")

    def choose(logits, index):
        all_logits, ids = logits, None
        if top_k is not None:
            logits, ids = ops.top_k(logits, min(top_k, logits.shape[-1]))
        if top_p is not None:
            scaled = logits / ops.maximum(temperature, _COLDEST)
            is_out = top_p_logits(scaled, top_p) < scaled
            logits = ops.where(is_out, -float("inf"), logits)
        noise = temperature * gumbel(ops.shape(logits), seed, index)
        _, chosen = ops.top_k(logits + noise, 1)  # Faster than `argmax`.
        score = ops.take_along_axis(logits, chosen, axis=-1)[:, 0]
        if ids is not None:
            chosen = ops.take_along_axis(ids, chosen, axis=-1)
        return chosen[:, 0], score - ops.logsumexp(all_logits, axis=-1)

    return decode(choose, step, state, first, max_length, eos, pad, start)


class SamplingDistribution:
    """The distribution that `sample` draws from.

    Args:
        temperature, top_k, top_p: See `sample`.

    Raises:
        ValueError: As `sample` does.

    Example:

    ```python
    SamplingDistribution(temperature=2.0).log_probabilities(ops.ones((1, 4)))  # log 1/4
    ```
    """

    def __init__(
        self,
        temperature: Tensor | float = 1.0,
        top_k: int | None = None,
        top_p: Tensor | float | None = None,
    ):
        _check(temperature, top_k, top_p)
        self._temperature = ops.maximum(ops.cast(temperature, "float32"), _COLDEST)
        self._top_k = top_k
        self._top_p = top_p

    def log_probabilities(self, logits: Tensor) -> Tensor:
        """Returns their logarithms, `(..., V)`, of logits float32 `(..., V)`."""
        if self._top_k is not None:
            logits = top_k_logits(logits, self._top_k)
        # The largest is 0, so that cold ones stay finite.
        logits = logits - ops.max(logits, axis=-1, keepdims=True)
        logits = logits / self._temperature
        if self._top_p is not None:
            logits = top_p_logits(logits, self._top_p)
        return ops.log_softmax(logits, axis=-1)


def top_k_logits(logits: Tensor, k: int) -> Tensor:
    """Sets all but the k largest logits to minus infinity.

    From [Fan et al., 2018](https://arxiv.org/abs/1805.04833), Section 5.3. Logits equal
    to the k-th are kept, too.

    Args:
        logits: float `(..., V)`.
        k: int. With V or more, all are kept.

    Returns:
        float `(..., V)`.

    Raises:
        ValueError: If `k` is below 1.

    Example:

    ```python
    top_k_logits(np.array([[1.0, 3.0, 2.0]]), k=2)  # [[-inf, 3, 2]]
    ```
    """
    _check_k("k", k)
    logits = ops.convert_to_tensor(logits)
    values, _ = ops.top_k(logits, min(k, logits.shape[-1]))
    return ops.where(logits < values[..., -1:], -float("inf"), logits)


def top_p_logits(logits: Tensor, p: Tensor | float) -> Tensor:
    """Sets all logits to minus infinity but the nucleus.

    It is the smallest set of the likeliest tokens whose probabilities sum to p or more,
    Equation 2 of [Holtzman et al., 2020](https://arxiv.org/abs/1904.09751). Logits
    equal to the smallest of the set are kept, too.

    Args:
        logits: float `(..., V)`.
        p: float or float tensor `()`, within (0, 1]. With 1, all are kept.

    Returns:
        float `(..., V)`.

    Raises:
        ValueError: If `p` is not within (0, 1].

    Example:

    ```python
    top_p_logits(np.log([[0.2, 0.5, 0.3]]), p=0.7)  # log of [[0, 0.5, 0.3]]
    ```
    """
    _check_p("p", p)
    logits = ops.convert_to_tensor(logits)
    values, _ = ops.top_k(logits, logits.shape[-1])
    probabilities = ops.softmax(values, axis=-1)
    before = ops.cumsum(probabilities, axis=-1) - probabilities
    p = ops.cast(p, logits.dtype)
    is_in = ops.logical_or(before < p, p >= 1)
    smallest = ops.min(ops.where(is_in, values, float("inf")), axis=-1, keepdims=True)
    return ops.where(logits < smallest, -float("inf"), logits)


def _check(temperature, top_k, top_p):
    if not ops.is_tensor(temperature) and not temperature >= 0:
        raise ValueError(
            f"`temperature` must be 0 or more. Received: temperature={temperature}"
        )
    if top_k is not None:
        _check_k("top_k", top_k)
    if top_p is not None:
        _check_p("top_p", top_p)


def _check_k(name, k):
    if k < 1:
        raise ValueError(f"`{name}` must be 1 or more. Received: {name}={k}")


def _check_p(name, p):
    if not ops.is_tensor(p) and not 0 < p <= 1:
        raise ValueError(
            f"`{name}` must be above 0 and at most 1. Received: {name}={p}"
        )


def seed_pair(seed: Tensor | int) -> Tensor:
    """Returns int32 `(2,)`; of one number, that and 0."""
    if isinstance(seed, int):
        seed = (seed + 2**31) % 2**32 - 2**31
    seed = ops.cast(ops.convert_to_tensor(seed), "int32")
    return ops.stack([seed, ops.zeros_like(seed)]) if len(seed.shape) == 0 else seed


def uniform(shape: typing.Any, seed: Tensor, index: Tensor) -> Tensor:
    """Draws float32 above 0 and below 1 for a step.

    Args:
        shape: Shape of the numbers.
        seed: Of `seed_pair`.
        index: int32 scalar. Another one gives other numbers.
    """
    seed = ops.stack([seed[0], seed[1] + _INDICES_APART * index])
    return keras.random.uniform(shape, 1e-30, 1.0, "float32", _TensorSeed(seed))


def gumbel(shape: typing.Any, seed: Tensor, index: Tensor) -> Tensor:
    """Draws of the standard Gumbel distribution as `uniform` does of its own."""
    return -ops.log(-ops.log(uniform(shape, seed, index)))


class _TensorSeed(keras.random.SeedGenerator):
    """A seed that is a tensor, which `keras.random` takes from a generator only."""

    def __init__(self, seed):
        # No variable, as it would have to outlive the graph that the seed belongs to.
        is_jax = keras.backend.backend() == "jax"
        self._seed = ops.cast(seed, "uint32" if is_jax else "int32")

    def next(self, ordered=True):
        return self._seed
