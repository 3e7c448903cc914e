from .image_classification import ImageClassification
from .language_modeling import LanguageModeling
from .text_classification import TextClassification
from .translation import Translation

__all__ = [
    "ImageClassification",
    "LanguageModeling",
    "TextClassification",
    "Translation",
]
