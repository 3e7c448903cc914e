"""Texts in batches of about the same length, to be trained on and to be asked about."""

import typing
import warnings

import numpy as np
import tensorflow as tf

from kerazoo.data.text.token_buckets import TokenBuckets

_OUTCOMES = {"leave_out": "left out", "truncate": "cut off"}


def make_buckets(
    part: str,
    sequences: tuple[list[np.ndarray], ...],
    tokens_per_batch: int,
    max_length: int,
    too_long: str = "leave_out",
    **options: typing.Any,
) -> TokenBuckets:
    """Makes batches of tokens; warns of texts that are too long.

    Args:
        part: What they are for, such as `"training"`, for messages.
        sequences, tokens_per_batch, max_length, too_long: See `TokenBuckets`.
        **options: Further arguments of `TokenBuckets`.

    Raises:
        ValueError: If the texts do not fit into batches.
    """
    try:
        buckets = TokenBuckets(
            sequences,
            tokens_per_batch,
            max_length=max_length,
            too_long=too_long,
            **options,
        )
    except ValueError as error:
        raise ValueError(
            f"The {part} texts do not fit into batches. {error}, "
            f"max_length={max_length}"
        ) from error
    if buckets.num_too_long:
        warnings.warn(
            f"{buckets.num_too_long} examples of {part} with more tokens than "
            f"`max_length` are {_OUTCOMES[too_long]}. Received: "
            f"max_length={max_length}",
            stacklevel=2,
        )
    return buckets


def apply_by_length(
    function: typing.Callable[[tf.Tensor], typing.Iterable],
    texts: typing.Sequence[str],
    batch_size: int,
) -> list:
    """Applies a function of many texts, those of about the same length together.

    Args:
        function: Function of a batch, string tensor `(B,)`, to B results.
        texts: The texts.
        batch_size: Texts at a time.

    Returns:
        List of the results, in the order of the texts.

    Example:

    ```python
    apply_by_length(lambda batch: tf.strings.length(batch).numpy(), ["a", "bcd"], 64)
    ```
    """
    order = np.argsort([len(text) for text in texts], kind="stable")
    found = [None] * len(texts)
    for start in range(0, len(order), batch_size):
        part = order[start : start + batch_size]
        results = function(tf.constant([texts[i] for i in part]))
        for i, result in zip(part, results, strict=True):
            found[i] = result
    return found


def of_texts(function: typing.Callable) -> typing.Callable:
    """Returns a function of texts that is traced once, for any number of them."""
    return tf.function(function, input_signature=[tf.TensorSpec((None,), tf.string)])
