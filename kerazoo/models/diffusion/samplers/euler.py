"""Euler's method."""

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.samplers.callables import Denoise
from kerazoo.models.diffusion.samplers.callables import Noise
from kerazoo.models.diffusion.samplers.ddim import ddim


def euler(
    denoise: Denoise,
    x: Tensor,
    alphas: Tensor,
    sigmas: Tensor,
    noise: Noise | None = None,
    record_every: int | None = None,
) -> Tensor:
    r"""Integrates the probability flow with Euler's first-order method.

    \(x' = x + (\sigma' - \sigma) (x - \hat{x}_0) / \sigma\) for alpha = 1, Algorithm 1
    of [Karras et al., 2022](https://arxiv.org/abs/2206.00364) without its correction.
    In (x / alpha, sigma / alpha) that is DDIM.

    It is called as all `kerazoo.models.diffusion.samplers`, and draws no noise.
    """
    return ddim(denoise, x, alphas, sigmas, noise, record_every)
