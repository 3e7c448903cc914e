"""Block of a Conformer."""

import typing

import keras
from keras import ops

from kerazoo.layers.attention import Attention
from kerazoo.layers.chunked_attention import ChunkedAttention
from kerazoo.layers.convolution_module import ConvolutionModule
from kerazoo.layers.dropout import Dropout
from kerazoo.layers.feed_forward import FeedForward
from kerazoo.layers.layer_normalization import LayerNormalization
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class ConformerBlock(keras.layers.Layer):
    r"""Attention and convolution between two feed-forward layers, each added.

    Equation 1 of [Gulati et al., 2020](https://arxiv.org/abs/2005.08100): x becomes
    \(x + f_1(x) / 2\) of a feed-forward layer, then \(x + a(x)\) of attention, then
    \(x + c(x)\) of a `ConvolutionModule`, then \(\mathrm{norm}(x + f_2(x) / 2)\) of
    another feed-forward layer. Each normalises what it gets.

    Positions are rotary, where the paper has relative ones. Tokens of padding change
    nothing for the others.

    With a `chunk_size`, a token attends to its own chunk and those before, and the
    convolution looks back alone: a stack of such blocks can be computed chunk by chunk,
    while a sequence goes on. See `ChunkedAttention`.

    Args:
        num_heads: int. Number of heads H, a divisor of the width D.
        feed_forward_size: int. Width inside the feed-forward layers.
        kernel_size: int. Tokens of the convolution, odd unless there are chunks.
        dropout: float in [0, 1). Dropout rate of each sublayer's outputs, and inside
            the feed-forward layers.
        norm: "layer" or "batch", the normalisation within the convolution, see
            `kerazoo.layers.convolution_module.ConvolutionModule`.
        positions: None, "rotary" or, without chunks, "alibi".
        chunk_size: int or None. Tokens of a chunk.
        left_chunks: int or None. Chunks before its own that a token attends to; None
            for all.
        num_key_value_heads: int or None. Key and value heads, a divisor of H.
        epsilon: float. Added to the variance by the normalisations.

    Call arguments:
        inputs: float `(B, T, D)`.
        key_mask: bool `(B, T)` or None, False for tokens of padding.
        training: bool or None. Drops out in training.

    Returns:
        float `(B, T, D)`.

    Raises:
        ValueError: If D is not a multiple of `num_heads`, or an argument is out of its
            range.

    Example:

    ```python
    block = ConformerBlock(num_heads=4, feed_forward_size=128, kernel_size=15)
    block(np.ones((2, 10, 32)), key_mask=np.arange(10) < [[7], [10]])  # (2, 10, 32)
    ```
    """

    def __init__(
        self,
        num_heads: int,
        feed_forward_size: int,
        kernel_size: int = 31,
        dropout: float = 0.0,
        norm: str = "layer",
        positions: str | None = "rotary",
        chunk_size: int | None = None,
        left_chunks: int | None = None,
        num_key_value_heads: int | None = None,
        epsilon: float = 1e-5,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if chunk_size is None and left_chunks is not None:
            raise ValueError(
                "`left_chunks` needs a `chunk_size`. "
                f"Received: left_chunks={left_chunks}, chunk_size=None"
            )
        self.num_heads = num_heads
        self.feed_forward_size = feed_forward_size
        self.kernel_size = kernel_size
        self.dropout = dropout
        self.norm = norm
        self.positions = positions
        self.chunk_size = chunk_size
        self.left_chunks = left_chunks
        self.num_key_value_heads = num_key_value_heads
        self.epsilon = epsilon
        common = {"dtype": self.dtype_policy}
        self.feed_forwards = [
            FeedForward(
                feed_forward_size, "silu", dropout, name=f"feed_forward_{i}", **common
            )
            for i in (1, 2)
        ]
        arguments = {
            "num_key_value_heads": num_key_value_heads,
            "positions": positions,
            "name": "attention",
            **common,
        }
        if chunk_size is None:
            self.attention = Attention(num_heads, **arguments)
        else:
            self.attention = ChunkedAttention(
                num_heads, chunk_size, left_chunks, **arguments
            )
        self.convolution = ConvolutionModule(
            kernel_size,
            norm,
            is_causal=chunk_size is not None,
            epsilon=epsilon,
            name="convolution",
            **common,
        )
        self.norms = [
            LayerNormalization(epsilon, name=f"{name}_norm", **common)
            for name in (
                *("feed_forward_1", "attention", "convolution"),
                *("feed_forward_2", "output"),
            )
        ]
        self.dropout_layer = Dropout(dropout, name="dropout", **common)

    def build(self, inputs_shape):
        sublayers = *self.feed_forwards, self.attention, self.convolution, *self.norms
        for layer in sublayers:
            layer.build(inputs_shape)

    def call(
        self,
        inputs: Tensor,
        key_mask: Tensor | None = None,
        training: bool | None = None,
    ) -> Tensor:
        def attend(x):
            return self.attention(x, key_mask=key_mask)

        def convolve(x):
            return self.convolution(x, token_mask=key_mask, training=training)

        return self._through(inputs, attend, convolve, training)

    def start_stream(self, batch_size: Tensor | int) -> tuple[typing.Any, Tensor]:
        """Returns what `stream` remembers before a sequence begins, all 0.

        Args:
            batch_size: int or int scalar. B.

        Raises:
            ValueError: If the block has no `chunk_size` with `left_chunks`, or is not
                built.
        """
        if not isinstance(self.attention, ChunkedAttention):
            raise ValueError("A stream needs a `chunk_size`. Received: chunk_size=None")
        return (
            self.attention.start_stream(batch_size),
            self.convolution.start_stream(batch_size),
        )

    def stream(
        self, inputs: Tensor, cache: tuple[typing.Any, Tensor], key_mask: Tensor
    ) -> tuple[Tensor, tuple[typing.Any, Tensor]]:
        """Computes the next chunk of a sequence.

        Args:
            inputs: float `(B, C, D)`, one chunk.
            cache: Of `start_stream`, or of the chunk before.
            key_mask: See `ChunkedAttention.stream`.

        Returns:
            The outputs, float `(B, C, D)`, and the next cache.
        """
        inputs = ops.convert_to_tensor(inputs, self.compute_dtype)
        attended, convolved = cache
        token_mask = key_mask[:, -inputs.shape[1] :]

        def attend(x):
            nonlocal attended
            x, attended = self.attention.stream(x, attended, key_mask)
            return x

        def convolve(x):
            nonlocal convolved
            x, convolved = self.convolution.stream(x, convolved, token_mask)
            return x

        x = self._through(inputs, attend, convolve, training=False)
        return x, (attended, convolved)

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "feed_forward_size": self.feed_forward_size,
            "kernel_size": self.kernel_size,
            "dropout": self.dropout,
            "norm": self.norm,
            "positions": self.positions,
            "chunk_size": self.chunk_size,
            "left_chunks": self.left_chunks,
            "num_key_value_heads": self.num_key_value_heads,
            "epsilon": self.epsilon,
        }

    def _through(self, inputs, attend, convolve, training):
        first, second = self.feed_forwards
        norms = self.norms

        def dropped(outputs):
            return self.dropout_layer(outputs, training=training)

        x = inputs
        x = x + 0.5 * dropped(first(norms[0](x), training=training))
        x = x + dropped(attend(norms[1](x)))
        x = x + dropped(convolve(norms[2](x)))
        x = x + 0.5 * dropped(second(norms[3](x), training=training))
        return norms[4](x)
