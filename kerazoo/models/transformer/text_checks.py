"""Checks of the texts that a served model is asked about."""

import tensorflow as tf

from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import Check
from kerazoo.serving.request_checks import has_bytes
from kerazoo.serving.request_checks import has_rows


def text_checks(name: str, texts: tf.Tensor, limits: Limits) -> list[Check]:
    """Returns the checks of texts: not too many, and none too long.

    Args:
        name: Name of the input.
        texts: string tensor `(B,)`.
        limits: What a request may ask for.
    """
    return [
        has_rows(name, texts, limits.max_examples),
        has_bytes(name, texts, limits.max_text_bytes),
    ]
