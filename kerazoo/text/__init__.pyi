from .characters import CharacterTokenizer
from .normalization import as_vocabularies_see
from .special_tokens import BOS
from .special_tokens import EOS
from .special_tokens import NUM_SPECIAL
from .special_tokens import PAD
from .special_tokens import UNK
from .vocabulary import Tokenizer
from .vocabulary import train_vocabulary
from .vocabulary_config import VocabularyConfig
from .vocabulary_config import digest

__all__ = [
    "BOS",
    "EOS",
    "NUM_SPECIAL",
    "PAD",
    "UNK",
    "CharacterTokenizer",
    "Tokenizer",
    "VocabularyConfig",
    "as_vocabularies_see",
    "digest",
    "train_vocabulary",
]
