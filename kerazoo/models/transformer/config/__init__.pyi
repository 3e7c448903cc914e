from .factory import make_image_classifier
from .factory import make_language_model
from .factory import make_text_classifier
from .factory import make_translator
from .network_config import NetworkConfig
from .training_config import TrainingConfig

__all__ = [
    "NetworkConfig",
    "TrainingConfig",
    "make_image_classifier",
    "make_language_model",
    "make_text_classifier",
    "make_translator",
]
