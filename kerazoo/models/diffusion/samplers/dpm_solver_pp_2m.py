"""DPM-Solver++ (2M)."""

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
from kerazoo.models.diffusion.samplers.loop import require_noise


def dpm_solver_pp_2m(
    denoise: Denoise,
    x: Tensor,
    alphas: Tensor,
    sigmas: Tensor,
    noise: Noise | None = None,
    record_every: int | None = None,
    eta: float = 0.0,
) -> Tensor:
    r"""Integrates the probability flow with two estimates, the last one reused.

    \(x' = \frac{\sigma'}{\sigma} x + \alpha' (1 - e^{-h}) D\) with \(D = \hat{x}_0 +
    \frac{h}{2 h_{last}} (\hat{x}_0 - \hat{x}_0^{last})\), Algorithm 2 of
    [Lu et al., 2022](https://arxiv.org/abs/2211.01095): the step of DDIM with D for the
    estimate. The first step and one that ends clean are of the first order.

    It is called as all `kerazoo.models.diffusion.samplers`, with one option:

    Args:
        eta: Share of the noise that is drawn anew, from 0 to 1; more than 0 needs
            `noise`.
    """
    if eta:
        require_noise(noise, "where eta is not 0")
    x, alphas, sigmas = prepare(x, alphas, sigmas)
    a, b, c = ancestral_coefficients(alphas, sigmas, eta)
    gains = extrapolation_gains(alphas, sigmas)

    def step(index, x, last):
        estimate = denoise(x, at(alphas, index, x), at(sigmas, index, x), last)
        ahead = estimate + at(gains, index, x) * (estimate - last)
        mean = at(a, index, x) * x + at(b, index, x) * ahead
        return mean + at(c, index, x) * noise(index, x) if eta else mean, estimate

    return integrate(step, x, count_steps(alphas), record_every)


def log_snr_steps(alphas: Tensor, sigmas: Tensor) -> Tensor:
    r"""Returns the steps h of \(\lambda = \ln(\alpha / \sigma)\), float `(n,)`.

    They are infinite from pure noise and to a clean level.
    """
    return -ops.log(decay(alphas, sigmas))


def step_ratios(h: Tensor) -> Tensor:
    """Returns each step over the one before; 0 for the first, and where either is
    infinite or two levels are the same.
    """
    usable = ops.logical_and(ops.isfinite(h), h > 0)
    steps = ops.where(usable, h, 1)
    ratios = steps[1:] / steps[:-1]
    ratios = ops.where(ops.logical_and(usable[1:], usable[:-1]), ratios, 0)
    return ops.concatenate([ops.zeros_like(h[:1]), ratios])


def extrapolation_gains(alphas: Tensor, sigmas: Tensor) -> Tensor:
    """Returns the h / (2 h_last) that extrapolate the estimate by half a step."""
    return step_ratios(log_snr_steps(alphas, sigmas)) / 2
