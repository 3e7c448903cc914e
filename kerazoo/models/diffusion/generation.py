"""Makes images with a trained diffusion model."""

import typing

import tensorflow as tf

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.diffusion import Diffusion
from kerazoo.models.diffusion.samplers import SAMPLERS
from kerazoo.models.diffusion.samplers.callables import Noise


def stateless_noise(seed: int | tf.Tensor) -> Noise:
    """Returns a source of noise that depends on nothing but the seed and the step.

    Args:
        seed: int or integer scalar tensor.

    Returns:
        Function of a step's index and images to noise of their shape. Index -1 is
        what sampling starts from.

    Example:

    ```python
    noise = stateless_noise(seed=7)
    start = noise(-1, tf.zeros((4, 32, 32, 3)))
    ```
    """
    seed = tf.cast(seed, tf.int32)

    def noise(index, x):
        pair = tf.stack([seed, tf.cast(index, tf.int32)])
        return tf.random.stateless_normal(tf.shape(x), pair)

    return noise


def generate(
    model: Diffusion,
    count: int | tf.Tensor,
    seed: int | tf.Tensor,
    steps: int | tf.Tensor,
    sampler: str = "dpm_solver_pp_2m",
    labels: Tensor | None = None,
    guidance: float | tf.Tensor = 1.0,
    average: bool | None = None,
    clip: bool = True,
    frozen: bool = False,
    spacing: str | None = None,
    **options: typing.Any,
) -> tf.Tensor:
    """Makes images from noise.

    The same arguments give the same images, in Python and in a served graph.

    Args:
        model: `Diffusion`.
        count: int or int scalar tensor. Number of images, B.
        seed: int or int scalar tensor.
        steps: int or int scalar tensor. Calls of the sampler.
        sampler: A key of `kerazoo.models.diffusion.samplers.SAMPLERS`.
        labels: int32 `(B,)` or None for any class.
        guidance, average, clip, frozen: See `Diffusion.denoiser`.
        spacing: How the levels are spaced, see the model's schedule.
        **options: Of the sampler, such as `eta` of `"ddim"` and `variance` of `"ddpm"`,
            which is `"learned"` where the model has learned it.

    Returns:
        float32 `(B, H, W, C)` in [-1, 1].

    Example:

    ```python
    images = generate(model, count=16, seed=0, steps=4)
    ```
    """
    return _sample(
        *(model, count, seed, steps, sampler, labels, guidance),
        *(average, clip, frozen, spacing, None),
        **options,
    )


def generate_states(
    model: Diffusion,
    count: int | tf.Tensor,
    seed: int | tf.Tensor,
    steps: int | tf.Tensor,
    record_every: int,
    **arguments: typing.Any,
) -> tf.Tensor:
    """Makes the images of `generate`, and shows how they come out of the noise.

    Args:
        model, count, seed, steps: See `generate`.
        record_every: Steps between two states.
        **arguments: Of `generate`, too.

    Returns:
        float32 `(K, B, H, W, C)`, the states after every so many steps, of which the
        last are the images.

    Example:

    ```python
    states = generate_states(model, count=16, seed=0, steps=4, record_every=2)
    ```
    """
    return _sample(model, count, seed, steps, record_every=record_every, **arguments)


def _sample(
    model,
    count,
    seed,
    steps,
    sampler="dpm_solver_pp_2m",
    labels=None,
    guidance=1.0,
    average=None,
    clip=True,
    frozen=False,
    spacing=None,
    record_every=None,
    **options,
):
    # Hundreds of levels lie too close together for float32.
    alphas, sigmas = model.schedule.steps(steps, spacing, dtype="float64")
    noise = stateless_noise(seed)
    zeros = tf.zeros((count, *model.image_shape))
    start = tf.cast(sigmas[0], tf.float32) * noise(-1, zeros)
    denoise = model.denoiser(labels, guidance, average, clip, frozen)
    if sampler == "ddpm" and model.learned_variance:
        options = {"variance": "learned", **options}
    if options.get("variance") == "learned":
        denoise = denoise.with_variance
    return SAMPLERS[sampler](
        *(denoise, start, alphas, sigmas),
        noise=noise,
        record_every=record_every,
        **options,
    )
