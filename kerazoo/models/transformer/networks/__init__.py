"""Transformers on Keras 3 alone, for any of its backends."""

from kerazoo.models.transformer.networks.causal_language_model import (
    CausalLanguageModel,
)
from kerazoo.models.transformer.networks.encoder_decoder import EncoderDecoder
from kerazoo.models.transformer.networks.text_classifier import TextClassifier
from kerazoo.models.transformer.networks.vision_transformer import VisionTransformer

__all__ = [
    "CausalLanguageModel",
    "EncoderDecoder",
    "TextClassifier",
    "VisionTransformer",
]
