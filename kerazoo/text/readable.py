"""Which texts can be read at all."""

import tensorflow as tf

# What Python's `str.isspace` says, in the syntax of RE2.
_BLANK = r"[\s\x{b}\x{1c}-\x{1f}\x{85}\p{Z}]*"


def is_blank(strings: tf.Tensor) -> tf.Tensor:
    """Returns which texts are empty or have nothing but white space.

    Args:
        strings: string tensor `(B,)`.

    Returns:
        bool tensor `(B,)`.

    Example:

    ```python
    is_blank(tf.constant(["", " \\t", "a"]))  # [True, True, False]
    ```
    """
    return tf.strings.regex_full_match(strings, _BLANK)


def is_utf8(strings: tf.Tensor) -> tf.Tensor:
    """Returns which texts are UTF-8.

    Args:
        strings: string tensor `(B,)`.

    Returns:
        bool tensor `(B,)`.

    Example:

    ```python
    is_utf8(tf.constant(["Grüße", b"Gr\\xfc\\xdfe"]))  # [True, False]
    ```
    """
    replaced = tf.strings.unicode_transcode(strings, "UTF-8", "UTF-8", errors="replace")
    return tf.equal(strings, replaced)
