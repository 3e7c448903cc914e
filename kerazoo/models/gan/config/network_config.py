"""Which two networks play."""

import dataclasses
import typing

import keras

from kerazoo.models.gan.networks import CompactDiscriminator
from kerazoo.models.gan.networks import CompactGenerator
from kerazoo.models.gan.networks import DCGANDiscriminator
from kerazoo.models.gan.networks import DCGANGenerator
from kerazoo.models.gan.networks import MLPDiscriminator
from kerazoo.models.gan.networks import MLPGenerator
from kerazoo.models.gan.networks import ResidualDiscriminator
from kerazoo.models.gan.networks import ResidualGenerator


@dataclasses.dataclass(frozen=True)
class NetworkConfig:
    """Kind and sizes of generator and discriminator.

    Args:
        networks: `"dcgan"`: convolutions with normalisation; `"mlp"`: dense layers;
            `"residual"`: those of R3GAN, without normalisation; `"compact"`: few
            filters, as mode collapse is tried with.
        latent_size: Numbers of a latent.
        base_width: Of convolutions, channels at the finest size; twice as many at each
            coarser one.
        discriminator_width: The same of the discriminator. Default: `base_width`.
        blocks_per_level: residual: blocks at each size of the image.
        hidden_sizes: mlp: units of the generator's hidden layers.
        discriminator_sizes: mlp: those of the discriminator.
        maxout_pieces: mlp: linear maps whose largest is a unit of the discriminator; 0
            for leaky ReLU.
        batch_normalization: dcgan, mlp: normalises within the generator.
        discriminator_normalization: compact, dcgan: `"none"`, `"batch"` or, dcgan only,
            `"spectral"`.
        condition: dcgan: how a label enters the discriminator, `"projection"` or
            `"concatenation"`.

    Example:

    ```python
    from kerazoo.models.gan.config import NetworkConfig

    config = NetworkConfig(networks="dcgan", latent_size=16, base_width=8)
    generator, discriminator = config.make((8, 8, 1), num_classes=10)
    ```
    """

    networks: str = "dcgan"
    latent_size: int = 64
    base_width: int = 32
    discriminator_width: int | None = None
    blocks_per_level: int = 1
    hidden_sizes: typing.Sequence[int] = (256, 512)
    discriminator_sizes: typing.Sequence[int] = (512, 256)
    maxout_pieces: int = 0
    batch_normalization: bool = True
    discriminator_normalization: str = "none"
    condition: str = "projection"

    def make(
        self, sample_shape: tuple[int, ...], num_classes: int | None = None
    ) -> tuple[keras.Model, keras.Model]:
        """Makes both networks.

        Args:
            sample_shape: Tuple of ints, the shape of an example: `(H, W, C)` of images.
            num_classes: int or None.

        Returns:
            The pair of generator and discriminator.

        Raises:
            ValueError: If the kind is unknown, or not for such examples.
        """
        if self.networks not in NETWORKS:
            raise ValueError(
                f"`networks` must be one of {', '.join(NETWORKS)}. "
                f"Received: networks={self.networks}"
            )
        if len(sample_shape) != 3 and self.networks != "mlp":
            raise ValueError(
                f"Networks of {self.networks} are for images: use mlp for points. "
                f"Received: networks={self.networks}"
            )
        if (self.networks, self.discriminator_normalization) == ("compact", "spectral"):
            raise ValueError(
                "`discriminator_normalization` spectral goes with dcgan. Received: "
                "discriminator_normalization=spectral, networks=compact"
            )
        return NETWORKS[self.networks](self, sample_shape, num_classes)


def _compact(config, shape, num_classes):
    is_normalized = config.discriminator_normalization == "batch"
    return (
        CompactGenerator(
            shape, config.latent_size, config.base_width, num_classes=num_classes
        ),
        CompactDiscriminator(
            _discriminator_width(config), is_normalized, num_classes=num_classes
        ),
    )


def _dcgan(config, shape, num_classes):
    return (
        DCGANGenerator(
            shape,
            config.latent_size,
            config.base_width,
            batch_normalization=config.batch_normalization,
            num_classes=num_classes,
        ),
        DCGANDiscriminator(
            _discriminator_width(config),
            config.discriminator_normalization,
            condition=config.condition,
            num_classes=num_classes,
        ),
    )


def _mlp(config, shape, num_classes):
    return (
        MLPGenerator(
            shape,
            config.latent_size,
            list(config.hidden_sizes),
            batch_normalization=config.batch_normalization,
            activation="tanh" if len(shape) == 3 else None,
            num_classes=num_classes,
        ),
        MLPDiscriminator(
            list(config.discriminator_sizes),
            config.maxout_pieces or None,
            num_classes=num_classes,
        ),
    )


def _residual(config, shape, num_classes):
    blocks = {"blocks_per_level": config.blocks_per_level, "num_classes": num_classes}
    return (
        ResidualGenerator(shape, config.latent_size, config.base_width, **blocks),
        ResidualDiscriminator(_discriminator_width(config), **blocks),
    )


def _discriminator_width(config):
    return config.discriminator_width or config.base_width


# Name to a function of `(config, sample_shape, num_classes)` to both networks.
NETWORKS = {
    "compact": _compact,
    "dcgan": _dcgan,
    "mlp": _mlp,
    "residual": _residual,
}
