from .classifier import Classifier
from .config import NetworkConfig
from .config import TrainingConfig
from .config import make_image_classifier
from .config import make_language_model
from .config import make_text_classifier
from .config import make_translator
from .decoding import Decoded
from .decoding import beam_search
from .decoding import greedy
from .decoding import sample
from .decoding import top_k_logits
from .decoding import top_p_logits
from .generation import go_on
from .generation import write
from .losses import projected_cross_entropy
from .losses import smoothed_cross_entropy
from .networks import CausalLanguageModel
from .networks import EncoderDecoder
from .networks import TextClassifier
from .networks import VisionTransformer
from .schedules import InverseSquareRoot
from .schedules import WarmupStableDecay
from .serving_classifier import ServingImageClassifier
from .serving_classifier import ServingTextClassifier
from .serving_language_model import ServingLanguageModel
from .serving_translator import ServingTranslator
from .transformer import Transformer

__all__ = [
    "CausalLanguageModel",
    "Classifier",
    "Decoded",
    "EncoderDecoder",
    "InverseSquareRoot",
    "NetworkConfig",
    "ServingImageClassifier",
    "ServingLanguageModel",
    "ServingTextClassifier",
    "ServingTranslator",
    "TextClassifier",
    "TrainingConfig",
    "Transformer",
    "VisionTransformer",
    "WarmupStableDecay",
    "beam_search",
    "go_on",
    "greedy",
    "make_image_classifier",
    "make_language_model",
    "make_text_classifier",
    "make_translator",
    "projected_cross_entropy",
    "sample",
    "smoothed_cross_entropy",
    "top_k_logits",
    "top_p_logits",
    "write",
]
