"""Euler's method for rectified flows."""

from kerazoo.models.diffusion.samplers.ddim import ddim


def flow_euler(denoise, x, alphas, sigmas, noise=None, record_every=None):
    r"""Integrates the velocity of a rectified flow with Euler's method.

    \(x' = x + (\sigma' - \sigma) v\), \(v = \hat\epsilon - \hat{x}_0\), Equation 1 of
    [Liu et al., 2023](https://arxiv.org/abs/2209.03003) from noise to data. As
    \(x = \alpha \hat{x}_0 + \sigma \hat\epsilon\), this goes to \(\alpha' \hat{x}_0 +
    \sigma' \hat\epsilon\), which is DDIM.

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
    alphas, sigmas = FlowSchedule().steps(20)
    denoise = lambda x, alpha, sigma, estimate: alpha * x / (alpha**2 + sigma**2)
    x = np.random.normal(size=(4, 8, 8, 3))
    flow_euler(denoise, x, alphas, sigmas)
    ```
    """
    return ddim(denoise, x, alphas, sigmas, noise, record_every)
