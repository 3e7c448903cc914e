"""A stack of decoder blocks."""

import keras

from kerazoo.layers.decoder_block import DecoderBlock
from kerazoo.models.transformer.networks.block_arguments import pop_block_arguments


@keras.saving.register_keras_serializable(package="kerazoo")
class Decoder(keras.layers.Layer):
    """Decoder blocks one after the other, normalised at the end where each is at first.

    [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), Section 3.1.

    Args:
        num_layers: int. Number of blocks.
        num_heads: int. Heads of each.
        hidden_size: int. Width inside the feed-forward layers.
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
        training: bool or None. Drops out in training.

    Returns:
        float `(B, T, D)`; with `cache` the pair of this and the new cache.

    Raises:
        ValueError: As `DecoderBlock` does.

    Example:

    ```python
    decoder = Decoder(num_layers=2, num_heads=4, hidden_size=64)
    decoder(np.ones((2, 10, 32)), memory=np.ones((2, 7, 32)))  # (2, 10, 32)
    ```
    """

    def __init__(self, num_layers, num_heads, hidden_size, is_cross=True, **kwargs):
        self.block_arguments = pop_block_arguments(kwargs)
        # A cache keeps its precision.
        super().__init__(**{"autocast": False, **kwargs})
        if num_layers < 1:
            raise ValueError(
                f"`num_layers` must be positive. Received: num_layers={num_layers}"
            )
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.hidden_size = hidden_size
        self.is_cross = is_cross
        self.blocks = [
            DecoderBlock(
                num_heads,
                hidden_size,
                is_cross,
                **self.block_arguments,
                dtype=self.dtype_policy,
                name=f"block_{index}",
            )
            for index in range(num_layers)
        ]
        self.norm = None
        if self.block_arguments.get("norm_first"):
            self.norm = self.blocks[0].normalization("norm")

    def build(self, inputs_shape, memory_shape=None):
        for block in self.blocks:
            block.build(inputs_shape, memory_shape)
        if self.norm is not None:
            self.norm.build(inputs_shape)

    def call(
        self,
        inputs,
        memory=None,
        memory_mask=None,
        cache=None,
        position=0,
        projected=None,
        training=None,
    ):
        x, caches = inputs, []
        for index, block in enumerate(self.blocks):
            x = block(
                x,
                memory,
                memory_mask=memory_mask,
                cache=None if cache is None else cache[index],
                position=position,
                projected=None if projected is None else projected[index],
                training=training,
            )
            if cache is not None:
                x, own = x
                caches.append(own)
        x = x if self.norm is None else self.norm(x)
        return x if cache is None else (x, caches)

    def make_cache(self, batch_size, length, dtype=None):
        """Returns a cache of keys and values without tokens.

        Args:
            batch_size: int or int32 scalar, B.
            length: int. Most tokens N.
            dtype: str or None for that of the layer.

        Returns:
            List of pairs float `(B, K, N, P)`, one for each block.
        """
        return [block.make_cache(batch_size, length, dtype) for block in self.blocks]

    def project(self, memory):
        """Returns keys and values of a memory for all blocks, a list of pairs."""
        return [block.project(memory) for block in self.blocks]

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "hidden_size": self.hidden_size,
            "is_cross": self.is_cross,
            **self.block_arguments,
        }
