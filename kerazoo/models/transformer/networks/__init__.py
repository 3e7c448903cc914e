"""Transformers on Keras 3 alone, for any of its backends."""

from kerazoo.models.transformer.networks.causal_language_model import (
    CausalLanguageModel,
)
from kerazoo.models.transformer.networks.encoder_decoder import EncoderDecoder
from kerazoo.models.transformer.networks.masked_autoencoder import MaskedAutoencoder
from kerazoo.models.transformer.networks.masked_language_model import (
    MaskedLanguageModel,
)
from kerazoo.models.transformer.networks.sound_classifier import SoundClassifier
from kerazoo.models.transformer.networks.speech_recognizer import SpeechRecognizer
from kerazoo.models.transformer.networks.text_classifier import TextClassifier
from kerazoo.models.transformer.networks.vision_transformer import VisionTransformer

__all__ = [
    "CausalLanguageModel",
    "EncoderDecoder",
    "MaskedAutoencoder",
    "MaskedLanguageModel",
    "SoundClassifier",
    "SpeechRecognizer",
    "TextClassifier",
    "VisionTransformer",
]
