"""The generator of DCGAN."""

import typing

import keras

from kerazoo.layers.batch_normalization import BatchNormalization
from kerazoo.models.gan.networks.conditioning import LabelledLatents
from kerazoo.models.gan.networks.conditioning import split_labels
from kerazoo.models.gan.networks.initializers import small_normal
from kerazoo.models.gan.networks.sizes import halvings


@keras.saving.register_keras_serializable(package="kerazoo")
class DCGANGenerator(keras.Model):
    """Transposed convolutions from a latent to an image.

    [Radford et al., 2016](https://arxiv.org/abs/1511.06434), Section 3: a linear map to
    the smallest maps, then transposed convolutions of stride 2 (4x4 here for 5x5) that
    halve the channels, with batch normalisation and ReLU between them and tanh at the
    end. Images of 28x28 begin at 7x7, those of 32x32 and 64x64 at 4x4.

    Args:
        image_shape: `(H, W, C)`, sides even and at least 6.
        latent_size: int. Size Z of a latent.
        base_width: int. Channels before the last convolution; twice as many before
            each one that precedes, eight times at most.
        num_classes: int or None. Classes of the images, whose embeddings are appended
            to the latents.
        batch_normalization: bool. Whether to normalise.

    Call arguments:
        inputs: latents float `(B, Z)`; with classes `[latents, labels]`, labels int
            `(B,)`.

    Returns:
        float `(B, H, W, C)` in (-1, 1).

    Raises:
        ValueError: If the sides cannot be halved, or labels are missing or not
            expected.

    Example:

    ```python
    generator = DCGANGenerator((28, 28, 1), latent_size=64, num_classes=10)
    generator([np.zeros((2, 64)), np.array([3, 7])])  # (2, 28, 28, 1)
    ```
    """

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        latent_size: int,
        base_width: int = 64,
        num_classes: int | None = None,
        batch_normalization: bool = True,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.image_shape = tuple(image_shape)
        self.latent_size = latent_size
        self.base_width = base_width
        self.num_classes = num_classes
        self.batch_normalization = batch_normalization
        count = halvings(image_shape)
        height, width, channels = self.image_shape
        smallest = (height >> count, width >> count)
        widths = [base_width * min(2**k, 8) for k in reversed(range(count))]
        use_bias = not batch_normalization
        policy = {"dtype": self.dtype_policy}
        self.label = LabelledLatents(num_classes, **policy)
        self.stem = keras.layers.Dense(
            smallest[0] * smallest[1] * widths[0],
            use_bias=use_bias,
            kernel_initializer=small_normal(),
            **policy,
        )
        self.reshape = keras.layers.Reshape((*smallest, widths[0]), **policy)
        self.convolutions = [
            keras.layers.Conv2DTranspose(
                filters,
                4,
                strides=2,
                padding="same",
                use_bias=use_bias,
                kernel_initializer=small_normal(),
                **policy,
            )
            for filters in widths[1:]
        ]
        self.last = keras.layers.Conv2DTranspose(
            *(channels, 4),
            strides=2,
            padding="same",
            kernel_initializer=small_normal(),
            **policy,
        )
        self.activations = [
            BatchNormalization(activation="relu", **policy)
            if batch_normalization
            else keras.layers.ReLU(**policy)
            for _ in widths
        ]

    def build(self, inputs_shape):
        latents = (None, self.latent_size)
        self.label.build(latents)
        size = self.latent_size
        if self.num_classes is not None:
            size += self.label.embedding.output_dim
        self.stem.build((None, size))
        shape = (None, *self.reshape.target_shape)
        self.activations[0].build(shape)
        for convolution, activation in zip(self.convolutions, self.activations[1:]):
            convolution.build(shape)
            shape = convolution.compute_output_shape(shape)
            activation.build(shape)
        self.last.build(shape)
        self.built = True

    def call(self, inputs, training=False):
        latents, labels = split_labels(inputs, self.num_classes)
        x = self.reshape(self.stem(self.label(latents, labels)))
        x = self._activate(self.activations[0], x, training)
        for convolution, activation in zip(self.convolutions, self.activations[1:]):
            x = self._activate(activation, convolution(x), training)
        return keras.ops.tanh(self.last(x))

    def get_config(self):
        return {
            **super().get_config(),
            "image_shape": self.image_shape,
            "latent_size": self.latent_size,
            "base_width": self.base_width,
            "num_classes": self.num_classes,
            "batch_normalization": self.batch_normalization,
        }

    def _activate(self, activation, x, training):
        return (
            activation(x, training=training)
            if self.batch_normalization
            else (activation(x))
        )
