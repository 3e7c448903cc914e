from .factory import make_diffusion
from .network_config import NetworkConfig
from .noise_config import NoiseConfig
from .sampling_config import SamplingConfig
from .training_config import TrainingConfig

__all__ = [
    "NetworkConfig",
    "NoiseConfig",
    "SamplingConfig",
    "TrainingConfig",
    "make_diffusion",
]
