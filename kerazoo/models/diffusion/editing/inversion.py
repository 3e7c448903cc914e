"""The noise from which DDIM makes a given image."""

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.samplers.callables import Denoise
from kerazoo.models.diffusion.samplers.loop import at
from kerazoo.models.diffusion.samplers.loop import count_steps
from kerazoo.models.diffusion.samplers.loop import decay
from kerazoo.models.diffusion.samplers.loop import integrate
from kerazoo.models.diffusion.samplers.loop import prepare


def invert(
    denoise: Denoise,
    x0: Tensor,
    alphas: Tensor,
    sigmas: Tensor,
    refinements: int = 1,
    record_every: int | None = None,
) -> Tensor:
    r"""Goes from an image back to the noise, level by level.

    A step of DDIM from \((\alpha', \sigma')\) to \((\alpha, \sigma)\) is undone by the
    y for which \(y = \frac{\alpha'}{\alpha} (x - \sigma \hat\epsilon) + \sigma'
    \hat\epsilon\) with \(\hat\epsilon = (y - \alpha' \hat{x}_0(y)) / \sigma'\). The
    first guess takes the noise of the level before, as Section 4.3 of
    [Song et al., 2021](https://arxiv.org/abs/2010.02502); every refinement is one
    iteration of the fixed point, Algorithm 1 of
    [Pan et al., 2023](https://arxiv.org/abs/2309.04907), and one call of the denoiser.

    Args:
        denoise, alphas, sigmas, record_every: As of all
            `kerazoo.models.diffusion.samplers`.
        x0: float `(B, ...)`. Clean images.
        refinements: Calls of the denoiser per level; with many, `ddim` on the same
            levels returns the image.

    Returns:
        float `(B, ...)`, x at `(alphas[0], sigmas[0])`; with `record_every` the states
        that lead there, as of the samplers.

    Raises:
        ValueError: If `refinements` or `record_every` is not positive.

    Example:

    ```python
    from kerazoo.models.diffusion.samplers import ddim

    alphas, sigmas = LinearSchedule().steps(10)
    denoise = lambda x, alpha, sigma, estimate: alpha * x  # Of unit normal data.
    noise = invert(denoise, np.random.normal(size=(4, 8, 8, 3)), alphas, sigmas)
    ddim(denoise, noise, alphas, sigmas)  # The image, nearly.
    ```
    """
    if refinements < 1:
        raise ValueError(
            f"`refinements` must be positive. Received: refinements={refinements}"
        )
    x, alphas, sigmas = prepare(x0, alphas, sigmas)
    num_steps = count_steps(alphas)
    # x' = growth x + spread epsilon; the spread is sigma' - alpha' sigma / alpha.
    growth = alphas[:-1] / alphas[1:]
    spread = sigmas[:-1] * (1 - decay(alphas, sigmas))

    def step(index, x, estimate, epsilon):
        index = num_steps - 1 - index
        alpha, sigma = at(alphas, index, x), at(sigmas, index, x)
        for _ in range(refinements):
            y = at(growth, index, x) * x + at(spread, index, x) * epsilon
            estimate = denoise(y, alpha, sigma, estimate)
            epsilon = (y - alpha * estimate) / sigma
        y = at(growth, index, x) * x + at(spread, index, x) * epsilon
        # In pure noise the estimate depends on no y, and the step is undone at once.
        before, scale = at(alphas, index + 1, x), at(sigmas, index + 1, x)
        scale = sigma / ops.where(scale > 0, scale, 1)
        y = ops.where(alpha > 0, y, scale * (x - before * estimate))
        return y, estimate, epsilon

    return integrate(step, x, num_steps, record_every, memory=1)
