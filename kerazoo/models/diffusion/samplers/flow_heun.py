"""Heun's method for rectified flows."""

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.samplers.callables import Denoise
from kerazoo.models.diffusion.samplers.callables import Noise
from kerazoo.models.diffusion.samplers.heun import trapezoid
from kerazoo.models.diffusion.samplers.loop import prepare


def flow_heun(
    denoise: Denoise,
    x: Tensor,
    alphas: Tensor,
    sigmas: Tensor,
    noise: Noise | None = None,
    record_every: int | None = None,
) -> Tensor:
    r"""Integrates the velocity of a rectified flow with Heun's method.

    \(x' = x + \Delta\alpha\, (\hat{x}_0 + \hat{x}_0') / 2 + \Delta\sigma\,
    (\hat\epsilon + \hat\epsilon') / 2\), the trapezoidal rule for the probability flow
    \(dx = \hat{x}_0 d\alpha + \hat\epsilon d\sigma\) on any path of levels; for alpha =
    1 - sigma it averages the velocities, and for alpha = 1 it is `heun`. To Euler's x'
    it adds \(\frac{1}{2} (\alpha' \sigma / \sigma' - \alpha) (\hat{x}_0' -
    \hat{x}_0)\), which holds in pure noise, too. A step that ends clean stays Euler's.

    It is called as all `kerazoo.models.diffusion.samplers`, and draws no noise.
    """
    x, alphas, sigmas = prepare(x, alphas, sigmas)
    end = ops.where(sigmas[1:] > 0, sigmas[1:], 1)
    gains = (alphas[1:] * sigmas[:-1] / end - alphas[:-1]) / 2
    gains = ops.where(sigmas[1:] > 0, gains, 0)
    return trapezoid(denoise, x, alphas, sigmas, gains, record_every)
