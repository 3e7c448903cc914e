"""Words as tokens."""

import functools
import re
import types
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.text.readable import is_utf8
from kerazoo.text.special_tokens import EOS
from kerazoo.text.special_tokens import NUM_SPECIAL
from kerazoo.text.special_tokens import UNK

# ASCII punctuation but the apostrophe and the hyphen, which stand within words.
_MARK = r"([!-&(-,./:-@\[-`{-~])"
_PATTERN = re.compile(_MARK.encode())
_MOST_KEPT = 100_000  # Texts whose tokens are remembered.


@keras.saving.register_keras_serializable(package="kerazoo")
class WordTokenizer(tf.Module):
    """Turns text into tokens of a word or a punctuation mark each, in a graph.

    Words are what stands between white space and punctuation marks, in lower case as
    far as ASCII goes. Needs no operations but TensorFlow's own. Tokens of padding,
    begin, end and unknown are 0 to 3; those of `words` follow.

    Args:
        words: Sequence of str. The words that are known, each once.

    Attributes:
        vocabulary_size: int. Number of tokens, V.

    Raises:
        ValueError: If there are no words, one is there twice, or one is several.

    Example:

    ```python
    tokenizer = WordTokenizer.of(["Go north.", "Open the red door."])
    tokenizer.encode(tf.constant(["Go, open it."]), add_eos=False)
    ```
    """

    def __init__(self, words: typing.Sequence[str]):
        super().__init__()
        self.words = tuple(words)
        if not self.words or len(set(self.words)) < len(self.words):
            raise ValueError(
                "`words` must be different ones, at least one. "
                f"Received: words={self.words[:10]}"
            )
        for word in self.words:
            if split_words(word) != [word.encode()]:
                raise ValueError(
                    "Each of `words` must be one word or punctuation mark, in lower "
                    f"case. Received: {word!r}"
                )
        self.vocabulary_size = NUM_SPECIAL + len(self.words)
        tokens = np.arange(NUM_SPECIAL, self.vocabulary_size, dtype=np.int32)
        encoded = [word.encode() for word in self.words]
        # No dict: a module would track it, and keep no keys of bytes.
        self._tokens = types.MappingProxyType(dict(zip(encoded, tokens.tolist())))
        self._table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(encoded, tokens), default_value=UNK
        )
        self.encode_text = functools.lru_cache(_MOST_KEPT)(self._encoded)

    @classmethod
    def of(cls, texts: typing.Iterable[str]) -> "WordTokenizer":
        """Returns the tokenizer of the words of texts, in sorted order."""
        found = {word for text in texts for word in split_words(text)}
        return cls(sorted(word.decode(errors="replace") for word in found))

    def encode(self, strings: tf.Tensor, add_eos: bool = True) -> tf.RaggedTensor:
        """Returns the tokens of texts.

        Args:
            strings: string tensor `(B,)`, UTF-8.
            add_eos: bool. Whether the end of sequence is the last token.

        Returns:
            int32 `tf.RaggedTensor` `(B, None)`.
        """
        apart = tf.strings.regex_replace(tf.strings.lower(strings), _MARK, r" \1 ")
        words = tf.strings.split(apart)
        tokens = tf.ragged.map_flat_values(self._table.lookup, words)
        if not add_eos:
            return tokens
        ends = tf.fill([tokens.nrows(), 1], EOS)
        return tf.concat([tokens, ends], axis=1)

    def is_unknown(self, strings: tf.Tensor, tokens: tf.RaggedTensor) -> tf.Tensor:
        """Returns which texts are not UTF-8, or have a word that is unknown.

        Args:
            strings: string tensor `(B,)`.
            tokens: `tf.RaggedTensor` `(B, None)`, what `encode` makes of them.

        Returns:
            bool tensor `(B,)`.
        """
        return tf.reduce_any(tokens == UNK, axis=1) | ~is_utf8(strings)

    def encode_lists(
        self, texts: typing.Iterable[str], add_eos: bool = True
    ) -> list[np.ndarray]:
        """Returns the tokens of a list of str as a list of int32 arrays, fast."""
        ends = np.full(int(add_eos), EOS, np.int32)
        return [np.append(self.encode_text(text), ends) for text in texts]

    def get_config(self):
        return {"words": list(self.words)}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def _encoded(self, text):
        """Returns the tokens of a text, int32 `(T,)`."""
        tokens = [self._tokens.get(word, UNK) for word in split_words(text)]
        found = np.array(tokens, np.int32)
        found.flags.writeable = False
        return found


def split_words(text: str) -> list[bytes]:
    """Returns the words and punctuation marks of a text, as `WordTokenizer` does.

    Example:

    ```python
    split_words("Open the red door.")  # [b"open", b"the", b"red", b"door", b"."]
    ```
    """
    lower = text.encode(errors="replace").lower()
    return _PATTERN.sub(rb" \1 ", lower).split()
