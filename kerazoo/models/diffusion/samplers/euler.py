"""Euler's method."""

from kerazoo.models.diffusion.samplers.ddim import ddim


def euler(denoise, x, alphas, sigmas, noise=None, record_every=None):
    r"""Integrates the probability flow with Euler's first-order method.

    \(x' = x + (\sigma' - \sigma) (x - \hat{x}_0) / \sigma\) for alpha = 1, Algorithm 1
    of [Karras et al., 2022](https://arxiv.org/abs/2206.00364) without its correction.
    In (x / alpha, sigma / alpha) that is DDIM.

    Args:
        denoise: Function of `(x, alpha, sigma, estimate)` that returns the x0.
        x: float `(B, ...)`. Standard normal noise times `sigmas[0]`.
        alphas: float `(n + 1,)`. Noise levels, from the noisiest to the clean.
        sigmas: float `(n + 1,)`.
        noise: Not used; all samplers take it.
        record_every: int or None. Also returns the states after every so many steps.

    Returns:
        float `(B, ...)`; with `record_every`, the pair of it and the records, float
        `(ceil(n / record_every), B, ...)`, of which the last is the result.

    Raises:
        ValueError: If `record_every` is not positive.

    Example:

    ```python
    alphas, sigmas = KarrasSchedule().steps(20)
    denoise = lambda x, alpha, sigma, estimate: x / (1 + sigma**2)  # Unit normal.
    x = 80 * np.random.normal(size=(4, 8, 8, 3))
    euler(denoise, x, alphas, sigmas)
    ```
    """
    return ddim(denoise, x, alphas, sigmas, noise, record_every)
