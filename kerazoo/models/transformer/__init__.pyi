from .attention_maps import attention_rollout
from .attention_maps import cross_attention
from .attention_maps import encoder_attention
from .autoencoder import Autoencoder
from .classifier import Classifier
from .config import FineTuningConfig
from .config import NetworkConfig
from .config import SpeechConfig
from .config import TrainingConfig
from .config import make_image_classifier
from .config import make_language_model
from .config import make_masked_autoencoder
from .config import make_masked_language_model
from .config import make_sound_classifier
from .config import make_speech_recognizer
from .config import make_text_classifier
from .config import make_translator
from .decoding import Decoded
from .decoding import TokenAutomaton
from .decoding import beam_search
from .decoding import ctc_greedy
from .decoding import ctc_prefix_beam
from .decoding import greedy
from .decoding import sample
from .decoding import top_k_logits
from .decoding import top_p_logits
from .fine_tuning import FineTuning
from .fine_tuning import without_adapters
from .generation import go_on
from .generation import write
from .layerwise_adamw import LayerwiseAdamW
from .losses import ctc_loss
from .losses import projected_cross_entropy
from .losses import smoothed_cross_entropy
from .networks import CausalLanguageModel
from .networks import EncoderDecoder
from .networks import MaskedAutoencoder
from .networks import MaskedLanguageModel
from .networks import SoundClassifier
from .networks import SpeechRecognizer
from .networks import TextClassifier
from .networks import VisionTransformer
from .recognizer import Recognizer
from .schedules import InverseSquareRoot
from .schedules import WarmupStableDecay
from .serving_autoencoder import ServingAutoencoder
from .serving_classifier import ServingImageClassifier
from .serving_classifier import ServingTextClassifier
from .serving_language_model import ServingLanguageModel
from .serving_masked_language_model import ServingMaskedLanguageModel
from .serving_sound_classifier import ServingSoundClassifier
from .serving_speech_recognizer import ServingSpeechRecognizer
from .serving_stream import ServingStream
from .serving_translator import ServingTranslator
from .streaming import StreamingRecognizer
from .transcription import transcribe
from .transformer import Transformer

__all__ = [
    "Autoencoder",
    "CausalLanguageModel",
    "Classifier",
    "Decoded",
    "EncoderDecoder",
    "FineTuning",
    "FineTuningConfig",
    "InverseSquareRoot",
    "LayerwiseAdamW",
    "MaskedAutoencoder",
    "MaskedLanguageModel",
    "NetworkConfig",
    "Recognizer",
    "ServingAutoencoder",
    "ServingImageClassifier",
    "ServingLanguageModel",
    "ServingMaskedLanguageModel",
    "ServingSoundClassifier",
    "ServingSpeechRecognizer",
    "ServingStream",
    "ServingTextClassifier",
    "ServingTranslator",
    "SoundClassifier",
    "SpeechConfig",
    "SpeechRecognizer",
    "StreamingRecognizer",
    "TextClassifier",
    "TokenAutomaton",
    "TrainingConfig",
    "Transformer",
    "VisionTransformer",
    "WarmupStableDecay",
    "attention_rollout",
    "beam_search",
    "cross_attention",
    "ctc_greedy",
    "ctc_loss",
    "ctc_prefix_beam",
    "encoder_attention",
    "go_on",
    "greedy",
    "make_image_classifier",
    "make_language_model",
    "make_masked_autoencoder",
    "make_masked_language_model",
    "make_sound_classifier",
    "make_speech_recognizer",
    "make_text_classifier",
    "make_translator",
    "projected_cross_entropy",
    "sample",
    "smoothed_cross_entropy",
    "top_k_logits",
    "top_p_logits",
    "transcribe",
    "without_adapters",
    "write",
]
