"""Euler's method with noise drawn anew."""

from kerazoo.models.diffusion.samplers.ddim import ddim


def euler_ancestral(denoise, x, alphas, sigmas, noise=None, record_every=None, eta=1.0):
    r"""Goes below the next level by Euler's method and back up to it by fresh noise.

    For alpha = 1, \(\sigma_{up}^2 = \eta^2 \sigma'^2 (1 - \sigma'^2 / \sigma^2)\) and
    \(\sigma_{down}^2 = \sigma'^2 - \sigma_{up}^2\), as in k-diffusion. That is Equation
    16 of [Song et al., 2021](https://arxiv.org/abs/2010.02502) in x / alpha: DDIM.

    Args:
        denoise: Function of `(x, alpha, sigma, estimate)` that returns the x0.
        x: float `(B, ...)`. Standard normal noise times `sigmas[0]`.
        alphas: float `(n + 1,)`. Noise levels, from the noisiest to the clean.
        sigmas: float `(n + 1,)`.
        noise: Function of `(index, x)` that returns standard normal noise.
        record_every: int or None. Also returns the states after every so many steps.
        eta: float in [0, 1]. Share of the noise that is drawn anew.

    Returns:
        float `(B, ...)`; with `record_every`, the pair of it and the records, float
        `(ceil(n / record_every), B, ...)`, of which the last is the result.

    Raises:
        ValueError: If `noise` is missing, or `record_every` is not positive.

    Example:

    ```python
    alphas, sigmas = KarrasSchedule().steps(20)
    denoise = lambda x, alpha, sigma, estimate: x / (1 + sigma**2)  # Unit normal.
    noise = lambda index, x: keras.random.normal(x.shape)
    x = 80 * np.random.normal(size=(4, 8, 8, 3))
    euler_ancestral(denoise, x, alphas, sigmas, noise)
    ```
    """
    return ddim(denoise, x, alphas, sigmas, noise, record_every, eta)
