"""Perceptron applied to each token."""

import typing

import keras
from keras import ops

from kerazoo.layers.dropout import Dropout
from kerazoo.layers.tensor import Tensor

ACTIVATIONS = ("relu", "gelu", "silu")
GATES = {"swiglu": "silu", "geglu": "gelu"}


@keras.saving.register_keras_serializable(package="kerazoo")
class FeedForward(keras.layers.Layer):
    r"""Maps each token to a hidden layer and back.

    Computes \(W_2\, \sigma(W_1 x)\), Equation 2 of
    [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), or with a gate
    \(W_2 (\sigma(W_1 x) \odot V x)\), Equation 6 of
    [Shazeer, 2020](https://arxiv.org/abs/2002.05202). One matrix computes
    \(W_1 x\) and \(V x\), in this order. A gate adds half as many parameters again:
    two thirds of `feed_forward_size` keep their number.

    Args:
        feed_forward_size: int. Width between the two maps.
        activation: "relu", "gelu", "silu", or gated "swiglu" (SiLU), "geglu" (GELU).
        dropout: float in [0, 1). Dropout rate of the hidden layer.
        use_bias: bool. Adds biases to both maps.

    Call arguments:
        inputs: float `(..., D)`.
        training: bool or None. Drops out in training.

    Returns:
        float `(..., D)`.

    Raises:
        ValueError: If `feed_forward_size` is not positive, or `activation` is another
            one.

    Example:

    ```python
    layer = FeedForward(feed_forward_size=128, activation="swiglu", use_bias=False)
    layer(np.ones((2, 10, 32)))  # (2, 10, 32)
    ```
    """

    def __init__(
        self,
        feed_forward_size: int,
        activation: str = "gelu",
        dropout: float = 0.0,
        use_bias: bool = True,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if feed_forward_size < 1:
            raise ValueError(
                "`feed_forward_size` must be positive. "
                f"Received: feed_forward_size={feed_forward_size}"
            )
        if activation not in (*ACTIVATIONS, *GATES):
            raise ValueError(
                f"`activation` must be one of {[*ACTIVATIONS, *GATES]}. "
                f"Received: activation={activation!r}"
            )
        self.feed_forward_size = feed_forward_size
        self.activation = activation
        self.dropout = dropout
        self.use_bias = use_bias
        self.supports_masking = True

    def build(self, inputs_shape):
        size, parts = inputs_shape[-1], 2 if self.activation in GATES else 1
        self.hidden = keras.layers.Dense(
            parts * self.feed_forward_size,
            use_bias=self.use_bias,
            # Glorot's bounds of one matrix, also where two stand side by side.
            kernel_initializer=keras.initializers.VarianceScaling(
                2 * size / (size + self.feed_forward_size), "fan_in", "uniform"
            ),
            dtype=self.dtype_policy,
            name="hidden",
        )
        self.hidden.build(inputs_shape)
        self.dropout_layer = Dropout(
            self.dropout, dtype=self.dtype_policy, name="dropout"
        )
        self.projection = keras.layers.Dense(
            size, use_bias=self.use_bias, dtype=self.dtype_policy, name="projection"
        )
        self.projection.build((*inputs_shape[:-1], self.feed_forward_size))

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        hidden = self.hidden(ops.reshape(inputs, (-1, inputs.shape[-1])))
        hidden = activated(hidden, self.activation)
        outputs = self.projection(self.dropout_layer(hidden, training=training))
        return ops.reshape(outputs, ops.shape(inputs))

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "feed_forward_size": self.feed_forward_size,
            "activation": self.activation,
            "dropout": self.dropout,
            "use_bias": self.use_bias,
        }


def activated(hidden: Tensor, activation: str) -> Tensor:
    """Applies one of the activations, or a gate that halves the features.

    Args:
        hidden: float `(..., F)`, of a gate `(..., 2 F)`.
        activation: Of `ACTIVATIONS` or `GATES`.

    Returns:
        float `(..., F)`.
    """
    if activation not in GATES:
        return keras.activations.get(activation)(hidden)
    gate, hidden = ops.split(hidden, 2, axis=-1)
    return keras.activations.get(GATES[activation])(gate) * hidden
