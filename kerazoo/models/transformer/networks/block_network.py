"""What all Transformers share: their sizes, and the stacks of blocks of these sizes."""

import typing

import keras

from kerazoo.layers.block_arguments import pop_block_arguments
from kerazoo.layers.block_stack import BlockStack


class BlockNetwork(keras.Model):
    """Base class of networks whose blocks are all of the same sizes.

    Args:
        hidden_size: Width D of the hidden states.
        num_layers: Number of blocks of a stack.
        num_heads: Heads of each attention.
        feed_forward_size: Width inside the feed-forward layers; None for 4 D.
        dropout: Dropout rate in [0, 1).
        lora_rank: Rank of an adapter of each linear map of the stacks, see
            `kerazoo.layers.add_adapters`; None for none.
        lora_alpha: Scale of the adapters; None for `lora_rank`.
        remat: Computes what is within blocks again for the gradient, see
            `kerazoo.layers.Encoder`; takes less memory.
        **kwargs: Further arguments of the blocks, see `kerazoo.layers.EncoderBlock`:
            `activation`, `norm`, `norm_first`, `num_key_value_heads`, `window`,
            `use_bias`, `epsilon` and `hidden_dropout`; and those of a Keras model.
    """

    def __init__(
        self,
        hidden_size: int,
        num_layers: int,
        num_heads: int,
        feed_forward_size: int | None = None,
        dropout: float = 0.0,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        remat: bool = False,
        **kwargs: typing.Any,
    ):
        block_arguments = pop_block_arguments(kwargs)
        super().__init__(**kwargs)
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.feed_forward_size = feed_forward_size
        self.dropout = dropout
        self.lora_rank = lora_rank
        self.lora_alpha = lora_alpha
        self.remat = remat
        self.block_arguments = block_arguments

    def make_stack(
        self,
        kind: type[BlockStack],
        name: str,
        num_layers: int | None = None,
        **kwargs: typing.Any,
    ) -> BlockStack:
        """Returns a new stack of blocks.

        Args:
            kind: `Encoder` or `Decoder`.
            name: Name of the layer.
            num_layers: Number of blocks, where it is another than the network's.
            **kwargs: Arguments of the stack beside those of the network.
        """
        size = self.feed_forward_size
        return kind(
            self.num_layers if num_layers is None else num_layers,
            self.num_heads,
            4 * self.hidden_size if size is None else size,
            dropout=self.dropout,
            lora_rank=self.lora_rank,
            lora_alpha=self.lora_alpha,
            remat=self.remat,
            name=name,
            dtype=self.dtype_policy,
            **self.block_arguments,
            **kwargs,
        )

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_size": self.hidden_size,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "feed_forward_size": self.feed_forward_size,
            "dropout": self.dropout,
            "lora_rank": self.lora_rank,
            "lora_alpha": self.lora_alpha,
            "remat": self.remat,
            **self.block_arguments,
        }
