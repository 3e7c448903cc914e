"""Heun's method."""

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.samplers.callables import Denoise
from kerazoo.models.diffusion.samplers.callables import Noise
from kerazoo.models.diffusion.samplers.loop import ancestral_coefficients
from kerazoo.models.diffusion.samplers.loop import at
from kerazoo.models.diffusion.samplers.loop import count_steps
from kerazoo.models.diffusion.samplers.loop import decay
from kerazoo.models.diffusion.samplers.loop import integrate
from kerazoo.models.diffusion.samplers.loop import prepare


def heun(
    denoise: Denoise,
    x: Tensor,
    alphas: Tensor,
    sigmas: Tensor,
    noise: Noise | None = None,
    record_every: int | None = None,
) -> Tensor:
    r"""Integrates the probability flow with Heun's second-order method.

    In (x / alpha, sigma / alpha), Algorithm 1 of
    [Karras et al., 2022](https://arxiv.org/abs/2206.00364). The average of the two
    slopes adds \(\frac{\alpha'}{2} (1/r - 1) (\hat{x}_0' - \hat{x}_0)\) to Euler's x',
    where r is the decay of sigma / alpha. Steps that begin in pure noise or end clean
    stay Euler's. It costs 2n - 1 calls of the denoiser.

    It is called as all `kerazoo.models.diffusion.samplers`, and draws no noise.
    """
    x, alphas, sigmas = prepare(x, alphas, sigmas)
    r = decay(alphas, sigmas)
    gains = alphas[1:] * (1 / ops.where(r > 0, r, 1) - 1) / 2
    return trapezoid(denoise, x, alphas, sigmas, gains, record_every)


def trapezoid(
    denoise: Denoise,
    x: Tensor,
    alphas: Tensor,
    sigmas: Tensor,
    gains: Tensor,
    record_every: int | None = None,
) -> Tensor:
    """Corrects Euler's steps by the gains times how much the estimate of x0 changed.

    Args:
        denoise: Function of `(x, alpha, sigma, estimate)` that returns the x0.
        x: float `(B, ...)`.
        alphas, sigmas: float `(n + 1,)`, of x's type.
        gains: float `(n,)`. Where one is 0 the denoiser is called once.
        record_every: int or None.

    Returns:
        As `integrate`.
    """
    a, b, _ = ancestral_coefficients(alphas, sigmas, eta=0.0)

    def step(index, x, estimate):
        first = denoise(x, at(alphas, index, x), at(sigmas, index, x), estimate)
        x = at(a, index, x) * x + at(b, index, x) * first
        level = at(alphas, index + 1, x), at(sigmas, index + 1, x)
        gain = at(gains, index, x)
        second = ops.cond(gain > 0, lambda: denoise(x, *level, first), lambda: first)
        return x + gain * (second - first), second

    return integrate(step, x, count_steps(alphas), record_every)
