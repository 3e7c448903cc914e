"""Sound datasets by name."""

import os
import pathlib

from kerazoo.data.sound.joined_sounds import digit_strings
from kerazoo.data.sound.labelled_sound import LabelledSound
from kerazoo.data.sound.labelled_sound_files import labelled_files
from kerazoo.data.sound.mono_sound import SAMPLE_RATE
from kerazoo.data.sound.tfds_sound import SPOKEN_DIGIT
from kerazoo.data.sound.tfds_sound import tfds_labelled_sound
from kerazoo.data.sound.tfds_sound import tfds_transcribed_sound
from kerazoo.data.sound.tone_spelling import single_tone_letters
from kerazoo.data.sound.tone_spelling import tone_letters
from kerazoo.data.sound.transcribed_sound import TranscribedSound
from kerazoo.data.sound.transcribed_sound_files import transcribed_files


def load_transcribed_sound(
    name: str,
    data_dir: str | os.PathLike | None = None,
    sample_rate: int = SAMPLE_RATE,
) -> TranscribedSound:
    """Returns sounds with transcripts.

    Args:
        name: `"tone_letters"`, built in; `"files"`, those of `data_dir`;
            `"spoken_digit"`, three to seven digits joined of TensorFlow Datasets'
            single ones, also called `"spoken_digit_strings"`; or a name of TensorFlow
            Datasets, such as `"ljspeech"`.
        data_dir: Folder of the files, or of the prepared datasets.
        sample_rate: Samples a second.

    Raises:
        OSError: If files are missing and cannot be had.
        ValueError: If the dataset does not exist or is not as it should be.
        ModuleNotFoundError: If a package is missing that reads the files.

    Example:

    ```python
    from kerazoo.data.sound import load_transcribed_sound

    sound = load_transcribed_sound("files", "said")
    ```
    """
    if name == "tone_letters":
        return tone_letters(sample_rate=sample_rate)
    if name in (SPOKEN_DIGIT, f"{SPOKEN_DIGIT}_strings"):
        return digit_strings(tfds_labelled_sound(SPOKEN_DIGIT, data_dir, sample_rate))
    if name != "files":
        return tfds_transcribed_sound(name, data_dir, sample_rate)
    path = _existing(data_dir, "transcripts.tsv and sounds")
    return transcribed_files(path, sample_rate)


def load_labelled_sound(
    name: str,
    data_dir: str | os.PathLike | None = None,
    sample_rate: int = SAMPLE_RATE,
) -> LabelledSound:
    """Returns sounds of classes.

    Args:
        name: `"tone_letters"`, built in; `"files"`, those of `data_dir`; or a name of
            TensorFlow Datasets, such as `"spoken_digit"`.
        data_dir: Folder of the files, or of the prepared datasets.
        sample_rate: Samples a second.

    Raises:
        OSError: If files are missing and cannot be had.
        ValueError: If the dataset does not exist or is not as it should be.
        ModuleNotFoundError: If a package is missing that reads the files.

    Example:

    ```python
    from kerazoo.data.sound import load_labelled_sound

    sound = load_labelled_sound("files", "commands")
    ```
    """
    if name == "tone_letters":
        return single_tone_letters(sample_rate=sample_rate)
    if name != "files":
        return tfds_labelled_sound(name, data_dir, sample_rate)
    content = "a folder of sounds for each class, or labels.csv and sounds"
    return labelled_files(_existing(data_dir, content), sample_rate)


def _existing(data_dir, content):
    if data_dir is None:
        raise ValueError(
            f"Files need a `data_dir`, a folder with {content}. Received: data_dir=None"
        )
    if not pathlib.Path(data_dir).exists():
        raise FileNotFoundError(
            f"`data_dir` must be a folder that is there. Received: data_dir={data_dir}"
        )
    return data_dir
