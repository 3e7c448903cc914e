"""Subwords learned from text, with SentencePiece."""

import functools
import io
import pathlib
import tempfile
import typing
import unicodedata

import numpy as np
import sentencepiece
import tensorflow as tf

from kerazoo.text.lasting_tokenizer import lasting_tokenizer
from kerazoo.text.readable import is_utf8
from kerazoo.text.special_tokens import BOS
from kerazoo.text.special_tokens import EOS
from kerazoo.text.special_tokens import NUM_SPECIAL
from kerazoo.text.special_tokens import PAD
from kerazoo.text.special_tokens import UNK
from kerazoo.text.vocabulary_size import SizeError
from kerazoo.text.vocabulary_size import size_error

KINDS = {"bpe": "bpe", "unigram": "unigram", "words": "word"}  # Of SentencePiece.
_SPACE = "\u2581"  # In pieces.
_ERRORS_ONLY = 2
_LONGEST_LINE = 1 << 30  # Bytes. Longer ones would be left out.
_COVERAGE = 0.9995  # Share of characters with a piece of their own, beside bytes.
_PATH_LENGTH = 200  # Of the file of rules, in any folder.
_LAST_CODE_POINT = 0x2FFFF  # Of characters that normalization changes.


def train_vocabulary(
    lines: typing.Iterable[str],
    vocabulary_size: int,
    kind: str = "bpe",
    split_digits: bool = False,
    byte_fallback: bool = True,
    lower_case: bool = False,
) -> bytes:
    """Learns a vocabulary of subwords or words, for `Tokenizer`.

    Byte pair encoding, [Sennrich et al., 2016](https://arxiv.org/abs/1508.07909), or
    the unigram model of [Kudo, 2018](https://arxiv.org/abs/1804.10959), as
    [SentencePiece](https://arxiv.org/abs/1808.06226) does them. Text is normalized by
    NFKC, and a space is part of the subword that follows it. Spaces at the ends of a
    text, and all but one of those in a row, are lost, and the character "▁" (U+2581)
    becomes a space; other text in NFKC comes back exactly if `byte_fallback`. The
    tokens of padding, begin, end and unknown are 0 to 3. The same lines and arguments
    make the same vocabulary.

    Args:
        lines: Iterable of str. The text to learn from, of all languages.
        vocabulary_size: int. Number of tokens, V.
        kind: `"bpe"`, `"unigram"` or `"words"`: the most frequent words, what stands
            between spaces. All others are unknown, neighbours as one: what is learnt
            of the rare ones in training holds for those never seen.
        split_digits: bool. Makes each digit a token of its own.
        byte_fallback: bool. Has 256 tokens for bytes, of which rare characters are
            made; otherwise these are unknown, as with words they always are.
        lower_case: bool. Makes text lower case.

    Returns:
        bytes, the serialized model of SentencePiece.

    Raises:
        SizeError: If the lines do not allow this size; the message says which.
        ValueError: If the lines have no text.

    Example:

    ```python
    proto = train_vocabulary(["the cat sat on the mat", "the hat"], 280)
    ```
    """
    if kind not in KINDS:
        raise ValueError(
            f"`kind` must be one of {', '.join(KINDS)}. Received: kind={kind!r}"
        )
    if vocabulary_size <= NUM_SPECIAL:
        raise ValueError(
            f"`vocabulary_size` must be above {NUM_SPECIAL}, the special tokens. "
            f"Received: vocabulary_size={vocabulary_size}"
        )
    lines = list(lines)
    settings = {
        "model_type": KINDS[kind],
        "split_digits": split_digits,
        "byte_fallback": byte_fallback and kind != "words",
    }
    try:
        return _train(lines, vocabulary_size, lower_case, settings)
    except SizeError as error:
        if error.smallest is not None:
            raise
        smallest = _smallest_size(lines, lower_case, settings)
        raise SizeError(vocabulary_size, smallest, error.largest) from None


