"""A generator of dense layers."""

import math
import typing

import keras

from kerazoo.layers.batch_normalization import BatchNormalization
from kerazoo.models.gan.networks.conditioning import LabelledLatents
from kerazoo.models.gan.networks.conditioning import split_labels


@keras.saving.register_keras_serializable(package="kerazoo")
class MLPGenerator(keras.Model):
    """Dense layers from a latent to an example of any shape.

    With `batch_normalization` and four layers of 400 it is the generator of the toys of
    [Lin et al., 2018](https://arxiv.org/abs/1712.04086), Appendix.

    Args:
        sample_shape: Tuple of ints, such as `(2,)` for points or `(28, 28, 1)`.
        latent_size: int. Size Z of a latent.
        hidden_sizes: Tuple of ints. Units of the hidden layers.
        num_classes: int or None. Classes, whose embeddings are appended to the latents.
        batch_normalization: bool. Whether to normalise before each ReLU.
        activation: Of the outputs, such as `"tanh"` for images, None for points.

    Call arguments:
        inputs: latents float `(B, Z)`; with classes `[latents, labels]`, labels int
            `(B,)`.

    Returns:
        float `(B, *sample_shape)`.

    Raises:
        ValueError: If labels are missing or not expected.

    Example:

    ```python
    generator = MLPGenerator((28, 28, 1), latent_size=64)
    generator(np.zeros((2, 64)))  # (2, 28, 28, 1)
    ```
    """

    def __init__(
        self,
        sample_shape: tuple[int, ...],
        latent_size: int,
        hidden_sizes: typing.Sequence[int] = (256, 512),
        num_classes: int | None = None,
        batch_normalization: bool = False,
        activation: str | None = "tanh",
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.sample_shape = tuple(sample_shape)
        self.latent_size = latent_size
        self.hidden_sizes = tuple(hidden_sizes)
        self.num_classes = num_classes
        self.batch_normalization = batch_normalization
        self.activation = activation
        policy = {"dtype": self.dtype_policy}
        self.label = LabelledLatents(num_classes, **policy)
        self.hidden = []
        for units in self.hidden_sizes:
            self.hidden.append(
                keras.layers.Dense(
                    units,
                    activation=None if batch_normalization else "relu",
                    use_bias=not batch_normalization,
                    kernel_initializer="he_normal",
                    **policy,
                )
            )
            if batch_normalization:
                self.hidden.append(BatchNormalization(activation="relu", **policy))
        self.last = keras.layers.Dense(
            math.prod(self.sample_shape), activation=activation, **policy
        )
        self.reshape = keras.layers.Reshape(self.sample_shape, **policy)

    def build(self, inputs_shape):
        self.label.build((None, self.latent_size))
        size = self.latent_size
        if self.num_classes is not None:
            size += self.label.embedding.output_dim
        for layer in self.hidden:
            layer.build((None, size))
            size = getattr(layer, "units", size)
        self.last.build((None, size))
        self.built = True

    def call(self, inputs, training=False):
        x = self.label(*split_labels(inputs, self.num_classes))
        for layer in self.hidden:
            if isinstance(layer, BatchNormalization):
                x = layer(x, training=training)
            else:
                x = layer(x)
        return self.reshape(self.last(x))

    def get_config(self):
        return {
            **super().get_config(),
            "sample_shape": self.sample_shape,
            "latent_size": self.latent_size,
            "hidden_sizes": self.hidden_sizes,
            "num_classes": self.num_classes,
            "batch_normalization": self.batch_normalization,
            "activation": self.activation,
        }
