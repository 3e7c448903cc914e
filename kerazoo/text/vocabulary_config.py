"""From a name and sizes to the tokenizer of a text."""

import dataclasses
import typing

from kerazoo.data.digest import data_digest
from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.vocabulary import KINDS
from kerazoo.text.vocabulary import Tokenizer
from kerazoo.text.vocabulary import train_vocabulary


@dataclasses.dataclass(frozen=True)
class VocabularyConfig:
    """What a text is cut into.

    Args:
        vocabulary: `"bpe"` or `"unigram"` for subwords, `"words"` for what stands
            between spaces, `"characters"`; None for what suits the task.
        vocabulary_size: Number of tokens, except of characters.
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
    vocabulary_size: int = 8_000
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
        self, lines: typing.Iterable[str], default: str = "bpe"
    ) -> Tokenizer | CharacterTokenizer:
        """Makes the tokenizer of texts.

        Args:
            lines: The texts.
            default: The kind where `vocabulary` says none.

        Raises:
            ValueError: If the texts do not allow such a vocabulary.
        """
        kind = self.vocabulary or default
        if kind != "characters":
            proto = train_vocabulary(
                lines,
                self.vocabulary_size,
                kind,
                split_digits=self.split_digits,
                lower_case=self.lower_case,
            )
            return Tokenizer(proto)
        if self.lower_case:
            raise ValueError(
                "`lower_case` goes with a `vocabulary` of bpe, unigram or words. "
                "Received: lower_case=True, vocabulary=characters"
            )
        return CharacterTokenizer.of("".join({*"".join(lines), *"\n"}))


def digest(tokenizer: Tokenizer | CharacterTokenizer) -> str:
    """Returns what tells a vocabulary from others, 64 hexadecimal digits."""
    proto = getattr(tokenizer, "proto", None)
    return data_digest(proto or tokenizer.characters.encode())
