"""Euler's method for rectified flows."""

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.samplers.callables import Denoise
from kerazoo.models.diffusion.samplers.callables import Noise
from kerazoo.models.diffusion.samplers.ddim import ddim


def flow_euler(
    denoise: Denoise,
    x: Tensor,
    alphas: Tensor,
    sigmas: Tensor,
    noise: Noise | None = None,
    record_every: int | None = None,
) -> Tensor:
    r"""Integrates the velocity of a rectified flow with Euler's method.

    \(x' = x + (\sigma' - \sigma) v\), \(v = \hat\epsilon - \hat{x}_0\), Equation 1 of
    [Liu et al., 2023](https://arxiv.org/abs/2209.03003) from noise to data. As
    \(x = \alpha \hat{x}_0 + \sigma \hat\epsilon\), this goes to \(\alpha' \hat{x}_0 +
    \sigma' \hat\epsilon\), which is DDIM.

    It is called as all `kerazoo.models.diffusion.samplers`, and draws no noise.
    """
    return ddim(denoise, x, alphas, sigmas, noise, record_every)
