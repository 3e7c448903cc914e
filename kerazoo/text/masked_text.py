"""Texts with gaps, as tokens."""

import tensorflow as tf

from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.special_tokens import EOS
from kerazoo.text.special_tokens import MASK
from kerazoo.text.special_tokens import PAD
from kerazoo.text.vocabulary import Tokenizer

GAP = "<mask>"  # What stands for a token that is not known, in a text.
_BEGINS_WITH_SPACE = r"\s[\s\S]*"


def encode_with_gaps(
    tokenizer: Tokenizer | CharacterTokenizer, strings: tf.Tensor
) -> tf.RaggedTensor:
    """Returns the tokens of texts in which `<mask>` stands for a token each.

    What follows a gap without a space goes on within its word.

    Args:
        tokenizer: The vocabulary.
        strings: string tensor `(B,)`, UTF-8.

    Returns:
        int32 `tf.RaggedTensor` `(B, None)`, with the end of sequence at the end.

    Example:

    ```python
    tokenizer = CharacterTokenizer.of("to be")
    encode_with_gaps(tokenizer, tf.constant(["to <mask>e"]))
    ```
    """
    parts = tf.strings.split(strings, GAP)  # (B, None)
    flat = parts.flat_values
    starts = tf.gather(parts.row_starts(), parts.value_rowids())
    follows_gap = tf.range(tf.size(flat, tf.int64)) > starts
    is_within = follows_gap & ~tf.strings.regex_full_match(flat, _BEGINS_WITH_SPACE)
    tokens = tokenizer.encode(flat, add_eos=False)
    first, rest = tokens[:, :1], tokens[:, 1:]
    values = first.flat_values
    within = tf.gather(tokenizer.within_word, values)
    values = tf.where(tf.gather(is_within, first.value_rowids()), within, values)
    first = first.with_flat_values(values)
    first = tf.ragged.boolean_mask(first, first != PAD)
    gaps = tf.RaggedTensor.from_row_lengths(
        tf.fill([tf.math.count_nonzero(follows_gap)], MASK),
        tf.cast(follows_gap, tf.int64),
    )
    joined = tf.concat([gaps, first, rest], axis=1)  # (parts, None)
    texts = parts.with_flat_values(joined).merge_dims(1, 2)
    ends = tf.fill([texts.nrows(), 1], EOS)
    return tf.concat([texts, ends], axis=1)
