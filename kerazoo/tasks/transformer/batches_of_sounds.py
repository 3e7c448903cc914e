"""Sounds in batches of about the same length, to train on and to be asked about."""

import typing
import warnings

import numpy as np
import tensorflow as tf

from kerazoo.data.sound.sound_buckets import SoundBuckets
from kerazoo.data.sound.transcribed_sound import TranscribedSound
from kerazoo.data.sound.transcribed_sound import Utterances
from kerazoo.progress import track

_MOST_ROWS = 64  # That are asked about at a time.


def short_enough(
    part: str, lengths: np.ndarray, sample_rate: int, max_seconds: float
) -> np.ndarray:
    """Returns which sounds are not too long; warns of the others.

    Args:
        part: What they are for, such as `"training"`, for messages.
        lengths: int `(N,)`, in samples.
        sample_rate: Samples in a second.
        max_seconds: Longest sound.

    Returns:
        bool `(N,)`.

    Raises:
        ValueError: If all are too long.
    """
    found = lengths <= max_seconds * sample_rate
    if not found.any():
        raise ValueError(
            f"`max_seconds` must be {lengths.min() / sample_rate:.3g} or more for one "
            f"of the {part} sounds, {lengths.max() / sample_rate:.3g} for all. "
            f"Received: max_seconds={max_seconds:g}"
        )
    _warn(part, ~found, f"longer than `max_seconds`={max_seconds:g}")
    return found


def fitting(
    part: str,
    utterances: Utterances,
    tokens: list[np.ndarray],
    num_outputs: typing.Callable[[np.ndarray], np.ndarray],
    sample_rate: int,
    max_seconds: float,
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Leaves out sounds that are too long, or too short for their texts; warns of them.

    Args:
        part: What they are for, such as `"training"`, for messages.
        utterances: Sounds and texts.
        tokens: Tokens of the texts, with an end.
        num_outputs: Function of samples to places for tokens.
        sample_rate: Samples in a second.
        max_seconds: Longest sound.

    Returns:
        The pair of the sounds and the tokens that are left.

    Raises:
        ValueError: If none is.
    """
    lengths = np.array([len(sound) for sound in utterances.sounds])
    is_short_enough = short_enough(part, lengths, sample_rate, max_seconds)
    # Equal tokens have a blank between them; the end is not written.
    needed = [len(t) - 1 + np.count_nonzero(t[1:] == t[:-1]) for t in tokens]
    is_long_enough = np.asarray(num_outputs(lengths)) >= needed
    is_kept = is_short_enough & is_long_enough
    if not is_kept.any():
        raise ValueError(
            f"All {part} sounds are too short for their texts: make `subsampling` "
            "smaller, or see whether the transcripts are of these files."
        )
    _warn(part, ~is_long_enough, "too short for their texts")
    kept = np.flatnonzero(is_kept)
    return [utterances.sounds[i] for i in kept], [tokens[i] for i in kept]


def _warn(part, is_odd, what):
    if is_odd.any():
        warnings.warn(
            f"{np.count_nonzero(is_odd)} sounds of {part} are left out: {what}.",
            stacklevel=3,
        )


def make_sound_buckets(
    part: str,
    sounds: list[np.ndarray],
    tokens: list[np.ndarray],
    sample_rate: int,
    seconds_per_batch: float,
    **options: typing.Any,
) -> SoundBuckets:
    """Makes batches of sounds whose lengths are whole tenths of a second.

    Args:
        part: What they are for, such as `"training"`, for messages.
        sounds, tokens: See `SoundBuckets`.
        sample_rate: Samples in a second.
        seconds_per_batch: Most seconds of a step, with padding.
        **options: Further arguments of `SoundBuckets`.

    Raises:
        ValueError: If the sounds do not fit into batches.
    """
    try:
        return SoundBuckets(
            sounds,
            tokens,
            int(seconds_per_batch * sample_rate),
            length_multiple=sample_rate // 10,
            **options,
        )
    except ValueError as error:
        rows = options.get("multiple_of", 1)
        longest = max(map(len, sounds)) / sample_rate
        raise ValueError(
            f"The {part} sounds do not fit into batches: `seconds_per_batch` must be "
            f"at least {rows * (longest + 0.1):.3g}, for {rows} of the longest. "
            f"Received: seconds_per_batch={seconds_per_batch:g}"
        ) from error


def say_sounds(data: TranscribedSound) -> str:
    """Returns in words how many sounds are for what, and how long they are."""

    def part(utterances):
        minutes = utterances.num_samples / data.sample_rate / 60
        return f"{len(utterances):,} utterances ({minutes:.1f} minutes)"

    start = f"{part(data.train)} to train on, {part(data.validation)} to validate"
    if data.test is None:
        return f"{start} and test with"
    return f"{start} with and {part(data.test)} to test with"


def apply_to_sounds(
    function: typing.Callable[[tf.Tensor, tf.Tensor], typing.Iterable],
    sounds: typing.Sequence[np.ndarray],
    samples_per_batch: int,
) -> list:
    """Applies a function of many sounds, those of about the same length together.

    Args:
        function: Function of samples, float32 `(B, N)`, and lengths, int32 `(B,)`, to B
            results.
        sounds: Arrays `(S,)` of samples.
        samples_per_batch: Most samples at a time, with padding, but one sound at least.

    Returns:
        List of the results, in the order of the sounds.

    Example:

    ```python
    sounds = [np.ones(800, "float32"), np.ones(400, "float32")]
    apply_to_sounds(lambda samples, lengths: lengths.numpy(), sounds, 1_600)
    ```
    """
    lengths = np.array([len(sound) for sound in sounds])
    found: list = [None] * len(sounds)
    order = np.argsort(lengths, kind="stable")
    batches = list(_parts(order, lengths, samples_per_batch))
    for part in track(batches, "Sounds", len(sounds), "sounds", len):
        samples = np.zeros((len(part), lengths[part].max()), np.float32)
        for row, i in zip(samples, part):
            row[: lengths[i]] = sounds[i]
        own = tf.constant(lengths[part], tf.int32)
        for i, result in zip(part, function(tf.constant(samples), own), strict=True):
            found[i] = result
    return found


def _parts(order, lengths, samples_per_batch):
    """Gives groups of a rising order that are not above a size with padding."""
    start = 0
    for end in range(1, len(order) + 1):
        rows = end + 1 - start
        if (
            end == len(order)
            or rows > _MOST_ROWS
            or rows * lengths[order[end]] > samples_per_batch
        ):
            yield order[start:end]
            start = end
