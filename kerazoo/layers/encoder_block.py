"""Block of a Transformer's encoder."""

import keras
from keras import ops

from kerazoo.layers.base_transformer_block import BaseTransformerBlock
from kerazoo.layers.chunked_attention import ChunkedAttention
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class EncoderBlock(BaseTransformerBlock):
    r"""Self-attention, then a feed-forward layer, each added to its inputs.

    The layers of the encoder of
    [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), Section 3.1: each sublayer
    f gives \(\mathrm{norm}(x + f(x))\), or \(x + f(\mathrm{norm}(x))\) with
    `norm_first`.

    Args:
        num_heads: int. Number of heads H, a divisor of the width D.
        feed_forward_size: int. Width inside the feed-forward layer.
        **kwargs: Of `BaseTransformerBlock`: `dropout`, `activation`, `norm`,
            `norm_first`, `num_key_value_heads`, `positions`, `window`, `use_bias`,
            `epsilon`, `hidden_dropout`, `chunk_size` and `left_chunks`.

    Call arguments:
        inputs: float `(B, T, D)`.
        key_mask: bool `(B, T)` or None, False for tokens that none may attend to.
        training: bool or None. Drops out in training.

    Returns:
        float `(B, T, D)`.

    Raises:
        ValueError: If D is not a multiple of `num_heads`, or an argument is out of its
            range.

    Example:

    ```python
    block = EncoderBlock(num_heads=4, feed_forward_size=128, dropout=0.1)
    block(np.ones((2, 10, 32)), key_mask=np.arange(10) < [[7], [10]])  # (2, 10, 32)
    ```
    """

    def call(
        self,
        inputs: Tensor,
        key_mask: Tensor | None = None,
        training: bool | None = None,
    ) -> Tensor:
        x = self.before(self.self_attention_norm, inputs)
        x = self.self_attention(x, key_mask=key_mask)
        return self._after_attention(inputs, x, training)

    def start_stream(self, batch_size: Tensor | int) -> tuple[Tensor, Tensor]:
        """Returns what `stream` remembers before a sequence begins, all 0.

        Args:
            batch_size: int or int scalar. B.

        Raises:
            ValueError: If the block has no `chunk_size` with `left_chunks`, or is not
                built.
        """
        if not isinstance(self.self_attention, ChunkedAttention):
            raise ValueError("A stream needs a `chunk_size`. Received: chunk_size=None")
        return self.self_attention.start_stream(batch_size)

    def stream(
        self, inputs: Tensor, cache: tuple[Tensor, Tensor], key_mask: Tensor
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Computes the next chunk of a sequence.

        Args:
            inputs: float `(B, C, D)`, one chunk.
            cache: Of `start_stream`, or of the chunk before.
            key_mask: See `ChunkedAttention.stream`.

        Returns:
            The outputs, float `(B, C, D)`, and the next cache.
        """
        inputs = ops.convert_to_tensor(inputs, self.compute_dtype)
        x = self.before(self.self_attention_norm, inputs)
        x, cache = self.self_attention.stream(x, cache, key_mask)
        return self._after_attention(inputs, x, training=False), cache

    def _after_attention(self, inputs, x, training):
        inputs = self.after(self.self_attention_norm, inputs, x, training)
        x = self.before(self.feed_forward_norm, inputs)
        x = self.feed_forward(x, training=training)
        return self.after(self.feed_forward_norm, inputs, x, training)
