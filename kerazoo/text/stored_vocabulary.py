"""A vocabulary as files beside a model, from which others go on."""

import json
import os
import pathlib

import tensorflow as tf

from kerazoo.atomic_files import read_json
from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.vocabulary import Tokenizer
from kerazoo.text.vocabulary_config import VocabularyConfig

CONFIG_FILE = "vocabulary.json"
SUBWORDS_FILE = "vocabulary.model"  # SentencePiece's own.


def vocabulary_files(
    tokenizer: Tokenizer | CharacterTokenizer, config: VocabularyConfig
) -> dict[str, bytes]:
    """Returns the files of a vocabulary by name, for `read_vocabulary`.

    Args:
        tokenizer: What turns texts into tokens.
        config: What it was made of.

    Example:

    ```python
    config = VocabularyConfig("characters")
    vocabulary_files(config.make(["to be"]), config)  # {"vocabulary.json": b"..."}
    ```
    """
    is_of_characters = isinstance(tokenizer, CharacterTokenizer)
    described = {
        "vocabulary": "characters" if is_of_characters else config.vocabulary or "bpe",
        "split_digits": config.split_digits,
        "lower_case": config.lower_case,
        "characters": tokenizer.characters if is_of_characters else None,
    }
    files = {CONFIG_FILE: f"{json.dumps(described, indent=1)}\n".encode()}
    if not is_of_characters:
        files[SUBWORDS_FILE] = tokenizer.proto
    return files


def read_vocabulary(
    folder: str | os.PathLike,
) -> tuple[Tokenizer | CharacterTokenizer, VocabularyConfig]:
    """Reads the vocabulary of a folder.

    Args:
        folder: path that has the files of `vocabulary_files`.

    Returns:
        Pair of the tokenizer and what it was made of.

    Raises:
        FileNotFoundError: If the folder has no vocabulary.
        ValueError: If it is damaged.

    Example:

    ```python
    import pathlib

    config = VocabularyConfig("characters")
    for name, content in vocabulary_files(config.make(["to be"]), config).items():
        pathlib.Path(name).write_bytes(content)
    tokenizer, config = read_vocabulary(".")
    ```
    """
    path = pathlib.Path(folder, CONFIG_FILE)
    if not path.exists():
        raise FileNotFoundError(f"{folder} has no vocabulary, {CONFIG_FILE}.")
    described = read_json(path)
    try:
        characters = described.pop("characters")
        config = VocabularyConfig(**described)
        if characters is not None:
            return CharacterTokenizer(characters), config
        proto = (path.parent / SUBWORDS_FILE).read_bytes()
    except (KeyError, OSError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is damaged ({error}): restore it.") from None
    try:
        return Tokenizer(proto), config
    except (RuntimeError, tf.errors.OpError):
        raise ValueError(
            f"{path.parent / SUBWORDS_FILE} is damaged (it is no model of "
            "SentencePiece): restore it."
        ) from None
