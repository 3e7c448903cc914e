"""Makes examples with a trained GAN."""

import tensorflow as tf

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gan.gan import GAN
from kerazoo.models.gan.latents import sample_labels
from kerazoo.models.gan.latents import sample_latents


def generate(
    model: GAN,
    count: int | Tensor,
    seed: int | Tensor,
    labels: Tensor | None = None,
    truncation: float | Tensor | None = None,
    average: bool | None = None,
) -> Tensor:
    """Makes examples.

    The same arguments give the same examples, in Python and in a served graph.

    Args:
        model: `GAN`.
        count: int or int scalar tensor. Number of examples, B.
        seed: int or int scalar tensor.
        labels: int32 `(B,)`, with classes; -1 for any.
        truncation: See `sample_latents`.
        average: bool. Whether to use the average of the generator. Default: if there
            is one.

    Returns:
        float32 `(B, ...)`.

    Raises:
        ValueError: If labels are missing, or `truncation` is not positive.

    Example:

    ```python
    images = generate(model, count=16, seed=0)
    ```
    """
    latents = sample_latents(count, model.latent_size, seed, truncation)
    if model.num_classes is not None:
        labels = sample_labels(_checked(model, labels), model.num_classes, seed)
    return generate_from(model, latents, labels, average)


def generate_from(
    model: GAN,
    latents: Tensor,
    labels: Tensor | None = None,
    average: bool | None = None,
) -> Tensor:
    """Makes the examples of given latents.

    Args:
        model: `GAN`.
        latents: float32 `(B, Z)`.
        labels: int32 `(B,)`, with classes.
        average: See `generate`.

    Returns:
        float32 `(B, ...)`.

    Raises:
        ValueError: If labels are missing.
        tf.errors.InvalidArgumentError: If one is no class; in a graph when it runs.

    Example:

    ```python
    images = generate_from(model, sample_latents(16, model.latent_size, seed=0))
    ```
    """
    if average is None:
        average = model.average_generator is not None
    inputs = latents
    if model.num_classes is not None:
        labels = tf.convert_to_tensor(_checked(model, labels))
        message = f"Labels must be below num_classes={model.num_classes}."
        tf.debugging.assert_less(labels, model.num_classes, message)
        inputs = [latents, labels]
    return model(inputs, average=average)


def _checked(model, labels):
    if labels is None:
        raise ValueError(
            "A model with classes must be given labels. "
            f"Received: num_classes={model.num_classes}, labels=None"
        )
    return labels
