"""The discriminator of DCGAN."""

import typing

import keras
from keras import ops

from kerazoo.layers.batch_normalization import BatchNormalization
from kerazoo.layers.spectral_normalization import SpectralNormalization
from kerazoo.models.gan.networks.conditioning import LabelledImages
from kerazoo.models.gan.networks.conditioning import ProjectionHead
from kerazoo.models.gan.networks.conditioning import first_shape
from kerazoo.models.gan.networks.conditioning import split_labels
from kerazoo.models.gan.networks.initializers import small_normal
from kerazoo.models.gan.networks.sizes import halvings

_NORMALIZATIONS = ("none", "batch", "spectral")
_CONDITIONS = ("projection", "concatenation")


@keras.saving.register_keras_serializable(package="kerazoo")
class DCGANDiscriminator(keras.Model):
    """Strided convolutions from an image to a logit.

    [Radford et al., 2016](https://arxiv.org/abs/1511.06434), Section 3: convolutions of
    stride 2 (4x4 here for 5x5) that double the channels, with leaky ReLU of slope 0.2
    and, but for the first, normalisation; a linear map of the last maps is the logit.
    Penalties on the slope at one example go with no or spectral normalisation: that of
    batches mixes the examples.

    Args:
        base_width: int. Channels after the first convolution; twice as many after each
            one that follows, eight times at most.
        normalization: `"batch"`, `"spectral"` or `"none"`.
        num_classes: int or None. Classes of the images.
        condition: `"projection"` of the last maps on an embedding of the label, or
            `"concatenation"` of the image and a plane that the label chooses.

    Call arguments:
        inputs: images float `(B, H, W, C)`, sides even and at least 6; with classes
            `[images, labels]`, labels int `(B,)`.

    Returns:
        float32 `(B,)`, the logits.

    Raises:
        ValueError: If the sides cannot be halved, an argument is unknown, or labels
            are missing or not expected.

    Example:

    ```python
    discriminator = DCGANDiscriminator(normalization="spectral")
    discriminator(np.zeros((2, 28, 28, 1)))  # (2,)
    ```
    """

    def __init__(
        self,
        base_width: int = 64,
        normalization: str = "batch",
        num_classes: int | None = None,
        condition: str = "projection",
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if normalization not in _NORMALIZATIONS:
            raise ValueError(
                f"`normalization` must be one of {', '.join(_NORMALIZATIONS)}. "
                f"Received: normalization={normalization}"
            )
        if condition not in _CONDITIONS:
            raise ValueError(
                f"`condition` must be one of {', '.join(_CONDITIONS)}. "
                f"Received: condition={condition}"
            )
        self.base_width = base_width
        self.normalization = normalization
        self.num_classes = num_classes
        self.condition = condition

    def build(self, inputs_shape):
        policy = {"dtype": self.dtype_policy}
        shape = first_shape(inputs_shape, self.num_classes)
        is_spectral = self.normalization == "spectral"
        head_classes = self.num_classes
        if self.num_classes is not None and self.condition == "concatenation":
            head_classes = None
            self.label = LabelledImages(self.num_classes, **policy)
            self.label.build(shape)
            shape = (*shape[:-1], shape[-1] + 1)
        self.convolutions, self.activations = [], []
        for k in range(halvings(shape[1:])):
            is_normalized = k > 0 and self.normalization == "batch"
            convolution = keras.layers.Conv2D(
                self.base_width * min(2**k, 8),
                4,
                strides=2,
                padding="same",
                use_bias=not is_normalized and not is_spectral,
                kernel_initializer=small_normal(),
                **policy,
            )
            output_shape = convolution.compute_output_shape(shape)
            if is_spectral:
                convolution = SpectralNormalization(convolution)
            convolution.build(shape)
            self.convolutions.append(convolution)
            shape = output_shape
            if is_normalized:
                activation = BatchNormalization(activation="leaky_relu", **policy)
                activation.build(shape)
            else:
                activation = keras.layers.LeakyReLU(0.2, **policy)
            self.activations.append(activation)
        self.head = ProjectionHead(head_classes, small_normal(), is_spectral)
        self.head.build((None, shape[1] * shape[2] * shape[3]))
        self.built = True

    def call(self, inputs, training=False):
        x, labels = split_labels(inputs, self.num_classes)
        if self.num_classes is not None and self.condition == "concatenation":
            x, labels = self.label(x, labels), None
        options = {"training": training} if self.normalization == "spectral" else {}
        for convolution, activation in zip(self.convolutions, self.activations):
            x = convolution(x, **options)
            if isinstance(activation, BatchNormalization):
                x = activation(x, training=training)
            else:
                x = activation(x)
        x = ops.reshape(x, (ops.shape(x)[0], -1))
        return self.head(x, labels, training=training)

    def get_config(self):
        return {
            **super().get_config(),
            "base_width": self.base_width,
            "normalization": self.normalization,
            "num_classes": self.num_classes,
            "condition": self.condition,
        }
