"""Which network removes the noise."""

import dataclasses
import typing

import keras

from kerazoo.models.diffusion.networks import DiT
from kerazoo.models.diffusion.networks import UNet


@dataclasses.dataclass(frozen=True)
class NetworkConfig:
    """Kind and sizes of the network.

    Args:
        network: `"unet"`: convolutions; `"dit"`: a transformer over patches.
        widths: unet: channels of each level, finest first.
        blocks_per_level: unet: blocks at each size of the image.
        hidden_size: dit: width of all layers, of all heads.
        num_layers: dit: blocks.
        num_heads: dit: attention heads.
        patch_size: dit: side of a patch, in pixels.
        dropout: Share of features dropped in training.

    Example:

    ```python
    from kerazoo.models.diffusion.config import NetworkConfig

    network = NetworkConfig(widths=(16, 32)).make(out_channels=1, num_classes=10)
    ```
    """

    network: str = "unet"
    widths: typing.Sequence[int] = (32, 64)
    blocks_per_level: int = 2
    hidden_size: int = 64
    num_layers: int = 4
    num_heads: int = 4
    patch_size: int = 2
    dropout: float = 0.0

    def make(self, out_channels: int, num_classes: int | None = None) -> keras.Model:
        """Makes the network.

        Args:
            out_channels: Channels of its outputs.
            num_classes: Classes of the images, or None.

        Raises:
            ValueError: If the kind is unknown, or sizes do not go together.
        """
        if self.network not in NETWORKS:
            raise ValueError(
                f"`network` must be one of {', '.join(NETWORKS)}. "
                f"Received: network={self.network}"
            )
        return NETWORKS[self.network](
            self,
            num_classes=num_classes,
            out_channels=out_channels,
            dropout=self.dropout,
        )


def _unet(config, **common):
    return UNet(
        widths=list(config.widths), blocks_per_level=config.blocks_per_level, **common
    )


def _dit(config, **common):
    return DiT(
        hidden_size=config.hidden_size,
        depth=config.num_layers,
        num_heads=config.num_heads,
        patch_size=config.patch_size,
        **common,
    )


# Name to a function of the configuration and what all networks have, to the network.
NETWORKS = {"unet": _unet, "dit": _dit}
