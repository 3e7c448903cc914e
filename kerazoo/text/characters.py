"""Characters as tokens."""

import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.text.readable import is_utf8
from kerazoo.text.special_tokens import EOS
from kerazoo.text.special_tokens import NUM_SPECIAL
from kerazoo.text.special_tokens import UNK

_REPLACEMENT = 0xFFFD  # Code point.


@keras.saving.register_keras_serializable(package="kerazoo")
class CharacterTokenizer(tf.Module):
    """Turns text into tokens of one character each and back, in a graph.

    Tokens of padding, begin, end and unknown are 0 to 3; those of `characters` follow.

    Args:
        characters: str. The characters that are known, each once.

    Attributes:
        vocabulary_size: int. Number of tokens, V.

    Raises:
        ValueError: If there are no characters, or one is there twice.

    Example:

    ```python
    tokenizer = CharacterTokenizer.of("to be or not to be")
    tokens = tokenizer.encode(tf.constant(["to be", "bet"]))
    tokenizer.decode(tokens.to_tensor())  # [b"to be", b"bet"]
    ```
    """

    def __init__(self, characters: str):
        super().__init__()
        if not characters or len(set(characters)) < len(characters):
            raise ValueError(
                "`characters` must be different ones, at least one. "
                f"Received: characters={characters[:100]!r}"
            )
        self.characters = characters
        self.vocabulary_size = NUM_SPECIAL + len(characters)
        points = np.array([ord(character) for character in characters], np.int32)
        tokens = np.arange(NUM_SPECIAL, self.vocabulary_size, dtype=np.int32)
        order = np.argsort(points)
        self._sorted_points, self._sorted_tokens = points[order], tokens[order]
        self._points = np.append([0] * UNK, [_REPLACEMENT, *points]).astype(np.int32)
        self._table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(points, tokens), default_value=UNK
        )

    @classmethod
    def of(cls, text: str) -> "CharacterTokenizer":
        """Returns the tokenizer of the characters of a text, in sorted order."""
        return cls("".join(sorted(set(text))))

    def encode(self, strings: tf.Tensor, add_eos: bool = True) -> tf.RaggedTensor:
        """Returns the tokens of texts.

        Args:
            strings: string tensor `(B,)`, UTF-8. What is not is unknown.
            add_eos: bool. Whether the end of sequence is the last token.

        Returns:
            int32 `tf.RaggedTensor` `(B, None)`.
        """
        points = tf.strings.unicode_decode(strings, "UTF-8")
        tokens = tf.ragged.map_flat_values(self._table.lookup, points)
        if not add_eos:
            return tokens
        ends = tf.fill([tokens.nrows(), 1], EOS)
        return tf.concat([tokens, ends], axis=1)

    def is_unknown(self, strings: tf.Tensor, tokens: tf.RaggedTensor) -> tf.Tensor:
        """Returns which texts are not UTF-8, or have a character that is unknown.

        Args:
            strings: string tensor `(B,)`.
            tokens: `tf.RaggedTensor` `(B, None)`, what `encode` makes of them.

        Returns:
            bool tensor `(B,)`.
        """
        return tf.reduce_any(tokens == UNK, axis=1) | ~is_utf8(strings)

    def decode(self, tokens: tf.Tensor) -> tf.Tensor:
        """Returns the texts of tokens.

        Args:
            tokens: int tensor `(B, T)`. Padding, begin and end of sequence stand for
                nothing; the unknown token, and what is beyond the vocabulary, for
                U+FFFD.

        Returns:
            string tensor `(B,)`.
        """
        tokens = tf.cast(tokens, tf.int32)
        tokens = tf.where(tokens < self.vocabulary_size, tokens, UNK)
        tokens = tf.ragged.boolean_mask(tokens, tokens > EOS)
        points = tf.ragged.map_flat_values(
            lambda tokens: tf.gather(self._points, tokens), tokens
        )
        return tf.strings.unicode_encode(points, "UTF-8")

    @property
    def begins_word(self) -> np.ndarray:
        """bool array `(V,)`, which tokens begin a word: white space, before it."""
        spaces = [character.isspace() for character in self.characters]
        return np.array([False] * NUM_SPECIAL + spaces)

    @property
    def within_word(self) -> np.ndarray:
        """int32 array `(V,)`, each token without a space before it: itself."""
        return np.arange(self.vocabulary_size, dtype=np.int32)

    def encode_lists(
        self, texts: typing.Iterable[str], add_eos: bool = True
    ) -> list[np.ndarray]:
        """Returns the tokens of a list of str as a list of int32 arrays, fast."""
        return [self._encoded(text, add_eos) for text in texts]

    def get_config(self):
        return {"characters": self.characters}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def _encoded(self, text, add_eos):
        points = np.frombuffer(text.encode("utf-32-le", "replace"), np.int32)
        places = np.searchsorted(self._sorted_points, points)
        places = np.minimum(places, len(self._sorted_points) - 1)
        is_known = self._sorted_points[places] == points
        tokens = np.where(is_known, self._sorted_tokens[places], UNK)
        return np.append(tokens, [EOS] * add_eos).astype(np.int32)
