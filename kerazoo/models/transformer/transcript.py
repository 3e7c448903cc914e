"""Texts of the tokens that were heard."""

import tensorflow as tf

from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.vocabulary import Tokenizer


def transcripts(
    tokenizer: Tokenizer | CharacterTokenizer, tokens: tf.Tensor
) -> tf.Tensor:
    """Returns texts of one line, with one space between words.

    Args:
        tokenizer: `CharacterTokenizer` or `Tokenizer`.
        tokens: int `(B, T)`.

    Returns:
        string tensor `(B,)`.

    Example:

    ```python
    from kerazoo.text import CharacterTokenizer

    tokenizer = CharacterTokenizer.of("to be")
    tokens = tokenizer.encode(tf.constant([" to   be "])).to_tensor()
    transcripts(tokenizer, tokens)  # [b"to be"]
    ```
    """
    texts = tf.strings.regex_replace(tokenizer.decode(tokens), r"\s+", " ")
    return tf.strings.strip(texts)
