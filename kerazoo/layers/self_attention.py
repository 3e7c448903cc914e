"""Multi-head attention of tokens to each other."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="kerazoo")
class SelfAttention(keras.layers.Layer):
    r"""Lets every token attend to all tokens of its sequence.

    Each head computes \(\mathrm{softmax}(Q K^T / \sqrt{D / H}) V\), the heads are
    concatenated and mixed by a last linear map,
    [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), Equation 1. One matrix
    computes queries, keys and values, in this order.

    Args:
        num_heads: int. Number of heads H, a divisor of the width D.
        output_initializer: Initializer of the last map; "zeros" makes a residual
            branch that starts as the identity.

    Call arguments:
        inputs: float `(B, T, D)`.

    Returns:
        float `(B, T, D)`.

    Raises:
        ValueError: If the inputs have another rank, or D is not a multiple of
            `num_heads`.

    Example:

    ```python
    layer = SelfAttention(num_heads=4)
    layer(np.ones((2, 10, 32)))  # (2, 10, 32)
    ```
    """

    def __init__(self, num_heads, output_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        if num_heads < 1:
            raise ValueError(
                f"`num_heads` must be positive. Received: num_heads={num_heads}"
            )
        self.num_heads = num_heads
        self.output_initializer = keras.initializers.get(output_initializer)

    def build(self, inputs_shape):
        if len(inputs_shape) != 3:
            raise ValueError(
                "`inputs` must have shape (batch, tokens, features). "
                f"Received: inputs.shape={tuple(inputs_shape)}"
            )
        size = inputs_shape[-1]
        if size % self.num_heads:
            raise ValueError(
                "The features must be a multiple of `num_heads`. "
                f"Received: features={size}, num_heads={self.num_heads}"
            )
        self.query_key_value = keras.layers.Dense(
            3 * size,
            # Glorot's bounds of three square matrices, not of the one wide matrix.
            kernel_initializer=keras.initializers.VarianceScaling(
                1.0, "fan_in", "uniform"
            ),
            dtype=self.dtype_policy,
            name="query_key_value",
        )
        self.query_key_value.build(inputs_shape)
        self.projection = keras.layers.Dense(
            size,
            kernel_initializer=self.output_initializer,
            dtype=self.dtype_policy,
            name="projection",
        )
        self.projection.build(inputs_shape)

    def call(self, inputs):
        size, tokens = inputs.shape[-1], ops.shape(inputs)[1]
        heads = (-1, tokens, 3 * self.num_heads, size // self.num_heads)
        stacked = ops.reshape(self.query_key_value(inputs), heads)
        query, key, value = ops.split(stacked, 3, axis=2)  # each (B, T, H, D / H)
        attended = ops.dot_product_attention(query, key, value)
        return self.projection(ops.reshape(attended, (-1, tokens, size)))

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "output_initializer": keras.initializers.serialize(self.output_initializer),
        }
