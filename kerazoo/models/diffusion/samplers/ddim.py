"""DDIM."""

from kerazoo.models.diffusion.samplers.loop import ancestral_coefficients
from kerazoo.models.diffusion.samplers.loop import at
from kerazoo.models.diffusion.samplers.loop import count_steps
from kerazoo.models.diffusion.samplers.loop import integrate
from kerazoo.models.diffusion.samplers.loop import prepare
from kerazoo.models.diffusion.samplers.loop import require_noise


def ddim(denoise, x, alphas, sigmas, noise=None, record_every=None, eta=0.0):
    r"""Goes from level to level along the estimated noise.

    \(x' = \alpha' \hat{x}_0 + \sqrt{\sigma'^2 - s^2}\, \hat\epsilon + s z\) with
    \(s = \eta \sigma' \sqrt{1 - r^2}\), r the decay of sigma / alpha: Equation 12 of
    [Song et al., 2021](https://arxiv.org/abs/2010.02502).

    With eta 0 it is Euler's method in (x / alpha, sigma / alpha), whatever alpha is,
    and so also that of EDM and of rectified flows; with eta 1 it is DDPM with the
    smaller of its two variances.

    Args:
        denoise: Function of `(x, alpha, sigma, estimate)` that returns the x0.
        x: float `(B, ...)`. Standard normal noise times `sigmas[0]`.
        alphas: float `(n + 1,)`. Noise levels, from the noisiest to the clean.
        sigmas: float `(n + 1,)`.
        noise: Function of `(index, x)` that returns standard normal noise, for eta > 0.
        record_every: int or None. Also returns the states after every so many steps.
        eta: float in [0, 1]. Share of the noise that is drawn anew.

    Returns:
        float `(B, ...)`; with `record_every`, the pair of it and the records, float
        `(ceil(n / record_every), B, ...)`, of which the last is the result.

    Raises:
        ValueError: If `noise` is missing, or `record_every` is not positive.

    Example:

    ```python
    alphas, sigmas = LinearSchedule().steps(50)
    denoise = lambda x, alpha, sigma, estimate: alpha * x  # Of unit normal data.
    ddim(denoise, np.random.normal(size=(4, 8, 8, 3)), alphas, sigmas)
    ```
    """
    if eta:
        require_noise(noise, "where eta is not 0")
    x, alphas, sigmas = prepare(x, alphas, sigmas)
    a, b, c = ancestral_coefficients(alphas, sigmas, eta)

    def step(index, x, estimate):
        estimate = denoise(x, at(alphas, index, x), at(sigmas, index, x), estimate)
        mean = at(a, index, x) * x + at(b, index, x) * estimate
        return mean + at(c, index, x) * noise(index, x) if eta else mean, estimate

    return integrate(step, x, count_steps(alphas), record_every)
