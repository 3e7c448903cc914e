"""Texts in batches of about the same length, to be trained on and to be asked about."""

import logging
import typing
import warnings

import numpy as np
import tensorflow as tf

from kerazoo.data.sound.labelled_sound import LabelledSound
from kerazoo.data.text.labelled_text import LabelledText
from kerazoo.data.text.parallel_text import ParallelText
from kerazoo.data.text.token_buckets import TokenBuckets
from kerazoo.progress import track

_OUTCOMES = {"leave_out": "left out", "truncate": "cut off"}
USUAL_TOKENS = 4_096  # Of a batch.
_logger = logging.getLogger(__name__)


def make_buckets(
    part: str,
    sequences: tuple[list[np.ndarray], ...],
    tokens_per_batch: int | None,
    max_length: int,
    too_long: str = "leave_out",
    usual_tokens: int = USUAL_TOKENS,
    multiple_of: int = 1,
    **options: typing.Any,
) -> TokenBuckets:
    """Makes batches of tokens; warns of texts that are too long.

    Args:
        part: What they are for, such as `"training"`, for messages.
        sequences, max_length, too_long, multiple_of: See `TokenBuckets`.
        tokens_per_batch: See `TokenBuckets`; None for `usual_tokens`, or as many more
            as the longest text takes.
        usual_tokens: Tokens of a batch where `tokens_per_batch` is None.
        **options: Further arguments of `TokenBuckets`.

    Raises:
        ValueError: If the texts do not fit into batches.
    """
    longest = [max(map(len, texts)) for texts in zip(*sequences)]
    if too_long == "leave_out" and min(longest) > max_length:
        raise ValueError(
            f"`max_length` must be {min(longest)} or more for one of the {part} texts, "
            f"{max(longest)} for all. Received: max_length={max_length}"
        )
    if tokens_per_batch is None:
        needed = multiple_of * min(max(longest), max_length)
        tokens_per_batch = max(usual_tokens, needed)
        if needed > usual_tokens:
            _logger.info(
                f"Batches of {part} have {needed:,} tokens, a long text for each "
                f"device, and not {usual_tokens:,} as by default"
            )
    try:
        buckets = TokenBuckets(
            sequences,
            tokens_per_batch,
            max_length=max_length,
            too_long=too_long,
            multiple_of=multiple_of,
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


def say_counts(unit: str, data: LabelledText | ParallelText | LabelledSound) -> str:
    """Returns in words how many texts or sounds are for what.

    Args:
        unit: What they are, such as `"pairs"`.
        data: The texts or sounds.

    Example:

    ```python
    from kerazoo.data.text import ParallelText

    pairs = ["eins", "zwei"], ["one", "two"]
    say_counts("pairs", ParallelText("numbers", train=pairs, validation=pairs))
    # 2 pairs to train on, 2 to validate and test with
    ```
    """
    train, validation = len(data.train[0]), len(data.validation[0])
    start = f"{train:,} {unit} to train on, {validation:,} to validate"
    if data.test is None:
        return f"{start} and test with"
    return f"{start} with and {len(data.test[0]):,} to test with"


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
    starts = range(0, len(order), batch_size)
    for start in track(starts, "Texts", len(order), "texts", lambda _: batch_size):
        part = order[start : start + batch_size]
        results = function(tf.constant([texts[i] for i in part]))
        for i, result in zip(part, results, strict=True):
            found[i] = result
    return found


def of_texts(function: typing.Callable) -> typing.Callable:
    """Returns a function of texts that is traced once, for any number of them."""
    spec = tf.TensorSpec((None,), tf.string)
    return tf.function(function, input_signature=[spec], autograph=False)
