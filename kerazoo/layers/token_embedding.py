"""Vectors of tokens at their positions, and the way back."""

import math
import typing

import keras
from keras import ops

from kerazoo.layers.dropout import Dropout
from kerazoo.layers.position_embedding import PositionEmbedding
from kerazoo.layers.sinusoidal_embedding import SinusoidalEmbedding
from kerazoo.layers.tensor import Tensor

POSITIONS = ("sinusoidal", "learned", "rotary", "alibi")


@keras.saving.register_keras_serializable(package="kerazoo")
class TokenEmbedding(keras.layers.Layer):
    r"""Embeds tokens and their positions; its transpose scores the next token.

    Computes \(\sqrt{D} E_t + p_i\) of token t at position i, and the logits
    \(E h\) of a hidden state h: one matrix for both,
    [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), Sections 3.4 and 3.5.

    Args:
        vocabulary_size: int. Number of tokens V.
        units: int. Width D.
        positions: "sinusoidal" or "learned"; with "rotary" and "alibi", which are the
            attention's own, nothing is added here.
        max_length: int. Positions of a learned embedding.
        dropout: float in [0, 1). Dropout rate of the sum.
        scale: bool. Multiplies by \(\sqrt{D}\), and begins with a standard deviation
            of \(1 / \sqrt{D}\) in place of 0.02.

    Call arguments:
        tokens: int `(B, T)`.
        position: int or int32 scalar. Position of the first token.
        training: bool or None. Drops out in training.

    Returns:
        float `(B, T, D)`.

    Raises:
        ValueError: If `positions` is another one.

    Example:

    ```python
    embedding = TokenEmbedding(1_000, 32)
    hidden = embedding(np.array([[4, 5, 6]]))  # (1, 3, 32)
    embedding.logits(hidden)  # (1, 3, 1000)
    ```
    """

    def __init__(
        self,
        vocabulary_size: int,
        units: int,
        positions: str = "sinusoidal",
        max_length: int = 1_024,
        dropout: float = 0.0,
        scale: bool = True,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if positions not in POSITIONS:
            raise ValueError(
                f"`positions` must be one of {', '.join(POSITIONS)}. "
                f"Received: positions={positions}"
            )
        self.vocabulary_size = vocabulary_size
        self.units = units
        self.positions = positions
        self.max_length = max_length
        self.dropout = dropout
        self.scale = scale
        self.position_embedding = None
        if positions == "sinusoidal":
            self.position_embedding = SinusoidalEmbedding(
                units, dtype=self.dtype_policy, name="positions"
            )
        elif positions == "learned":
            self.position_embedding = PositionEmbedding(
                max_length, units, dtype=self.dtype_policy, name="positions"
            )
        self.dropout_layer = Dropout(dropout, dtype=self.dtype_policy, name="dropout")

    def build(self, tokens_shape):
        deviation = self.units**-0.5 if self.scale else 0.02
        self.embeddings = self.add_weight(
            shape=(self.vocabulary_size, self.units),
            initializer=keras.initializers.RandomNormal(stddev=deviation),
            name="embeddings",
        )
        if self.position_embedding is not None:
            self.position_embedding.build((None,))

    def call(
        self,
        tokens: Tensor,
        position: Tensor | int = 0,
        training: bool | None = None,
    ) -> Tensor:
        x = ops.take(self.embeddings, tokens, axis=0)
        x = ops.cast(x, self.compute_dtype)
        if self.scale:
            x = x * math.sqrt(self.units)
        if self.position_embedding is not None:
            x = x + self.position_embedding(position + ops.arange(ops.shape(tokens)[1]))
        return self.dropout_layer(x, training=training)

    def check_length(self, length: int) -> None:
        """Raises a ValueError where sequences would have more places than are known."""
        if self.positions == "learned" and length > self.max_length:
            raise ValueError(
                f"`length` must be at most {self.max_length}, the learned positions. "
                f"Received: length={length}"
            )

    def output_matrix(self) -> Tensor:
        """Returns the embeddings as columns, `(D, V)`, to be used in several calls."""
        return ops.transpose(ops.cast(self.embeddings, self.compute_dtype))

    def logits(self, hidden: Tensor, output_matrix: Tensor | None = None) -> Tensor:
        """Returns the scores of all tokens, float32 `(..., V)`, of hidden states."""
        if output_matrix is None:
            output_matrix = self.output_matrix()
        hidden = ops.cast(hidden, self.compute_dtype)
        return ops.cast(ops.matmul(hidden, output_matrix), "float32")

    def compute_output_shape(self, tokens_shape):
        return (*tokens_shape, self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "units": self.units,
            "positions": self.positions,
            "max_length": self.max_length,
            "dropout": self.dropout,
            "scale": self.scale,
        }
