from .transcription import transcription_scores
from .translation import tokenized_bleu
from .translation import translation_scores

__all__ = [
    "tokenized_bleu",
    "transcription_scores",
    "translation_scores",
]
