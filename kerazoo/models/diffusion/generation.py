"""Makes images with a trained diffusion model."""

import tensorflow as tf

from kerazoo.models.diffusion.samplers import SAMPLERS


def stateless_noise(seed):
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
    model,
    count,
    seed,
    steps,
    sampler="dpm_solver_pp_2m",
    labels=None,
    guidance=1.0,
    record_every=None,
    average=None,
    clip=True,
    frozen=False,
    spacing=None,
    **options,
):
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
        record_every: int or None. Returns every k-th state, too.
        spacing: str or None. How the levels are spaced, see the model's schedule.
        **options: Of the sampler, such as `eta` of `"ddim"` and `variance` of `"ddpm"`,
            which is `"learned"` where the model has learned it.

    Returns:
        float32 `(B, H, W, C)` in [-1, 1]; with `record_every` the pair of it and
        `(K, B, H, W, C)`.

    Example:

    ```python
    images = generate(model, count=16, seed=0, steps=20)
    ```
    """
    # Hundreds of levels lie too close together for float32.
    alphas, sigmas = model.schedule.steps(steps, spacing, dtype="float64")
    noise = stateless_noise(seed)
    zeros = tf.zeros((count, *model.image_shape))
    start = tf.cast(sigmas[0], tf.float32) * noise(-1, zeros)
    if sampler == "ddpm" and model.learned_variance:
        options = {"variance": "learned", **options}
    is_learned = options.get("variance") == "learned"
    denoise = model.denoiser(labels, guidance, average, clip, is_learned, frozen)
    return SAMPLERS[sampler](
        denoise,
        start,
        alphas,
        sigmas,
        noise=noise,
        record_every=record_every,
        **options,
    )
