"""Transformer block modulated by a condition."""

import typing

import keras
from keras import ops

from kerazoo.layers.adaptive_layer_normalization import AdaptiveLayerNormalization
from kerazoo.layers.attention import Attention


@keras.saving.register_keras_serializable(package="kerazoo")
class DiTBlock(keras.layers.Layer):
    r"""Attention, then a perceptron, each normalized and gated by the condition.

    Computes \(h = x + \alpha_1(c)\, \mathrm{attention}(\mathrm{adaLN}_1(x, c))\) and
    \(h + \alpha_2(c)\, W_2\, \mathrm{gelu}(W_1\, \mathrm{adaLN}_2(h, c))\), the
    adaLN-zero block of [Peebles & Xie, 2023](https://arxiv.org/abs/2212.09748), Section
    3.2. The gates alpha start at zero, so the untrained block is the identity.

    Args:
        num_heads: int. Heads of the attention, a divisor of the width D.
        mlp_ratio: float. Width of the perceptron's hidden layer as a multiple of D.
        dropout: float in [0, 1). Dropout rate in the perceptron.
        seed: int or None. Seed of the dropout.

    Call arguments:
        inputs: float `(B, T, D)`.
        condition: float `(B, E)`, activated already.

    Returns:
        float `(B, T, D)`.

    Example:

    ```python
    block = DiTBlock(num_heads=4)
    block(np.ones((2, 16, 32)), np.ones((2, 64)))  # (2, 16, 32)
    ```
    """

    def __init__(
        self,
        num_heads: int,
        mlp_ratio: float = 4.0,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.mlp_ratio = mlp_ratio
        self.dropout = dropout
        self.seed = seed

    def build(self, inputs_shape, condition_shape):
        size = inputs_shape[-1]
        hidden = int(size * self.mlp_ratio)
        self.attention_norm = self._norm(
            "attention_norm", inputs_shape, condition_shape
        )
        self.attention = Attention(
            self.num_heads, dtype=self.dtype_policy, name="attention"
        )
        self.attention.build(inputs_shape)
        self.mlp_norm = self._norm("mlp_norm", inputs_shape, condition_shape)
        self.hidden = keras.layers.Dense(hidden, dtype=self.dtype_policy, name="hidden")
        self.hidden.build(inputs_shape)
        self.hidden_dropout = keras.layers.Dropout(
            self.dropout, seed=self.seed, dtype=self.dtype_policy
        )
        self.output_dense = keras.layers.Dense(
            size, dtype=self.dtype_policy, name="output_dense"
        )
        self.output_dense.build((*inputs_shape[:-1], hidden))

    def call(self, inputs, condition, training=None):
        tokens, gate = self.attention_norm(inputs, condition)
        features = inputs + gate * self.attention(tokens)
        tokens, gate = self.mlp_norm(features, condition)
        hidden = ops.gelu(self.hidden(tokens), approximate=True)
        hidden = self.hidden_dropout(hidden, training=training)
        return features + gate * self.output_dense(hidden)

    def compute_output_shape(self, inputs_shape, condition_shape=None):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "mlp_ratio": self.mlp_ratio,
            "dropout": self.dropout,
            "seed": self.seed,
        }

    def _norm(self, name, inputs_shape, condition_shape):
        norm = AdaptiveLayerNormalization(
            gated=True, dtype=self.dtype_policy, name=name
        )
        norm.build(inputs_shape, condition_shape)
        return norm
