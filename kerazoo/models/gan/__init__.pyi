from .augmentation import AUGMENTATIONS
from .augmentation import AdaptiveProbability
from .augmentation import AffineColorAugment
from .augmentation import DiffAugment
from .collapse_monitor import CollapseMonitor
from .config import AugmentationConfig
from .config import NetworkConfig
from .config import TrainingConfig
from .config import make_gan
from .example_maker import ExampleMaker
from .gan import GAN
from .generation import generate
from .generation import generate_from
from .gradient_penalties import one_centered_penalty
from .gradient_penalties import zero_centered_penalty
from .latents import sample_labels
from .latents import sample_latents
from .losses import LOSSES
from .networks import CompactDiscriminator
from .networks import CompactGenerator
from .networks import DCGANDiscriminator
from .networks import DCGANGenerator
from .networks import MLPDiscriminator
from .networks import MLPGenerator
from .networks import ResidualDiscriminator
from .networks import ResidualGenerator
from .serving_gan import ServingGAN

__all__ = [
    "AUGMENTATIONS",
    "GAN",
    "LOSSES",
    "AdaptiveProbability",
    "AffineColorAugment",
    "AugmentationConfig",
    "CollapseMonitor",
    "CompactDiscriminator",
    "CompactGenerator",
    "DCGANDiscriminator",
    "DCGANGenerator",
    "DiffAugment",
    "ExampleMaker",
    "MLPDiscriminator",
    "MLPGenerator",
    "NetworkConfig",
    "ResidualDiscriminator",
    "ResidualGenerator",
    "ServingGAN",
    "TrainingConfig",
    "generate",
    "generate_from",
    "make_gan",
    "one_centered_penalty",
    "sample_labels",
    "sample_latents",
    "zero_centered_penalty",
]
