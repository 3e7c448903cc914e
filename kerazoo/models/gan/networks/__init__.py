"""Generators and discriminators on Keras 3 alone, for any of its backends."""

from kerazoo.models.gan.networks.compact_discriminator import CompactDiscriminator
from kerazoo.models.gan.networks.compact_generator import CompactGenerator
from kerazoo.models.gan.networks.dcgan_discriminator import DCGANDiscriminator
from kerazoo.models.gan.networks.dcgan_generator import DCGANGenerator
from kerazoo.models.gan.networks.mlp_discriminator import MLPDiscriminator
from kerazoo.models.gan.networks.mlp_generator import MLPGenerator
from kerazoo.models.gan.networks.residual_discriminator import ResidualDiscriminator
from kerazoo.models.gan.networks.residual_generator import ResidualGenerator

__all__ = [
    "CompactDiscriminator",
    "CompactGenerator",
    "DCGANDiscriminator",
    "DCGANGenerator",
    "MLPDiscriminator",
    "MLPGenerator",
    "ResidualDiscriminator",
    "ResidualGenerator",
]
