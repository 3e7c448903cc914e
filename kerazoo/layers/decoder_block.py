"""Block of a Transformer's decoder, or of a causal language model."""

import typing

import keras
from keras import ops

from kerazoo.layers.attention import Attention
from kerazoo.layers.base_transformer_block import BaseTransformerBlock
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class DecoderBlock(BaseTransformerBlock):
    r"""Causal self-attention, cross-attention and a feed-forward layer, each added.

    The layers of the decoder of
    [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), Section 3.1: each sublayer
    f gives \(\mathrm{norm}(x + f(x))\), or \(x + f(\mathrm{norm}(x))\) with
    `norm_first`. Without the cross-attention it is the block of a causal language
    model. With a cache it goes on from the tokens of earlier calls.

    Args:
        num_heads: int. Number of heads H, a divisor of the width D.
        feed_forward_size: int. Width inside the feed-forward layer.
        is_cross: bool. Attends to a memory, too.
        **kwargs: Of `BaseTransformerBlock`: `dropout`, `activation`, `norm`,
            `norm_first`, `num_key_value_heads`, `positions`, `window`, `use_bias`,
            `epsilon` and `hidden_dropout`.

    Call arguments:
        inputs: float `(B, T, D)`.
        memory: float `(B, S, C)` or None, the outputs of an encoder.
        memory_mask: bool `(B, S)` or None, False for places of the memory that none may
            attend to.
        key_mask: bool `(B, T)` or None, False for tokens that none may attend to; with
            `cache` `(B, N)`, over its places. `(B, T, T)` or `(B, T, N)` where tokens
            differ.
        cache: None or the pair of `make_cache`.
        position: int or int32 scalar. Position of the first of the inputs in the cache.
        projected: None or the pair of `project`, in place of `memory`.
        beams: int or None. Of the self-attention, see `Attention`.
        training: bool or None. Drops out in training.

    Returns:
        float `(B, T, D)`; with `cache` the pair of this and the new cache.

    Raises:
        ValueError: If D is not a multiple of `num_heads`, an argument is out of its
            range, `memory` is missing or there is no attention to it, or T tokens do
            not fit into the cache at `position`.

    Example:

    ```python
    block = DecoderBlock(num_heads=4, feed_forward_size=128)
    memory = np.ones((2, 7, 32))
    block(np.ones((2, 10, 32)), memory)  # (2, 10, 32)
    cache, projected = block.make_cache(2, length=10), block.project(memory)
    token = np.ones((2, 1, 32))
    outputs, cache = block(token, projected=projected, cache=cache, position=0)
    ```
    """

    is_causal = True

    def __init__(
        self,
        num_heads: int,
        feed_forward_size: int,
        is_cross: bool = True,
        **kwargs: typing.Any,
    ):
        # A cache keeps its precision.
        super().__init__(num_heads, feed_forward_size, autocast=False, **kwargs)
        self.is_cross = is_cross
        if is_cross:
            self.cross_attention = Attention(
                num_heads,
                self.num_key_value_heads,
                use_bias=self.use_bias,
                dtype=self.dtype_policy,
                name="cross_attention",
            )
            self.cross_attention_norm = self.normalization("cross_attention_norm")

    def build(self, inputs_shape, memory_shape=None):
        super().build(inputs_shape)
        if self.is_cross:
            if memory_shape is None:
                raise ValueError(
                    "With is_cross=True the first call needs `memory`, or `build` its "
                    "shape. Received: memory=None"
                )
            self.cross_attention.build(inputs_shape, memory_shape)
            self.cross_attention_norm.build(inputs_shape)

    def call(
        self,
        inputs: Tensor,
        memory: Tensor | None = None,
        memory_mask: Tensor | None = None,
        key_mask: Tensor | None = None,
        cache: tuple[Tensor, Tensor] | None = None,
        position: Tensor | int = 0,
        projected: tuple[Tensor, Tensor] | None = None,
        training: bool | None = None,
        beams: int | None = None,
    ) -> Tensor | tuple[Tensor, tuple[Tensor, Tensor]]:
        if self.is_cross == (memory is None and projected is None):
            shape = None if memory is None else tuple(memory.shape)
            raise ValueError(
                "`memory` or `projected` must be given with is_cross=True, only then. "
                f"Received: memory.shape={shape}, is_cross={self.is_cross}"
            )
        inputs = ops.cast(inputs, self.compute_dtype)
        x = self.before(self.self_attention_norm, inputs)
        x = self.self_attention(
            x, key_mask=key_mask, cache=cache, position=position, beams=beams
        )
        if cache is not None:
            x, cache = x
        inputs = self.after(self.self_attention_norm, inputs, x, training)
        if self.is_cross:
            x = self.before(self.cross_attention_norm, inputs)
            x = self.cross_attention(
                x, context=memory, key_mask=memory_mask, projected=projected
            )
            inputs = self.after(self.cross_attention_norm, inputs, x, training)
        x = self.before(self.feed_forward_norm, inputs)
        x = self.feed_forward(x, training=training)
        outputs = self.after(self.feed_forward_norm, inputs, x, training)
        return outputs if cache is None else (outputs, cache)

    def make_cache(
        self, batch_size: Tensor | int, length: int, dtype: str | None = None
    ) -> tuple[Tensor, Tensor]:
        """Returns a cache without tokens, as `Attention.make_cache` does."""
        return self.self_attention.make_cache(batch_size, length, dtype)

    def project(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the keys and values of a memory, as `Attention.project` does."""
        if not self.is_cross:
            raise ValueError(
                "Only a block with is_cross=True has a memory. Received: is_cross=False"
            )
        return self.cross_attention.project(memory)

    def compute_output_shape(self, inputs_shape, cache_shape=None):
        shape = tuple(inputs_shape)
        return shape if cache_shape is None else (shape, cache_shape)

    def get_config(self):
        return {**super().get_config(), "is_cross": self.is_cross}
