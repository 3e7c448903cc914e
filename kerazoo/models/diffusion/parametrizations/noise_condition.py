"""How a network is told the noise level."""

from keras import ops

from kerazoo.layers.tensor import Tensor


def noise_condition(alpha: Tensor, sigma: Tensor) -> Tensor:
    r"""Returns \(c_{noise} = \ln(\sigma / \alpha) / 4\), the logarithm within ±10.

    For alpha = 1 it is that of Table 1 of
    [Karras et al., 2022](https://arxiv.org/abs/2206.00364). It is finite at the clean
    level (1, 0) and in pure noise (0, 1).

    Args:
        alpha: float, any shape.
        sigma: float of the same shape.

    Returns:
        float of that shape, in [-2.5, 2.5].
    """
    least = 1e-30  # Beyond the clipping, and not flushed to zero.
    log_ratio = ops.log(ops.maximum(sigma, least)) - ops.log(ops.maximum(alpha, least))
    return ops.clip(log_ratio, -10.0, 10.0) / 4
