"""Whether `--task=classify` is of texts or of sounds, and which flags then go."""

from absl import flags

from apps.cli.checks import is_given
from apps.shared_flags import data
from apps.transformer import speech_flags
from apps.transformer.speech_checks import check_encoder
from kerazoo.data.sound.finding import holds_sounds
from kerazoo.data.sound.sound_names import is_sound
from kerazoo.data.tfds_names import tfds_sound_names

DATASETS = ("tone_letters", "files")
DESCRIPTION = "a folder of sounds for each class, or labels.csv and sounds"
_OF_SOUNDS = (
    *(*speech_flags.OF_SOUND, *speech_flags.OF_CLASSES),
    "max_request_seconds",
)
_OF_TEXTS = (
    *("experts_per_token", "header", "init_from", "label_column", "lower_case"),
    *("max_length", "max_request_text_bytes", "num_experts", "positions", "remat"),
    *("split_digits", "text_column", "tokens_per_batch", "vocabulary"),
    *("vocabulary_size", "window"),
)


def hears():
    """Returns whether `--task=classify` is of sounds.

    It is where `--dataset` is `tone_letters` or a dataset of sound of TensorFlow
    Datasets, or where `--data_dir` is a folder with sound files, or a table that names
    some.
    """
    if flags.FLAGS.task != "classify":
        return False
    name, path = data.DATASET.value, data.DATA_DIR.value
    if name in (None, "files"):
        return path is not None and holds_sounds(path)
    return name == DATASETS[0] or _base(name) in tfds_sound_names()


def check_classes():
    """Refuses flags that texts have and sounds not, or the other way round.

    Raises:
        ValueError: If one was given.
    """
    path = data.DATA_DIR.value
    if path is not None and is_sound(path):
        raise ValueError(f"--data_dir={path} is one sound: give {DESCRIPTION}.")
    is_of_sounds = hears()
    found, other = ("sounds", "texts") if is_of_sounds else ("texts", "sounds")
    for name in _OF_TEXTS if is_of_sounds else _OF_SOUNDS:
        if is_given(name):
            raise ValueError(
                f"--{name} is for classes of {other}, and {_data()} has {found}."
            )
    if is_of_sounds:
        check_encoder()


def _base(name):
    return name.partition("/")[0].partition(":")[0]


def _data():
    """Returns what the data is, as it was given."""
    if data.DATASET.value not in (None, "files"):
        return f"--dataset={data.DATASET.value}"
    return f"--data_dir={data.DATA_DIR.value}"
