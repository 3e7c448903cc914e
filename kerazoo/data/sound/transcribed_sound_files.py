"""Speech with transcripts in the user's own files."""

import logging
import os
import pathlib

from kerazoo.data.sound.mono_sound import SAMPLE_RATE
from kerazoo.data.sound.reading import read_all
from kerazoo.data.sound.sound_splits import split_sounds
from kerazoo.data.sound.sound_table import read_sound_table
from kerazoo.data.sound.sound_table import speakers_of
from kerazoo.data.sound.sound_table import splits_of
from kerazoo.data.sound.transcribed_sound import TranscribedSound
from kerazoo.data.sound.transcribed_sound import Utterances
from kerazoo.data.text.text_files import content_of
from kerazoo.data.text.text_files import find_file

_TABLES = tuple(
    f"{stem}.{end}" for stem in ("transcripts", "metadata") for end in ("tsv", "csv")
)
_TEXT_NAMES = (
    *("text", "transcript", "transcription", "sentence", "words", "utterance"),
    *("normalized_text", "raw_text"),
)
_logger = logging.getLogger(__name__)


def transcribed_files(
    path: str | os.PathLike, sample_rate: int = SAMPLE_RATE
) -> TranscribedSound:
    """Reads sound files and their transcripts.

    A folder has `transcripts.tsv`, `transcripts.csv`, `metadata.tsv` or `metadata.csv`
    with a column of files and one of texts, see
    `kerazoo.data.sound.sound_table.read_sound_table`, and the sounds beside it or in
    folders. A column `split` says what is for training, validation and test; what it
    leaves open is held out, see `kerazoo.data.sound.sound_splits.split_sounds`, by
    speakers where there is a column `speaker`. Sounds of several channels are mixed,
    those of another rate are resampled.

    Args:
        path: path of the folder, or of such a table.
        sample_rate: Samples a second.

    Returns:
        `TranscribedSound`.

    Raises:
        OSError: If there is no such path or no table in it, or a file cannot be read.
        ValueError: If the table is not as it should be, a transcript is missing or its
            file, or a file is no sound, has no samples or a rate out of range.
        ModuleNotFoundError: If files are other than WAV and soundfile is missing.

    Example:

    ```python
    sound = transcribed_files("said", sample_rate=8_000)
    sound.train.texts[0]  # "yes"
    ```
    """
    path = pathlib.Path(path)
    rows = read_sound_table(_table(path), _TEXT_NAMES, "transcript")
    speakers = speakers_of(rows)
    parts = split_sounds(splits_of(rows), speakers, count=len(rows))
    name = (path if path.is_dir() else path.parent).resolve().name
    _check(path, parts, len(rows))
    sounds = read_all([row.path for row in rows], sample_rate, name)
    utterances = Utterances(sounds, [row.value for row in rows], speakers)
    sound = TranscribedSound.of(name, sample_rate, utterances, parts)
    _say(sound)
    return sound


def _table(path):
    if path.is_file():
        return path
    if not path.is_dir():
        raise FileNotFoundError(
            f"Expected a folder with transcripts.tsv and sounds. Received: {path}"
        )
    table = find_file(path, *_TABLES)
    if table is None:
        raise FileNotFoundError(
            "Expected transcripts.tsv in the folder, a table of sound files and texts. "
            f"Received: {content_of(path)}"
        )
    return table


def _check(path, parts, count):
    train, validation, _ = parts
    if not len(train) or not len(validation):
        raise ValueError(
            f"{path}: expected two sounds or more to train on, of which some are held "
            f"out for validation. Received: {count} rows, {len(train)} to train on"
        )


def _say(sound):
    parts = (sound.train, "training"), (sound.validation, "validation")
    shown = ", ".join(
        f"{len(part):,} for {use} "
        f"({part.num_samples / sound.sample_rate / 60:.3g} minutes)"
        for part, use in (*parts, (sound.test, "the test"))
        if part is not None
    )
    _logger.info("%s: utterances: %s", sound.name, shown)
