"""A discriminator of dense layers."""

import math
import typing

import keras
from keras import ops

from kerazoo.models.gan.networks.conditioning import ProjectionHead
from kerazoo.models.gan.networks.conditioning import first_shape
from kerazoo.models.gan.networks.conditioning import split_labels


@keras.saving.register_keras_serializable(package="kerazoo")
class MLPDiscriminator(keras.Model):
    """Dense layers from an example of any shape to a logit.

    With three layers of 200 and `maxout_pieces=5` it is the discriminator of the toys
    of [Lin et al., 2018](https://arxiv.org/abs/1712.04086), Appendix.

    Args:
        hidden_sizes: Tuple of ints. Units of the hidden layers.
        maxout_pieces: int or None. Linear maps of which each unit takes the largest
            ([Goodfellow et al., 2013](https://arxiv.org/abs/1302.4389), Section 3);
            None for leaky ReLU of slope 0.2.
        num_classes: int or None. Classes; the logit is then a projection on an
            embedding of the label.

    Call arguments:
        inputs: examples float `(B, ...)`; with classes `[examples, labels]`, labels int
            `(B,)`.

    Returns:
        float32 `(B,)`, the logits.

    Raises:
        ValueError: If labels are missing or not expected.

    Example:

    ```python
    MLPDiscriminator()(np.zeros((2, 28, 28, 1)))  # (2,)
    ```
    """

    def __init__(
        self,
        hidden_sizes: typing.Sequence[int] = (512, 256),
        maxout_pieces: int | None = None,
        num_classes: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.hidden_sizes = tuple(hidden_sizes)
        self.maxout_pieces = maxout_pieces
        self.num_classes = num_classes
        self.hidden = [
            keras.layers.Dense(
                units * (maxout_pieces or 1),
                kernel_initializer="he_normal",
                dtype=self.dtype_policy,
            )
            for units in self.hidden_sizes
        ]
        self.head = ProjectionHead(num_classes)

    def build(self, inputs_shape):
        size = math.prod(first_shape(inputs_shape, self.num_classes)[1:])
        for layer, units in zip(self.hidden, self.hidden_sizes):
            layer.build((None, size))
            size = units
        self.head.build((None, size))
        self.built = True

    def call(self, inputs, training=False):
        x, labels = split_labels(inputs, self.num_classes)
        x = ops.reshape(x, (-1, math.prod(x.shape[1:])))
        for layer, units in zip(self.hidden, self.hidden_sizes):
            x = layer(x)
            if self.maxout_pieces:
                pieces = ops.reshape(x, (-1, self.maxout_pieces, units))
                x = ops.max(pieces, axis=1)
            else:
                x = ops.leaky_relu(x, 0.2)
        return self.head(x, labels)

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_sizes": self.hidden_sizes,
            "maxout_pieces": self.maxout_pieces,
            "num_classes": self.num_classes,
        }
