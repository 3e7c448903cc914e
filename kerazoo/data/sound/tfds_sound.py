"""Sound of TensorFlow Datasets."""

import os

import numpy as np

from kerazoo.data.sound.labelled_sound import LabelledSound
from kerazoo.data.sound.mono_sound import SAMPLE_RATE
from kerazoo.data.sound.resampling import resampled
from kerazoo.data.sound.sound_splits import split_sounds
from kerazoo.data.sound.transcribed_sound import TranscribedSound
from kerazoo.data.sound.transcribed_sound import Utterances
from kerazoo.data.tfds_builder import tfds_builder
from kerazoo.progress import track

SPOKEN_DIGIT = "spoken_digit"
_TEST_RECORDINGS = 5  # The first ones of each digit and speaker.
_HALF_RANGE = 2**15  # Whole numbers are of 16 bits.


def tfds_labelled_sound(
    name: str,
    data_dir: str | os.PathLike | None = None,
    sample_rate: int = SAMPLE_RATE,
) -> LabelledSound:
    """Reads sounds with classes of TensorFlow Datasets.

    A dataset that is not in `data_dir` is downloaded and prepared there. Its splits
    are `train`, and perhaps `validation` and `test`; what is not there is held out. Of
    `spoken_digit`, recordings 0 to 4 of each digit and speaker are the test, as its
    [own rule](https://github.com/Jakobovski/free-spoken-digit-dataset) says.

    Args:
        name: Name of a dataset with one feature of sound and the feature `label`, such
            as `"spoken_digit"` or `"speech_commands"`.
        data_dir: path of the prepared datasets, or None for the library's own.
        sample_rate: Samples a second to return.

    Returns:
        `LabelledSound`.

    Raises:
        ValueError: If there is no such dataset or it is not one of labelled sounds.
        OSError: If it is not there and cannot be downloaded.

    Example, which downloads the sounds if they are not there:

    ```text
    sound = tfds_labelled_sound("spoken_digit", sample_rate=8_000)
    ```
    """
    import tensorflow_datasets as tfds

    builder = tfds_builder(name, data_dir)
    label = dict(builder.info.features).get("label")
    audio = _audio_feature(builder, "the classes `label`")
    if not isinstance(label, tfds.features.ClassLabel):
        raise _unfit(builder, "the classes `label`")
    files = "audio/filename" if builder.name == SPOKEN_DIGIT else None
    columns, splits = _columns(builder, audio, "label", files, sample_rate)
    labels = np.array(columns["label"], np.int32)
    if files is not None:
        names = [name.decode() for name in columns[files]]
        splits = [
            "test" if _recording(name) < _TEST_RECORDINGS else "train" for name in names
        ]
        order = np.argsort(names)
    else:
        order = np.arange(len(labels))
    sounds = [columns[audio][i] for i in order]
    labels, splits = labels[order], splits and [splits[i] for i in order]
    parts = split_sounds(splits, None, labels, len(labels))
    return LabelledSound.of(
        builder.name, sample_rate, list(label.names), sounds, labels, parts
    )


def tfds_transcribed_sound(
    name: str,
    data_dir: str | os.PathLike | None = None,
    sample_rate: int = SAMPLE_RATE,
) -> TranscribedSound:
    """Reads speech with transcripts of TensorFlow Datasets.

    A dataset that is not in `data_dir` is downloaded and prepared there. Its splits
    are `train`, and perhaps `validation` and `test`; what is not there is held out.

    Args:
        name: Name of a dataset with one feature of sound and the feature `text`,
            `transcript` or `sentence`, such as `"ljspeech"`.
        data_dir: path of the prepared datasets, or None for the library's own.
        sample_rate: Samples a second to return.

    Returns:
        `TranscribedSound`.

    Raises:
        ValueError: If there is no such dataset or it is not one of transcribed sounds.
        OSError: If it is not there and cannot be downloaded.

    Example, which downloads the sounds if they are not there:

    ```text
    sound = tfds_transcribed_sound("ljspeech")
    ```
    """
    builder = tfds_builder(name, data_dir)
    expected = "a feature `text`, `transcript` or `sentence`"
    audio = _audio_feature(builder, expected)
    names = [
        n for n in ("text", "transcript", "sentence") if n in builder.info.features
    ]
    if not names:
        raise _unfit(builder, expected)
    columns, splits = _columns(builder, audio, names[0], None, sample_rate)
    texts = [" ".join(text.decode().split()) for text in columns[names[0]]]
    parts = split_sounds(splits, count=len(texts))
    return TranscribedSound.of(
        builder.name, sample_rate, Utterances(columns[audio], texts), parts
    )


def _recording(name):
    """Returns the number of a recording, the last part of "7_jackson_32.wav"."""
    return int(name.removesuffix(".wav").split("_")[-1])


def _audio_feature(builder, expected):
    """Returns the name of the one feature of sound."""
    import tensorflow_datasets as tfds

    features = dict(builder.info.features)
    names = [n for n in features if isinstance(features[n], tfds.features.Audio)]
    if len(names) != 1 or features[names[0]].sample_rate is None:
        raise _unfit(builder, expected)
    return names[0]


def _unfit(builder, expected):
    return ValueError(
        f"Expected a dataset with one feature of sound, whose rate is known, and "
        f"{expected}. Received: dataset={builder.name} with "
        f"{sorted(builder.info.features)}"
    )


def _columns(builder, audio, value, files, sample_rate):
    """Returns dict of feature to list, and the split of each example or None."""
    import tensorflow_datasets as tfds

    rate = int(builder.info.features[audio].sample_rate)
    wanted = [audio, value, *([files] if files else [])]
    found = [
        name for name in ("train", "validation", "test") if name in builder.info.splits
    ]
    if "train" not in found:
        raise ValueError(
            "Expected a dataset with a split `train`. "
            f"Received: dataset={builder.name} with {sorted(builder.info.splits)}"
        )
    columns, splits = {name: [] for name in wanted}, []
    for split in found:
        examples = builder.as_dataset(
            split=split,
            decoders=tfds.decode.PartialDecoding(dict.fromkeys(wanted, True)),
        )
        count = builder.info.splits[split].num_examples
        for example in track(
            tfds.as_numpy(examples), f"Reading {builder.name}", count, "sounds"
        ):
            columns[audio].append(_samples(example[audio], rate, sample_rate))
            for name in wanted[1:]:
                columns[name].append(example[name])
            splits.append(split)
    return columns, splits if len(found) > 1 else None


def _samples(sound, rate, sample_rate):
    sound = np.asarray(sound)
    if sound.ndim > 1:
        sound = sound.reshape(len(sound), -1).mean(axis=1)
    scale = 1 if sound.dtype.kind == "f" else _HALF_RANGE
    return resampled(sound.astype(np.float32) / np.float32(scale), rate, sample_rate)
