"""Euler's method with noise drawn anew."""

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.samplers.callables import Denoise
from kerazoo.models.diffusion.samplers.callables import Noise
from kerazoo.models.diffusion.samplers.ddim import ddim


def euler_ancestral(
    denoise: Denoise,
    x: Tensor,
    alphas: Tensor,
    sigmas: Tensor,
    noise: Noise | None = None,
    record_every: int | None = None,
    eta: float = 1.0,
) -> Tensor:
    r"""Goes below the next level by Euler's method and back up to it by fresh noise.

    For alpha = 1, \(\sigma_{up}^2 = \eta^2 \sigma'^2 (1 - \sigma'^2 / \sigma^2)\) and
    \(\sigma_{down}^2 = \sigma'^2 - \sigma_{up}^2\), as in k-diffusion. That is Equation
    16 of [Song et al., 2021](https://arxiv.org/abs/2010.02502) in x / alpha: DDIM.

    It is called as all `kerazoo.models.diffusion.samplers`, with one option:

    Args:
        eta: Share of the noise that is drawn anew, from 0 to 1.
    """
    return ddim(denoise, x, alphas, sigmas, noise, record_every, eta)
