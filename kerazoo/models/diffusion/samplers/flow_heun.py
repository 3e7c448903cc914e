"""Heun's method for rectified flows."""

from keras import ops

from kerazoo.models.diffusion.samplers.heun import trapezoid
from kerazoo.models.diffusion.samplers.loop import prepare


def flow_heun(denoise, x, alphas, sigmas, noise=None, record_every=None):
    r"""Integrates the velocity of a rectified flow with Heun's method.

    \(x' = x + \Delta\alpha\, (\hat{x}_0 + \hat{x}_0') / 2 + \Delta\sigma\,
    (\hat\epsilon + \hat\epsilon') / 2\), the trapezoidal rule for the probability flow
    \(dx = \hat{x}_0 d\alpha + \hat\epsilon d\sigma\) on any path of levels; for alpha =
    1 - sigma it averages the velocities, and for alpha = 1 it is `heun`. To Euler's x'
    it adds \(\frac{1}{2} (\alpha' \sigma / \sigma' - \alpha) (\hat{x}_0' -
    \hat{x}_0)\), which holds in pure noise, too. A step that ends clean stays Euler's.

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
    flow_heun(denoise, x, alphas, sigmas)
    ```
    """
    x, alphas, sigmas = prepare(x, alphas, sigmas)
    end = ops.where(sigmas[1:] > 0, sigmas[1:], 1)
    gains = (alphas[1:] * sigmas[:-1] / end - alphas[:-1]) / 2
    gains = ops.where(sigmas[1:] > 0, gains, 0)
    return trapezoid(denoise, x, alphas, sigmas, gains, record_every)
