"""Images between images."""

from kerazoo.layers.slerp import slerp
from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.editing.inversion import invert
from kerazoo.models.diffusion.samplers.callables import Denoise
from kerazoo.models.diffusion.samplers.ddim import ddim


def interpolate(
    denoise: Denoise,
    first: Tensor,
    second: Tensor,
    weight: float | Tensor,
    alphas: Tensor,
    sigmas: Tensor,
    refinements: int = 1,
) -> Tensor:
    """Makes the images whose noise lies between that of two others.

    Both are inverted, their noise is mixed by `slerp`, and DDIM makes the image, as in
    Section 5.3 of [Song et al., 2021](https://arxiv.org/abs/2010.02502).

    Args:
        denoise, alphas, sigmas: As of all `kerazoo.models.diffusion.samplers`.
        first: float `(B, ...)`. Clean images.
        second: float of the same shape.
        weight: float, a number or `(B,)`. 0 gives `first`, 1 gives `second`, up to the
            error of the inversion.
        refinements: int. As of `invert`.

    Returns:
        float `(B, ...)`.

    Raises:
        ValueError: If `refinements` is not positive.

    Example:

    ```python
    alphas, sigmas = LinearSchedule().steps(10)
    denoise = lambda x, alpha, sigma, estimate: alpha * x  # Of unit normal data.
    first, second = np.random.normal(size=(2, 4, 8, 8, 3))
    interpolate(denoise, first, second, 0.5, alphas, sigmas)  # (4, 8, 8, 3)
    ```
    """
    noise = invert(denoise, first, alphas, sigmas, refinements)
    other = invert(denoise, second, alphas, sigmas, refinements)
    return ddim(denoise, slerp(noise, other, weight), alphas, sigmas)
