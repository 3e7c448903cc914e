"""DPM-Solver++ (2M)."""

from keras import ops

from kerazoo.models.diffusion.samplers.loop import ancestral_coefficients
from kerazoo.models.diffusion.samplers.loop import at
from kerazoo.models.diffusion.samplers.loop import count_steps
from kerazoo.models.diffusion.samplers.loop import decay
from kerazoo.models.diffusion.samplers.loop import integrate
from kerazoo.models.diffusion.samplers.loop import prepare
from kerazoo.models.diffusion.samplers.loop import require_noise


def dpm_solver_pp_2m(
    denoise, x, alphas, sigmas, noise=None, record_every=None, eta=0.0
):
    r"""Integrates the probability flow with two estimates, the last one reused.

    \(x' = \frac{\sigma'}{\sigma} x + \alpha' (1 - e^{-h}) D\) with \(D = \hat{x}_0 +
    \frac{h}{2 h_{last}} (\hat{x}_0 - \hat{x}_0^{last})\), Algorithm 2 of
    [Lu et al., 2022](https://arxiv.org/abs/2211.01095): the step of DDIM with D for the
    estimate. The first step and one that ends clean are of the first order.

    Args:
        denoise: Function of `(x, alpha, sigma, estimate)` that returns the x0.
        x: float `(B, ...)`. Standard normal noise times `sigmas[0]`.
        alphas: float `(n + 1,)`. Noise levels, from the noisiest to the clean.
        sigmas: float `(n + 1,)`.
        noise: Function of `(index, x)` that returns standard normal noise, for eta > 0.
        record_every: int or None. Also returns the states after every so many steps.
        eta: float in [0, 1]. Share of the noise that is drawn anew, which then needs
            `noise`.

    Returns:
        float `(B, ...)`; with `record_every`, the pair of it and the records, float
        `(ceil(n / record_every), B, ...)`, of which the last is the result.

    Raises:
        ValueError: If `noise` is missing, or `record_every` is not positive.

    Example:

    ```python
    alphas, sigmas = LinearSchedule().steps(20)
    denoise = lambda x, alpha, sigma, estimate: alpha * x  # Of unit normal data.
    x = np.random.normal(size=(4, 8, 8, 3))
    dpm_solver_pp_2m(denoise, x, alphas, sigmas)
    ```
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


def log_snr_steps(alphas, sigmas):
    r"""Returns the steps h of \(\lambda = \ln(\alpha / \sigma)\), float `(n,)`.

    They are infinite from pure noise and to a clean level.
    """
    return -ops.log(decay(alphas, sigmas))


def step_ratios(h):
    """Returns each step over the one before; 0 for the first, and where either is
    infinite or two levels are the same.
    """
    usable = ops.logical_and(ops.isfinite(h), h > 0)
    steps = ops.where(usable, h, 1)
    ratios = steps[1:] / steps[:-1]
    ratios = ops.where(ops.logical_and(usable[1:], usable[:-1]), ratios, 0)
    return ops.concatenate([ops.zeros_like(h[:1]), ratios])


def extrapolation_gains(alphas, sigmas):
    """Returns the h / (2 h_last) that extrapolate the estimate by half a step."""
    return step_ratios(log_snr_steps(alphas, sigmas)) / 2
