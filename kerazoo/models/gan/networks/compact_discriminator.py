"""The discriminator of few filters that shows mode collapse."""

import typing

import keras
from keras import ops

from kerazoo.layers.batch_normalization import BatchNormalization
from kerazoo.models.gan.networks.conditioning import ProjectionHead
from kerazoo.models.gan.networks.conditioning import first_shape
from kerazoo.models.gan.networks.conditioning import split_labels
from kerazoo.models.gan.networks.initializers import small_normal
from kerazoo.models.gan.networks.sizes import rounded_halves

_SLOPE = 0.3


@keras.saving.register_keras_serializable(package="kerazoo")
class CompactDiscriminator(keras.Model):
    """Three strided 3x3 convolutions of few filters from an image to a logit.

    With a `base_width` of 2 it is the discriminator of a quarter of the generator's
    size that stacked MNIST is tried with,
    [Metz et al., 2017](https://arxiv.org/abs/1611.02163), Appendix, with 4 that of half
    the size; leaky ReLU of slope 0.3.

    Args:
        base_width: int. Channels after the first convolution, then 2 and 4 times as
            many.
        batch_normalization: bool. Whether to normalise after each convolution, as the
            paper does; penalties on the slope at one example go without.
        num_classes: int or None. Classes of the images.

    Call arguments:
        inputs: images float `(B, H, W, C)`, sides of at least 8; with classes
            `[images, labels]`, labels int `(B,)`.

    Returns:
        float32 `(B,)`, the logits.

    Raises:
        ValueError: If the sides are too short, or labels are missing or not expected.

    Example:

    ```python
    CompactDiscriminator(base_width=2)(np.zeros((2, 28, 28, 3)))  # (2,)
    ```
    """

    def __init__(
        self,
        base_width: int = 2,
        batch_normalization: bool = False,
        num_classes: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.base_width = base_width
        self.batch_normalization = batch_normalization
        self.num_classes = num_classes
        policy = {"dtype": self.dtype_policy}
        self.convolutions = [
            keras.layers.Conv2D(
                multiple * base_width,
                3,
                strides=2,
                padding="same",
                use_bias=not batch_normalization,
                kernel_initializer=small_normal()
                if batch_normalization
                else "he_normal",
                **policy,
            )
            for multiple in (1, 2, 4)
        ]
        self.activations = [
            BatchNormalization(activation="leaky_relu", negative_slope=_SLOPE, **policy)
            if batch_normalization
            else keras.layers.LeakyReLU(_SLOPE, **policy)
            for _ in self.convolutions
        ]
        self.head = ProjectionHead(num_classes, small_normal())

    def build(self, inputs_shape):
        shape = first_shape(inputs_shape, self.num_classes)
        sizes = rounded_halves(shape[1:], 3)[1:]
        for convolution, activation, side in zip(
            self.convolutions, self.activations, sizes
        ):
            convolution.build(shape)
            shape = (None, *side, convolution.filters)
            if self.batch_normalization:
                activation.build(shape)
        self.head.build((None, shape[1] * shape[2] * shape[3]))
        self.built = True

    def call(self, inputs, training=False):
        x, labels = split_labels(inputs, self.num_classes)
        options = {"training": training} if self.batch_normalization else {}
        for convolution, activation in zip(self.convolutions, self.activations):
            x = activation(convolution(x), **options)
        x = ops.reshape(x, (ops.shape(x)[0], -1))
        return self.head(x, labels, training=training)

    def get_config(self):
        return {
            **super().get_config(),
            "base_width": self.base_width,
            "batch_normalization": self.batch_normalization,
            "num_classes": self.num_classes,
        }
