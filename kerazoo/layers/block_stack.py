"""What the stacks of encoder and decoder blocks share."""

import typing

import keras

from kerazoo.layers.base_transformer_block import BaseTransformerBlock
from kerazoo.layers.block_arguments import pop_block_arguments
from kerazoo.layers.low_rank_adapters import add_adapters
from kerazoo.layers.tensor import Tensor


class BlockStack(keras.layers.Layer):
    """Base class of blocks one after the other.

    They are normalised at the end where each normalises at first,
    [Xiong et al., 2020](https://arxiv.org/abs/2002.04745), Table 1.

    Args:
        num_layers: Number of blocks.
        num_heads: Heads of each.
        feed_forward_size: Width inside the feed-forward layers.
        lora_rank: Rank of an adapter of each linear map, see `add_adapters`; None for
            none.
        lora_alpha: Scale of the adapters; None for `lora_rank`.
        remat: Keeps the outputs of blocks alone in training, and computes what is
            within them again for the gradient: less memory for a third more time,
            [Chen et al., 2016](https://arxiv.org/abs/1604.06174), Section 4. Without
            dropout and experts, which must not be drawn and counted twice.
        **kwargs: Further arguments of the blocks, and those of a Keras layer.

    Attributes:
        block_class: Class of the blocks; a subclass says it.
        blocks: List of the blocks.
        norm: The normalisation at the end, or None.

    Raises:
        ValueError: If there are no blocks, `remat` has dropout or experts, or as the
            block does.
    """

    block_class: type[BaseTransformerBlock]

    def __init__(
        self,
        num_layers: int,
        num_heads: int,
        feed_forward_size: int,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        remat: bool = False,
        **kwargs: typing.Any,
    ):
        block_arguments = pop_block_arguments(kwargs)
        super().__init__(**kwargs)
        if num_layers < 1:
            raise ValueError(
                f"`num_layers` must be positive. Received: num_layers={num_layers}"
            )
        drawn = ("dropout", "hidden_dropout", "num_experts")
        given = {n: block_arguments[n] for n in drawn if block_arguments.get(n)}
        if remat and given:
            raise ValueError(
                "`remat` goes without dropout and experts. "
                f"Received: remat=True with {given}"
            )
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.feed_forward_size = feed_forward_size
        self.lora_rank = lora_rank
        self.lora_alpha = lora_alpha
        self.remat = remat
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
        if self.lora_rank is not None:
            add_adapters(self, self.lora_rank, self.lora_alpha)

    def through(
        self,
        block: keras.layers.Layer,
        *inputs: Tensor | None,
        training: bool | None = None,
        **arguments: typing.Any,
    ) -> typing.Any:
        """Applies one of the blocks, whose inner values need not be kept with `remat`.

        Args:
            block: One of `blocks`.
            *inputs: Its inputs that have gradients, those at the end perhaps None.
            training: bool or None.
            **arguments: Its other arguments.
        """

        def apply(*inputs):
            return block(*inputs, training=training, **arguments)

        given = [x for x in inputs if x is not None]
        return keras.remat(apply)(*given) if self.remat and training else apply(*given)

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "feed_forward_size": self.feed_forward_size,
            "lora_rank": self.lora_rank,
            "lora_alpha": self.lora_alpha,
            "remat": self.remat,
            **self.block_arguments,
        }
