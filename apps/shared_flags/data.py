"""Flags of the apps that read a dataset; of images, what is done to them."""

import difflib
import pathlib

from absl import flags

from kerazoo.data.tfds_names import all_tfds_names

DATASET = flags.DEFINE_string(
    "dataset",
    None,
    "Name of the dataset. Default: one that needs no download, where the task has one.",
)
DATA_DIR = flags.DEFINE_string(
    "data_dir",
    None,
    "Folder or file of the dataset; TensorFlow Datasets downloads its own to it.",
)
IMAGE_SIZE = flags.DEFINE_integer(
    "image_size", None, "Height and width to bring images to, in pixels.", 4
)
FLIP = flags.DEFINE_boolean("flip", False, "Mirrors half of the training images.")
EXTRACTOR = flags.DEFINE_enum(
    "feature_extractor",
    "auto",
    ["auto", "classifier", "inception", "none"],
    "What FID and its kin compare. classifier: a small one, trained on the dataset. "
    "inception: Keras's InceptionV3, downloaded. auto: a classifier where there are "
    "labels, else Inception where its weights can be had.",
)

_EMBEDDED = ("digits", "folder")


def check_dataset():
    """Refuses names of datasets of images that do not exist.

    Raises:
        ValueError: If `--dataset` is none, or needs a `--data_dir`.
    """
    name = DATASET.value.removeprefix("stacked_")
    if name == "folder" and DATA_DIR.value is None:
        raise ValueError("--dataset=folder needs a --data_dir, the folder of images.")
    if name not in _EMBEDDED:
        check_tfds_name(name, _EMBEDDED)


def check_tfds_name(name, embedded):
    """Refuses what is no dataset of TensorFlow Datasets, without importing it.

    Args:
        name: str, of `--dataset`.
        embedded: Names that are allowed beside.

    Raises:
        ValueError: If there is no such dataset.
    """
    base = name.partition("/")[0].partition(":")[0]
    if DATA_DIR.value and pathlib.Path(DATA_DIR.value, base).is_dir():
        return
    known = {*all_tfds_names(), *embedded}
    if len(known) > len(embedded) and base not in known:
        near = difflib.get_close_matches(base, known, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(
            f"--dataset={name} must be {', '.join(embedded)} or a name of TensorFlow "
            f"Datasets.{hint}"
        )
