from .translation import tokenized_bleu
from .translation import translation_scores

__all__ = [
    "tokenized_bleu",
    "translation_scores",
]
