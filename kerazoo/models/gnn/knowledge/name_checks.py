"""Checks of names in a request."""

import tensorflow as tf

from kerazoo.serving.request_checks import Check

_SHOWN = 80  # Characters of a name in an error.


def is_known(name: str, texts: tf.Tensor, fits: tf.Tensor, what: str) -> Check:
    """Checks that names are of what the model knows; the message shows another.

    Args:
        name: Name of the input.
        texts: Names `(B,)`, of any bytes.
        fits: bool `(B,)`, whether each is known.
        what: What they must be, such as `"entities"`.
    """

    def received():
        first = tf.boolean_mask(texts, ~fits)[:1]
        readable = tf.strings.unicode_transcode(first, "UTF-8", "UTF-8")
        shown = tf.strings.substr(readable, 0, _SHOWN, unit="UTF8_CHAR")
        return tf.strings.reduce_join(shown)

    expected = f"be names of {what} of training"
    return Check(tf.reduce_all(fits), name, expected, received)