class Tokenizer(tf.Module):
    """Turns text into tokens of a vocabulary and back, in a graph.

    Args:
        proto: bytes, as `train_vocabulary` returns. It is part of the graph: a model
            that is exported with it needs no file.

    Attributes:
        vocabulary_size: int. Number of tokens, V.

    Example:

    ```python
    tokenizer = Tokenizer(train_vocabulary(["the cat sat on the mat"], 270))
    tokens = tokenizer.encode(tf.constant(["the mat", "a hat"]))
    tokenizer.decode(tokens.to_tensor())  # [b"the mat", b"a hat"]
    ```
    """

    def __init__(self, proto: bytes):
        super().__init__()
        self.proto = proto
        self._in_graph = lasting_tokenizer(proto)
        self._in_python = sentencepiece.SentencePieceProcessor(model_proto=proto)
        self.vocabulary_size = self._in_python.vocab_size()
        tokens = range(self.vocabulary_size)
        self._is_own = np.array([not self._is_part(token) for token in tokens])
        pieces = map(self._in_python.id_to_piece, tokens[NUM_SPECIAL:])
        # Of words alone no piece goes on within one.
        self._has_words = self._is_own[NUM_SPECIAL:].all() and all(
            piece.startswith(_SPACE) for piece in pieces
        )

    def encode(self, strings: tf.Tensor, add_eos: bool = True) -> tf.RaggedTensor:
        """Returns the tokens of texts.

        Args:
            strings: string tensor `(B,)`, UTF-8. What is not becomes U+FFFD.
            add_eos: bool. Whether the end of sequence is the last token.

        Returns:
            int32 `tf.RaggedTensor` `(B, None)`.
        """
        tokens = self._in_graph.tokenize(strings)
        if not add_eos:
            return tokens
        ends = tf.fill([tokens.nrows(), 1], EOS)
        return tf.concat([tokens, ends], axis=1)

    def is_unknown(self, strings: tf.Tensor, tokens: tf.RaggedTensor) -> tf.Tensor:
        """Returns which texts the vocabulary cannot read, or not wholly.

        Those are the ones that are not UTF-8, and those with a character that has no
        token of its own: it is unknown, or made of bytes. As a vocabulary of words has
        learnt what unknown words are, its texts are unknown where all of their words
        are.

        Args:
            strings: string tensor `(B,)`.
            tokens: `tf.RaggedTensor` `(B, None)`, what `encode` makes of them.

        Returns:
            bool tensor `(B,)`.
        """
        is_own = tf.ragged.map_flat_values(
            lambda tokens: tf.gather(self._is_own, tokens), tokens
        )
        if self._has_words:
            is_word = is_own & (tokens > EOS)
            some = tf.reduce_any(tokens > EOS, axis=1)
            return (some & ~tf.reduce_any(is_word, axis=1)) | ~is_utf8(strings)
        return ~tf.reduce_all(is_own, axis=1) | ~is_utf8(strings)

    def decode(self, tokens: tf.Tensor) -> tf.Tensor:
        """Returns the texts of tokens.

        Args:
            tokens: int tensor `(B, T)`. Padding, begin and end of sequence stand for
                nothing; the unknown token, and what is beyond the vocabulary, for "⁇".

        Returns:
            string tensor `(B,)`.
        """
        tokens = tf.cast(tokens, tf.int32)
        tokens = tf.where(tokens < self.vocabulary_size, tokens, UNK)
        return self._in_graph.detokenize(tf.ragged.boolean_mask(tokens, tokens > EOS))

    @property
    def begins_word(self) -> np.ndarray:
        """bool array `(V,)`, which tokens begin a word: those with a space before."""
        pieces = map(self._in_python.id_to_piece, range(self.vocabulary_size))
        return np.array([piece.startswith(_SPACE) for piece in pieces])

    @property
    def within_word(self) -> np.ndarray:
        """int32 array `(V,)`, each token without the space before it.

        It is the token itself where there is none, or no token for the rest; padding
        for the token of a space alone.
        """
        found = np.arange(self.vocabulary_size, dtype=np.int32)
        for token in np.flatnonzero(self.begins_word).tolist():
            rest = self._in_python.id_to_piece(token).removeprefix(_SPACE)
            other = self._in_python.piece_to_id(rest) if rest else PAD
            found[token] = token if other == UNK else other
        return found

    def encode_lists(
        self, texts: typing.Iterable[str], add_eos: bool = True
    ) -> list[np.ndarray]:
        """Returns the tokens of a list of str as a list of int32 arrays, fast."""
        encoded = [text.encode(errors="replace") for text in texts]
        lists = self._in_python.encode(encoded, add_eos=add_eos)
        return [np.array(tokens, np.int32) for tokens in lists]

    def _is_part(self, token):
        return self._in_python.is_unknown(token) or self._in_python.is_byte(token)


def _train(lines, vocabulary_size, lower_case, settings):
    model = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        rules = pathlib.Path(folder, "_" * (_PATH_LENGTH - len(folder) - 1))
        if lower_case:
            rules.write_text(_lower_case_rules())
        try:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=(line.encode(errors="replace") for line in lines),
                model_writer=model,
                vocab_size=vocabulary_size,
                **settings,
                character_coverage=_COVERAGE if settings["byte_fallback"] else 1.0,
                normalization_rule_name="nfkc",
                normalization_rule_tsv=str(rules) if lower_case else "",
                max_sentence_length=_LONGEST_LINE,
                pad_id=PAD,
                bos_id=BOS,
                eos_id=EOS,
                unk_id=UNK,
                minloglevel=_ERRORS_ONLY,
            )
        except RuntimeError as error:
            raise _translated(str(error), vocabulary_size) from None
    # The model names the file of rules. Its folder is another one each time.
    return model.getvalue().replace(bytes(rules), b"_" * _PATH_LENGTH)


def _smallest_size(lines, lower_case, settings):
    size = NUM_SPECIAL + 1
    try:
        _train(lines, size, lower_case, settings)
    except SizeError as error:
        return error.smallest
    return size


def _translated(message, vocabulary_size):
    if error := size_error(message, vocabulary_size):
        return error
    if "empty()" in message or "all_chars_count" in message:
        return ValueError("Expected lines with text. Received: none")
    reason = " ".join(message.split())[:200]
    return ValueError(
        f"SentencePiece could not learn from the text. Received: {reason}"
    )


@functools.cache
def _lower_case_rules():
    """Returns rules of SentencePiece for NFKC and lower case, of code points in hex.

    Its own of this kind folds case, which makes "ss" of "ß".
    """
    rules = {}
    for code in range(_LAST_CODE_POINT + 1):
        character = chr(code)
        normal = unicodedata.normalize("NFKC", character)
        lower = unicodedata.normalize("NFKC", normal.lower())
        for written in (character, unicodedata.normalize("NFD", character)):
            if written != lower:
                rules[written] = lower
    return "".join(f"{_hex(a)}\t{_hex(b)}\n" for a, b in rules.items())


def _hex(text):
    return " ".join(f"{ord(character):X}" for character in text)
