from .image_classification import ImageClassification
from .language_modeling import LanguageModeling
from .masked_image_modeling import MaskedImageModeling
from .masked_language_modeling import MaskedLanguageModeling
from .prompt_answering import PromptAnswering
from .sound_classification import SoundClassification
from .speech_recognition import SpeechRecognition
from .text_classification import TextClassification
from .translation import Translation

__all__ = [
    "ImageClassification",
    "LanguageModeling",
    "MaskedImageModeling",
    "MaskedLanguageModeling",
    "PromptAnswering",
    "SoundClassification",
    "SpeechRecognition",
    "TextClassification",
    "Translation",
]
