"""The variational bound of one step, by which variances are learned."""

import math

from keras import ops

from kerazoo.layers.tensor import Tensor


def split_output(output: Tensor) -> tuple[Tensor, Tensor]:
    r"""Splits a network's output of 2C channels into a prediction and a fraction.

    The second half is v of Equation 15 of
    [Nichol and Dhariwal, 2021](https://arxiv.org/abs/2102.09672) scaled to [-1, 1], as
    in their code.

    Args:
        output: float `(B, ..., 2C)`.

    Returns:
        `(prediction, fraction)`, both `(B, ..., C)`: what a parametrisation understands
        and the f of `ddpm`, 0 for the smaller variance and 1 for the larger.
    """
    prediction, scaled = ops.split(output, 2, axis=-1)
    return prediction, (scaled + 1) / 2


def normal_divergence(
    mean: Tensor, log_variance: Tensor, other_mean: Tensor, other_log_variance: Tensor
) -> Tensor:
    r"""Returns \(KL(N(\mu_1, v_1) \| N(\mu_2, v_2))\) in nats, elementwise.

    \(\frac{1}{2} (\ln\frac{v_2}{v_1} - 1 + \frac{v_1 + (\mu_1 - \mu_2)^2}{v_2})\).
    """
    difference = other_log_variance - log_variance
    square = ops.square(mean - other_mean) * ops.exp(-other_log_variance)
    return (difference - 1 + ops.exp(-difference) + square) / 2


def discretized_log_likelihood(
    x0: Tensor, mean: Tensor, log_variance: Tensor, bins: int = 256
) -> Tensor:
    """Returns the log-probability of the bin of each value of x0, in nats.

    Equation 13 of [Ho et al., 2020](https://arxiv.org/abs/2006.11239): the bins have
    equal widths, centres from -1 to 1, and the outer two reach to infinity.

    Args:
        x0: float, any shape. Values in [-1, 1], one of the centres each.
        mean: float of that shape.
        log_variance: float of that shape.
        bins: int. Number of bins.
    """
    scale = ops.exp(-log_variance / 2)
    upper = (x0 - mean + 1 / (bins - 1)) * scale
    lower = (x0 - mean - 1 / (bins - 1)) * scale
    # Both limits on the side where the distribution function is small lose no digits.
    swap = lower > 0
    upper, lower = ops.where(swap, -lower, upper), ops.where(swap, -upper, lower)
    first = x0 < -1 + 0.5 / bins
    last = x0 > 1 - 0.5 / bins
    low_open = ops.where(swap, last, first)
    high_open = ops.where(swap, first, last)
    top = ops.where(high_open, 1, _normal_cdf(upper))
    bottom = ops.where(low_open, 0, _normal_cdf(lower))
    return ops.log(ops.maximum(top - bottom, 1e-12))


def _normal_cdf(x):
    # erf alone rounds to -1 below -4, where the tail still is 3e-5.
    return (1 + ops.erf(x / math.sqrt(2))) / 2


def variational_bound(
    x0: Tensor,
    x: Tensor,
    estimate: Tensor,
    fraction: Tensor,
    level: tuple[Tensor, Tensor],
    next_level: tuple[Tensor, Tensor],
    clean_sigma: float,
    bins: int = 256,
) -> Tensor:
    r"""Returns the term of the bound for one step from a level to the next.

    \(L_{t-1} = KL(q(x' | x, x_0) \| p(x' | x))\), Equation 6 of
    [Nichol and Dhariwal, 2021](https://arxiv.org/abs/2102.09672), and \(L_0 =
    -\ln p(x_0 | x)\), Equation 5, for the examples whose next level is clean. Both
    Gaussians have the mean \(\frac{\sigma'}{\sigma} r x + \alpha' (1 - r^2) x_0\) of
    their x0, r the decay of sigma / alpha, and the log-variance \(\ln(1 - r^2) + 2 f
    \ln\sigma + 2 (1 - f) \ln\sigma'\), f = 0 for q.

    In the hybrid loss of Equation 16, the gradient of this term must reach the fraction
    only: the estimate's is stopped here. The sum over T steps is T times the mean; the
    paper adds 0.001 of it to L_simple.

    Args:
        x0: float `(B, ...)`. Clean images in [-1, 1].
        x: float `(B, ...)`. Them at `level`.
        estimate: float `(B, ...)`. The x0 that the network found in x.
        fraction: float `(B, ...)` in [0, 1]. Its f.
        level: `(alpha, sigma)`, float `(B,)` each.
        next_level: `(alpha, sigma)`, float `(B,)` each, less noisy.
        clean_sigma: float. Smaller standard deviation, f = 0, of the last step, which
            would be zero: `least_posterior_sigma` of the schedule.
        bins: int. Number of values of a pixel.

    Returns:
        float `(B,)`, in bits per dimension.

    Example:

    ```python
    schedule = LinearSchedule()
    level, next_level = schedule.level([0.5]), schedule.level([0.499])
    x0, epsilon = np.random.uniform(-1, 1, (2, 1, 8, 8, 3))
    x = level[0][0] * x0 + level[1][0] * epsilon
    clean_sigma = schedule.least_posterior_sigma
    variational_bound(x0, x, x0, 0 * x0, level, next_level, clean_sigma)  # [0.0]
    ```
    """
    x0, x, estimate, fraction = (
        ops.convert_to_tensor(value, "float32") for value in (x0, x, estimate, fraction)
    )
    column = (-1, *(1 for _ in x.shape[1:]))
    (alpha, sigma), (alpha_next, sigma_next) = (
        [ops.reshape(ops.cast(value, "float32"), column) for value in pair]
        for pair in (level, next_level)
    )
    estimate = ops.stop_gradient(estimate)
    clean = sigma_next <= 0
    r = sigma_next * alpha / (sigma * alpha_next)
    fresh = (1 - r) * (1 + r)
    small = ops.where(
        clean, 2 * math.log(clean_sigma), ops.log(fresh) + 2 * _log(sigma_next, clean)
    )
    large = ops.log(fresh) + 2 * ops.log(sigma)
    log_variance = fraction * large + (1 - fraction) * small
    mean, true_mean = (
        sigma_next / sigma * r * x + alpha_next * fresh * image
        for image in (estimate, x0)
    )
    divergence = normal_divergence(true_mean, small, mean, log_variance)
    likelihood = discretized_log_likelihood(x0, mean, log_variance, bins)
    nats = ops.where(clean, -likelihood, divergence)
    return ops.mean(nats, axis=tuple(range(1, len(x.shape)))) / math.log(2)


def _log(value, masked):
    """Returns the logarithm, 0 where masked: gradients of both branches stay finite."""
    return ops.log(ops.where(masked, 1, value))
