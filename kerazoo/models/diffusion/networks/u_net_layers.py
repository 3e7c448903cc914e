"""The layers of a U-Net, all made alike."""

import dataclasses
import itertools
import typing

import keras

from kerazoo.layers.group_normalization import GroupNormalization
from kerazoo.models.diffusion.networks.attention_block import AttentionBlock
from kerazoo.models.diffusion.networks.convolution import convolution
from kerazoo.models.diffusion.networks.residual_block import ResidualBlock


@dataclasses.dataclass
class UNetLayers:
    """Makes and builds layers that have the same kernel, groups, dropout and type.

    Args:
        rank: Spatial dimensions.
        kernel_size: Of all convolutions.
        groups: Of the normalizations.
        head_size: Channels of each head of the attention.
        dropout: Of the residual blocks.
        embedding_size: Of the vector of noise level and label that these see.
        seed: Of the dropout of the first residual block; the next has the next.
        dtype: Policy of all layers.

    Example:

    ```python
    layers = UNetLayers(2, 3, 8, 8, 0.0, 128)
    layers.convolution("input_conv", filters=32, in_channels=1)
    ```
    """

    rank: int
    kernel_size: int | tuple[int, ...]
    groups: int
    head_size: int
    dropout: float
    embedding_size: int
    seed: int | None = None
    dtype: typing.Any = None

    def __post_init__(self):
        self._seeds = itertools.count(self.seed or 0)

    def convolution(
        self, name: str, filters: int, in_channels: int, **kwargs: typing.Any
    ) -> keras.layers.Layer:
        """Returns a convolution; `kwargs` are those of Keras's layer."""
        kwargs = {"dtype": self.dtype, **kwargs}
        layer = convolution(self.rank, filters, self.kernel_size, name=name, **kwargs)
        layer.build(self._shape(in_channels))
        return layer

    def normalization(self, name: str, channels: int) -> GroupNormalization:
        """Returns a normalization with its activation."""
        layer = GroupNormalization(
            self.groups, activation="silu", dtype=self.dtype, name=name
        )
        layer.build(self._shape(channels))
        return layer

    def residual(self, name: str, in_channels: int, width: int) -> ResidualBlock:
        """Returns a residual block, with a seed of its own."""
        seed = next(self._seeds)
        block = ResidualBlock(
            width,
            rank=self.rank,
            kernel_size=self.kernel_size,
            groups=self.groups,
            dropout=self.dropout,
            seed=None if self.seed is None else seed,
            dtype=self.dtype,
            name=name,
        )
        block.build(self._shape(in_channels), (None, self.embedding_size))
        return block

    def attention(self, name: str, width: int) -> AttentionBlock:
        """Returns an attention block."""
        block = AttentionBlock(self.head_size, self.groups, dtype=self.dtype, name=name)
        block.build(self._shape(width))
        return block

    def _shape(self, channels):
        return (None, *(None,) * self.rank, channels)
