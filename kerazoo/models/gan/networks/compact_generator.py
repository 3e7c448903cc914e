"""The generator of few filters that shows mode collapse."""

import typing

import keras

from kerazoo.layers.batch_normalization import BatchNormalization
from kerazoo.models.gan.networks.conditioning import LabelledLatents
from kerazoo.models.gan.networks.conditioning import split_labels
from kerazoo.models.gan.networks.initializers import small_normal
from kerazoo.models.gan.networks.sizes import rounded_halves


@keras.saving.register_keras_serializable(package="kerazoo")
class CompactGenerator(keras.Model):
    """Few 3x3 filters from a latent to an image of any even size.

    With a `base_width` of 8 and latents of 256 it is the generator that stacked MNIST
    is tried with, [Metz et al., 2017](https://arxiv.org/abs/1611.02163), Appendix, and
    [Lin et al., 2018](https://arxiv.org/abs/1712.04086), whose code pads with zeros
    as here: a linear map to 4x4x64, three transposed convolutions of stride 2, batch
    normalisation and ReLU after each, then a convolution and tanh.

    Args:
        image_shape: `(H, W, C)`, sides of at least 8.
        latent_size: int. Size Z of a latent.
        base_width: int. Channels of the finest maps; 2, 4 and 8 times as many before.
        num_classes: int or None. Classes of the images, whose embeddings are appended
            to the latents.

    Call arguments:
        inputs: latents float `(B, Z)`; with classes `[latents, labels]`, labels int
            `(B,)`.

    Returns:
        float `(B, H, W, C)` in (-1, 1).

    Raises:
        ValueError: If the sides are too short, or labels are missing or not expected.

    Example:

    ```python
    generator = CompactGenerator((28, 28, 3), latent_size=256)
    generator(np.zeros((2, 256)))  # (2, 28, 28, 3)
    ```
    """

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        latent_size: int,
        base_width: int = 8,
        num_classes: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.image_shape = tuple(image_shape)
        self.latent_size = latent_size
        self.base_width = base_width
        self.num_classes = num_classes
        self._sizes = rounded_halves(image_shape, 3)[::-1]
        policy = {"dtype": self.dtype_policy}
        self.label = LabelledLatents(num_classes, **policy)
        height, width = self._sizes[0]
        self.stem = keras.layers.Dense(
            height * width * 8 * base_width,
            use_bias=False,
            kernel_initializer=small_normal(),
            **policy,
        )
        self.reshape = keras.layers.Reshape((height, width, 8 * base_width), **policy)
        self.convolutions = [
            keras.layers.Conv2DTranspose(
                multiple * base_width,
                3,
                strides=2,
                padding="same",
                use_bias=False,
                kernel_initializer=small_normal(),
                **policy,
            )
            for multiple in (4, 2, 1)
        ]
        self.normalizations = [
            BatchNormalization(activation="relu", **policy) for _ in range(4)
        ]
        self.last = keras.layers.Conv2D(
            self.image_shape[-1],
            3,
            padding="same",
            kernel_initializer=small_normal(),
            **policy,
        )

    def build(self, inputs_shape):
        self.label.build((None, self.latent_size))
        size = self.latent_size
        if self.num_classes is not None:
            size += self.label.embedding.output_dim
        self.stem.build((None, size))
        shape = (None, *self.reshape.target_shape)
        self.normalizations[0].build(shape)
        for convolution, normalization, side in zip(
            self.convolutions, self.normalizations[1:], self._sizes[1:]
        ):
            convolution.build(shape)
            shape = (None, *side, convolution.filters)
            normalization.build(shape)
        self.last.build(shape)
        self.built = True

    def call(self, inputs, training=False):
        x = self.stem(self.label(*split_labels(inputs, self.num_classes)))
        x = self.normalizations[0](self.reshape(x), training=training)
        for convolution, normalization, (height, width) in zip(
            self.convolutions, self.normalizations[1:], self._sizes[1:]
        ):
            x = convolution(x)[:, :height, :width]
            x = normalization(x, training=training)
        return keras.ops.tanh(self.last(x))

    def get_config(self):
        return {
            **super().get_config(),
            "image_shape": self.image_shape,
            "latent_size": self.latent_size,
            "base_width": self.base_width,
            "num_classes": self.num_classes,
        }
