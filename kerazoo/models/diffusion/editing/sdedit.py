"""Changes of an image by noise and denoising."""

import typing

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.samplers.callables import Denoise
from kerazoo.models.diffusion.samplers.callables import Noise
from kerazoo.models.diffusion.samplers.loop import at
from kerazoo.models.diffusion.samplers.loop import count_steps
from kerazoo.models.diffusion.samplers.loop import prepare


def sdedit(
    sampler: typing.Callable[..., Tensor],
    denoise: Denoise,
    x0: Tensor,
    alphas: Tensor,
    sigmas: Tensor,
    strength: float | Tensor,
    noise: Noise,
    **options: typing.Any,
) -> Tensor:
    r"""Adds noise to an image up to some level and samples from there.

    \(x = \alpha_k x_0 + \sigma_k z\) with k the step at which the share `strength` of
    the steps is left; Algorithm 1 of
    [Meng et al., 2022](https://arxiv.org/abs/2108.01073).

    Args:
        sampler: One of the `SAMPLERS`.
        denoise, alphas, sigmas: As of all `kerazoo.models.diffusion.samplers`.
        x0: float `(B, ...)`. Clean images, or rough drawings.
        strength: float in [0, 1]. 0 returns the image, 1 forgets all but what the
            noisiest level leaves of it.
        noise: Function of `(index, x)` that returns standard normal noise. The image
            takes that of index n, the sampler those from 0 on.
        **options: Of the sampler, such as `record_every` and `eta`.

    Returns:
        As the sampler.

    Raises:
        ValueError: If the strength is a Python number outside [0, 1].

    Example:

    ```python
    from kerazoo.models.diffusion.samplers import ddim

    alphas, sigmas = LinearSchedule().steps(10)
    denoise = lambda x, alpha, sigma, estimate: alpha * x  # Of unit normal data.
    noise = lambda index, x: keras.random.normal(x.shape)
    images = np.zeros((4, 8, 8, 3), "float32")
    sdedit(ddim, denoise, images, alphas, sigmas, 0.5, noise)
    ```
    """
    if isinstance(strength, (int, float)) and not 0 <= strength <= 1:
        raise ValueError(
            f"`strength` must be between 0 and 1. Received: strength={strength}"
        )
    x0, alphas, sigmas = prepare(x0, alphas, sigmas)
    num_steps = count_steps(alphas)
    if isinstance(num_steps, int) and isinstance(strength, (int, float)):
        start = num_steps - round(strength * num_steps)
    else:
        share = ops.cast(strength, "float32") * ops.cast(num_steps, "float32")
        start = num_steps - ops.cast(ops.round(share), "int32")
    fresh = noise(ops.convert_to_tensor(num_steps, "int32"), x0)
    x = at(alphas, start, x0) * x0 + at(sigmas, start, x0) * fresh
    return sampler(denoise, x, alphas[start:], sigmas[start:], noise, **options)
