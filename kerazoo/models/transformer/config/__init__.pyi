from .factory import make_image_classifier
from .factory import make_language_model
from .factory import make_masked_autoencoder
from .factory import make_masked_language_model
from .factory import make_sound_classifier
from .factory import make_speech_recognizer
from .factory import make_text_classifier
from .factory import make_translator
from .fine_tuning_config import FineTuningConfig
from .network_config import NetworkConfig
from .speech_config import SpeechConfig
from .training_config import TrainingConfig

__all__ = [
    "FineTuningConfig",
    "NetworkConfig",
    "SpeechConfig",
    "TrainingConfig",
    "make_image_classifier",
    "make_language_model",
    "make_masked_autoencoder",
    "make_masked_language_model",
    "make_sound_classifier",
    "make_speech_recognizer",
    "make_text_classifier",
    "make_translator",
]
