"""A stack of decoder blocks."""

import typing

import keras

from kerazoo.layers.block_stack import BlockStack
from kerazoo.layers.decoder_block import DecoderBlock
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class Decoder(BlockStack):
    """Decoder blocks one after the other, normalised at the end where each is at first.

    [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), Section 3.1.

    Args:
        num_layers: int. Number of blocks.
        num_heads: int. Heads of each.
        feed_forward_size: int. Width inside the feed-forward layers.
        is_cross: bool. Attends to a memory, too.
        **kwargs: Further arguments of `DecoderBlock`: `dropout`, `activation`, `norm`,
            `norm_first`, `num_key_value_heads`, `positions`, `window`, `use_bias`,
            `epsilon` and `hidden_dropout`; and those of a Keras layer.

    Call arguments:
        inputs: float `(B, T, D)`.
        memory: float `(B, S, C)` or None, the outputs of an encoder.
        memory_mask: bool `(B, S)` or None, False for places of the memory that none may
            attend to.
        cache: None or what `make_cache` returns.
        position: int or int32 scalar. Position of the first of the inputs in the cache.
        projected: None or what `project` returns, in place of `memory`.
        key_mask, beams: Of the self-attention, see `Attention`.
        training: bool or None. Drops out in training.

    Returns:
        float `(B, T, D)`; with `cache` the pair of this and the new cache.

    Raises:
        ValueError: If there are no blocks, or as `DecoderBlock` does.

    Example:

    ```python
    import numpy as np
    from kerazoo.layers import Decoder

    decoder = Decoder(num_layers=2, num_heads=4, feed_forward_size=64)
    decoder(np.ones((2, 10, 32)), memory=np.ones((2, 7, 32)))  # (2, 10, 32)
    ```
    """

    block_class = DecoderBlock

    def __init__(
        self,
        num_layers: int,
        num_heads: int,
        feed_forward_size: int,
        is_cross: bool = True,
        **kwargs: typing.Any,
    ):
        super().__init__(
            num_layers,
            num_heads,
            feed_forward_size,
            is_cross=is_cross,
            autocast=False,  # A cache keeps its precision.
            **kwargs,
        )

    def build(self, inputs_shape, memory_shape=None):
        super().build(inputs_shape, memory_shape)

    def call(
        self,
        inputs: Tensor,
        memory: Tensor | None = None,
        memory_mask: Tensor | None = None,
        cache: list[tuple[Tensor, Tensor]] | None = None,
        position: Tensor | int = 0,
        projected: list[tuple[Tensor, Tensor]] | None = None,
        training: bool | None = None,
        key_mask: Tensor | None = None,
        beams: int | None = None,
    ) -> Tensor | tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        x, caches = inputs, []
        for index, block in enumerate(self.blocks):
            x = self.through(
                *(block, x, memory),
                memory_mask=memory_mask,
                key_mask=key_mask,
                cache=None if cache is None else cache[index],
                position=position,
                projected=None if projected is None else projected[index],
                beams=beams,
                training=training,
            )
            if cache is not None:
                x, of_block = x
                caches.append(of_block)
        x = x if self.norm is None else self.norm(x)
        return x if cache is None else (x, caches)

    def make_cache(
        self, batch_size: Tensor | int, length: int, dtype: str | None = None
    ) -> list[tuple[Tensor, Tensor]]:
        """Returns a cache of keys and values without tokens.

        Args:
            batch_size: int or int32 scalar, B.
            length: Most tokens N.
            dtype: Type of the numbers; None for that of the layer.

        Returns:
            List of pairs float `(B, K, N, P)`, one for each block.
        """
        return [block.make_cache(batch_size, length, dtype) for block in self.blocks]

    def project(self, memory: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Returns keys and values of a memory for all blocks, a list of pairs."""
        return [block.project(memory) for block in self.blocks]
