"""From a name and sizes to the tokenizer of a text."""

import dataclasses
import logging
import typing

from kerazoo.data.digest import data_digest
from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.vocabulary import KINDS
from kerazoo.text.vocabulary import Tokenizer
from kerazoo.text.vocabulary import train_vocabulary
from kerazoo.text.vocabulary_size import SizeError

MOST_TOKENS = 8_000
_MANY = 2_000_000  # Characters, of which a vocabulary takes seconds.
_logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class VocabularyConfig:
    """What a text is cut into.

    Args:
        vocabulary: `"bpe"` or `"unigram"` for subwords, `"words"` for what stands
            between spaces, `"characters"`; None for what suits the task.
        vocabulary_size: Number of tokens, except of characters; None for what suits the
            task, or fewer where the text allows no more.
        split_digits: Makes each digit a token of its own, except of characters.
        lower_case: Makes all text lower case, except of characters.

    Raises:
        ValueError: If the kind is unknown.

    Example:

    ```python
    from kerazoo.text import VocabularyConfig

    tokenizer = VocabularyConfig("characters").make(["to be", "or not to be"])
    tokenizer.encode_lists(["to be"])
    ```
    """

    vocabulary: str | None = None
    vocabulary_size: int | None = None
    split_digits: bool = True
    lower_case: bool = False

    def __post_init__(self):
        kinds = (*KINDS, "characters")
        if self.vocabulary is not None and self.vocabulary not in kinds:
            raise ValueError(
                f"`vocabulary` must be one of {', '.join(kinds)}. "
                f"Received: vocabulary={self.vocabulary}"
            )

    def check_can_write(self) -> None:
        """Refuses a vocabulary that is for texts that are read only.

        Raises:
            ValueError: If it has unknown words, which cannot be written.
        """
        if self.vocabulary == "words":
            raise ValueError(
                "`vocabulary` words is for texts that are read only: unknown words "
                "cannot be written. Received: vocabulary=words"
            )

    def make(
        self,
        lines: typing.Iterable[str],
        default: str = "bpe",
        most_tokens: int = MOST_TOKENS,
    ) -> Tokenizer | CharacterTokenizer:
        """Makes the tokenizer of texts.

        Args:
            lines: The texts.
            default: The kind where `vocabulary` says none.
            most_tokens: Most tokens where `vocabulary_size` says none.

        Raises:
            ValueError: If the texts do not allow such a vocabulary.
        """
        kind = self.vocabulary or default
        if kind != "characters":
            return Tokenizer(self._learnt(list(lines), kind, most_tokens))
        if self.lower_case:
            raise ValueError(
                "`lower_case` goes with a `vocabulary` of bpe, unigram or words. "
                "Received: lower_case=True, vocabulary=characters"
            )
        return CharacterTokenizer.of("".join({*"".join(lines), *"\n"}))

    def _learnt(self, lines, kind, most_tokens):
        length = sum(map(len, lines))
        if length > _MANY:
            _logger.info(f"Learning a vocabulary from {length:,} characters")

        def learn(size):
            return train_vocabulary(
                lines,
                size,
                kind,
                split_digits=self.split_digits,
                lower_case=self.lower_case,
            )

        if self.vocabulary_size is not None:
            return learn(self.vocabulary_size)
        try:
            return learn(most_tokens)
        except SizeError as error:
            size = error.largest or error.smallest
        bound = "most" if size < most_tokens else "fewest"
        _logger.info(
            f"The vocabulary has {size:,} tokens, the {bound} that the text allows, "
            f"and not {most_tokens:,} as by default"
        )
        return learn(size)


def digest(tokenizer: Tokenizer | CharacterTokenizer) -> str:
    """Returns what tells a vocabulary from others, 64 hexadecimal digits."""
    proto = getattr(tokenizer, "proto", None)
    return data_digest(proto or tokenizer.characters.encode())
