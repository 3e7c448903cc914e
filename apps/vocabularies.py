"""The tokens of texts, as flags say."""

import warnings

from apps import runner
from apps import text_flags as text

with runner.heavy_imports("text"):
    from kerazoo.models.transformer.text.characters import CharacterTokenizer
    from kerazoo.models.transformer.text.vocabulary import Tokenizer
    from kerazoo.models.transformer.text.vocabulary import train_vocabulary


def make(lines, default="bpe"):
    """Makes the tokenizer of the flags for a list of str."""
    kind = text.VOCABULARY.value or default
    if kind == "characters":
        if text.LOWER_CASE.value:
            raise ValueError("--lower_case goes with --vocabulary=bpe or unigram.")
        return CharacterTokenizer.of("".join({*"".join(lines), *"\n"}))
    try:
        proto = train_vocabulary(
            lines,
            text.VOCABULARY_SIZE.value,
            kind,
            split_digits=text.SPLIT_DIGITS.value,
            lower_case=text.LOWER_CASE.value,
        )
    except ValueError as error:
        size = text.VOCABULARY_SIZE.value
        raise ValueError(f"--vocabulary_size={size}: {error}") from error
    return Tokenizer(proto)


def warn_of_long_texts(count, outcome):
    """Says how many texts were longer than `--max_length`."""
    if count:
        warnings.warn(
            f"{count} texts of more than --max_length={text.MAX_LENGTH.value} tokens "
            f"are {outcome}.",
            stacklevel=2,
        )
