"""What the stacks of encoder and decoder blocks share."""

import typing

import keras

from kerazoo.layers.base_transformer_block import BaseTransformerBlock
from kerazoo.layers.block_arguments import pop_block_arguments


class BlockStack(keras.layers.Layer):
    """Base class of blocks one after the other.

    They are normalised at the end where each normalises at first,
    [Xiong et al., 2020](https://arxiv.org/abs/2002.04745), Table 1.

    Args:
        num_layers: Number of blocks.
        num_heads: Heads of each.
        feed_forward_size: Width inside the feed-forward layers.
        **kwargs: Further arguments of the blocks, and those of a Keras layer.

    Attributes:
        block_class: Class of the blocks; a subclass says it.
        blocks: List of the blocks.
        norm: The normalisation at the end, or None.

    Raises:
        ValueError: If there are no blocks, or as the block does.
    """

    block_class: type[BaseTransformerBlock]

    def __init__(
        self,
        num_layers: int,
        num_heads: int,
        feed_forward_size: int,
        **kwargs: typing.Any,
    ):
        block_arguments = pop_block_arguments(kwargs)
        super().__init__(**kwargs)
        if num_layers < 1:
            raise ValueError(
                f"`num_layers` must be positive. Received: num_layers={num_layers}"
            )
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.feed_forward_size = feed_forward_size
        self.block_arguments = block_arguments
        self.blocks = [
            self.block_class(
                num_heads,
                feed_forward_size,
                **block_arguments,
                dtype=self.dtype_policy,
                name=f"block_{index}",
            )
            for index in range(num_layers)
        ]
        self.norm = None
        if block_arguments.get("norm_first"):
            self.norm = self.blocks[0].normalization("norm")

    def build(self, inputs_shape, *shapes):
        for block in self.blocks:
            block.build(inputs_shape, *shapes)
        if self.norm is not None:
            self.norm.build(inputs_shape)

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "feed_forward_size": self.feed_forward_size,
            **self.block_arguments,
        }
