from .augmentation_config import AugmentationConfig
from .factory import make_gan
from .network_config import NetworkConfig
from .training_config import TrainingConfig

__all__ = ["AugmentationConfig", "NetworkConfig", "TrainingConfig", "make_gan"]
