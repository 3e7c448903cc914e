"""The tokens of texts, as flags say."""

import contextlib
import hashlib
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
        for name in ("lower_case", "split_digits", "vocabulary_size"):
            if runner.is_given(name):
                raise ValueError(
                    f"--{name} goes with --vocabulary=bpe, unigram or words."
                )
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


def digest(tokenizer):
    """Returns what tells a vocabulary from others."""
    content = getattr(tokenizer, "proto", None) or tokenizer.characters.encode()
    return hashlib.sha256(content).hexdigest()


@contextlib.contextmanager
def bucket_errors(part):
    """Names the flags where texts do not fit into batches."""
    try:
        yield
    except ValueError as error:
        raise ValueError(
            f"--tokens_per_batch={text.TOKENS_PER_BATCH.value} --max_length="
            f"{text.MAX_LENGTH.value}, {part}: {error}"
        ) from error


def warn_of_long_texts(count, part, outcome):
    """Says how many texts were longer than `--max_length`."""
    if count:
        warnings.warn(
            f"{count} examples of {part} with more than "
            f"--max_length={text.MAX_LENGTH.value} tokens are {outcome}.",
            stacklevel=2,
        )
