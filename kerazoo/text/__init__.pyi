from .characters import CharacterTokenizer
from .masked_text import encode_with_gaps
from .normalization import as_vocabularies_see
from .special_tokens import BOS
from .special_tokens import EOS
from .special_tokens import MASK
from .special_tokens import NUM_SPECIAL
from .special_tokens import PAD
from .special_tokens import UNK
from .stored_vocabulary import read_vocabulary
from .stored_vocabulary import vocabulary_files
from .vocabulary import Tokenizer
from .vocabulary import train_vocabulary
from .vocabulary_config import VocabularyConfig
from .vocabulary_config import digest
from .words import WordTokenizer

__all__ = [
    "BOS",
    "EOS",
    "MASK",
    "NUM_SPECIAL",
    "PAD",
    "UNK",
    "CharacterTokenizer",
    "Tokenizer",
    "VocabularyConfig",
    "WordTokenizer",
    "as_vocabularies_see",
    "digest",
    "encode_with_gaps",
    "read_vocabulary",
    "train_vocabulary",
    "vocabulary_files",
]
