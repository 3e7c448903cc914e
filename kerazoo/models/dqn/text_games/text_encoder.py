"""From the tokens of a text to one vector."""

import typing

import keras
from keras import ops

from kerazoo.layers.encoder import Encoder
from kerazoo.layers.pooling import masked_max
from kerazoo.layers.pooling import masked_mean
from kerazoo.layers.tensor import Tensor
from kerazoo.layers.token_embedding import TokenEmbedding
from kerazoo.text.special_tokens import PAD

TEXT_ENCODERS = {  # Name to what becomes of the words.
    "convolution": "largest of three in a row",
    "bag": "mean",
    "gru": "last state",
    "transformer": "mean of an encoder block",
}
_CONVOLUTION_WIDTH = 3


@keras.saving.register_keras_serializable(package="kerazoo")
class TextEncoder(keras.layers.Layer):
    """Embeds tokens, reads them, and puts them together; padding changes nothing.

    Args:
        vocabulary_size: int. Number of tokens V.
        units: int. Width D.
        kind: `"bag"`, the mean of the embeddings, whose order is lost, as in
            [He et al., 2016](https://arxiv.org/abs/1511.04636); `"convolution"`, the
            maximum over three words in a row,
            [Kim, 2014](https://arxiv.org/abs/1408.5882); `"gru"`, the last state of a
            recurrent network; `"transformer"`, the mean of an encoder block of
            [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762).
        num_heads: int. Of the attention.

    Call arguments:
        tokens: int `(B, T)`, 0 for padding at the end.
        training: bool or None. Passed on.

    Returns:
        float32 `(B, D)`; of a text without tokens the same for all.

    Raises:
        ValueError: If `kind` is another one.

    Example:

    ```python
    import numpy as np
    from kerazoo.models.dqn.text_games import TextEncoder

    TextEncoder(100, units=16)(np.array([[4, 5, 6, 0]]))  # (1, 16)
    ```
    """

    def __init__(
        self,
        vocabulary_size: int,
        units: int = 64,
        kind: str = "convolution",
        num_heads: int = 4,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if kind not in TEXT_ENCODERS:
            raise ValueError(
                f"`kind` must be one of {', '.join(TEXT_ENCODERS)}. "
                f"Received: kind={kind}"
            )
        self.vocabulary_size = vocabulary_size
        self.units = units
        self.kind = kind
        self.num_heads = num_heads
        dtype = {"dtype": self.dtype_policy}
        positions = "sinusoidal" if kind == "transformer" else "rotary"  # Not added.
        self.embedding = TokenEmbedding(
            vocabulary_size, units, positions, name="embedding", **dtype
        )
        self.reader: typing.Any = None
        if kind == "gru":
            self.reader = keras.layers.GRU(units, name="reader", **dtype)
        elif kind == "transformer":
            self.reader = Encoder(1, num_heads, 2 * units, name="reader", **dtype)

    def build(self, tokens_shape):
        self.embedding.build(tokens_shape)
        if self.reader is not None:
            self.reader.build((None, tokens_shape[-1], self.units))
        if self.kind == "convolution":
            width = _CONVOLUTION_WIDTH * self.units
            self.kernel = self.add_weight(shape=(self.units, width), name="kernel")
            self.bias = self.add_weight(
                shape=(self.units,), initializer="zeros", name="bias"
            )

    def call(self, tokens: Tensor, training: bool | None = None) -> Tensor:
        tokens = ops.cast(tokens, "int32")
        mask = ops.not_equal(tokens, PAD)
        if self.kind == "convolution":
            return ops.relu(masked_max(self._convolve(tokens), mask))
        x = self.embedding(tokens, training=training)
        if self.kind == "bag":
            return masked_mean(x, mask)
        if self.kind == "gru":
            return ops.cast(self.reader(x, mask=mask, training=training), "float32")
        return masked_mean(self.reader(x, key_mask=mask, training=training), mask)

    def _convolve(self, tokens):
        """Looks up what each word gives to its place and to those around it.

        This is the convolution of the embeddings: words are few, places are many.
        """
        words = ops.arange(self.vocabulary_size, dtype="int32")
        embeddings = self.embedding(words[None])[0]
        given = ops.matmul(embeddings, ops.cast(self.kernel, embeddings.dtype))
        given = ops.where((words == PAD)[:, None], ops.zeros_like(given), given)
        given = ops.split(given, _CONVOLUTION_WIDTH, axis=-1)
        beyond = _CONVOLUTION_WIDTH // 2
        around = ops.pad(tokens, [[0, 0], [beyond, beyond]], constant_values=PAD)
        length = ops.shape(tokens)[1]
        x = ops.cast(self.bias, embeddings.dtype)
        for place, table in enumerate(given):
            x = x + ops.take(table, around[:, place : place + length], axis=0)
        return x

    def compute_output_shape(self, tokens_shape):
        return tokens_shape[0], self.units

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "units": self.units,
            "kind": self.kind,
            "num_heads": self.num_heads,
        }
