"""Flags of the apps that read a dataset; of images, what is done to them."""

import logging
import pathlib

from absl import flags

from apps.cli.nearest import nearest
from apps.cli.sections import DATA
from apps.cli.sections import EVALUATION
from apps.cli.sections import section
from kerazoo.data.tfds_names import all_tfds_names

section(DATA)
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
    "image_size",
    None,
    "Height and width to bring images to, in pixels. Default: their own where all have "
    "one that suits the network, else one that does.",
    4,
)
FLIP = flags.DEFINE_boolean("flip", False, "Mirrors half of the training images.")
section(EVALUATION)
EXTRACTOR = flags.DEFINE_enum(
    "feature_extractor",
    "auto",
    ["auto", "classifier", "inception", "none"],
    "What FID and its kin compare. classifier: a small one, trained on the dataset. "
    "inception: Keras's InceptionV3, downloaded. auto: a classifier where there are "
    "labels, else Inception where its weights can be had.",
)

# What `--helpshort` says in apps that read images.
IMAGES = (
    "digits, scikit-learn's, built in; folder, the pictures of --data_dir, taken where "
    "that is given; or a name of TensorFlow Datasets, such as mnist. After stacked_, "
    "three grey images make one."
)
IMAGES_DIR = (
    "Folder of pictures, or of one folder of pictures for each class; of TensorFlow "
    "Datasets, which downloads to it."
)

_EMBEDDED = ("digits", "folder")
_logger = logging.getLogger(f"kerazoo.{__name__}")


def check_images(sizes, least_classes=0, needed_by=""):
    """Refuses images that do not exist, or that a network does not take.

    A `--data_dir` alone is taken for a folder of images.

    Args:
        sizes: `kerazoo.tasks.image_sizes.ImageSizes` of the network.
        least_classes: int. Classes that they must have, if they are of a folder.
        needed_by: str. The flag that needs them.

    Raises:
        OSError: If there is no such folder, or no image in it.
        ValueError: If there is no dataset of that name, it needs a `--data_dir`, no
            image can be read, there are fewer classes, or `--image_size` does not fit.
    """
    if DATA_DIR.value is not None and not DATASET.present:
        flags.FLAGS.set_default("dataset", "folder")
        _logger.info("Took `dataset`=folder: the pictures of %s.", DATA_DIR.value)
    if DATASET.value is not None:
        check_dataset()
    sizes.check_side(IMAGE_SIZE.value)
    if DATASET.value == "folder":
        _check_folder(least_classes, needed_by)


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
        hint = nearest(base, embedded) or nearest(base, known)
        raise ValueError(
            f"--dataset={name} must be {', '.join(embedded)} or a name of TensorFlow "
            f"Datasets.{hint}"
        )


def _check_folder(least_classes, needed_by):
    from kerazoo.data.images.folder_layout import folder_layout
    from kerazoo.data.images.image_headers import image_header

    layout = folder_layout(DATA_DIR.value)
    num_classes = len(layout.class_names or ())
    if num_classes < least_classes:
        found = "one class" if num_classes else "no classes"
        raise ValueError(
            f"{needed_by} needs labels: --data_dir={DATA_DIR.value} must have a folder "
            f"of images for each class, and has {found}."
        )
    if not any(image_header(path) for path in layout.train):
        raise ValueError(
            f"--data_dir={DATA_DIR.value} has {len(layout.train)} files of images, and "
            f"none can be read, such as {layout.train[0]}."
        )
    if least_classes > 1 and len(layout.train) == num_classes:
        raise ValueError(
            f"{needed_by} needs two images of a class at least: one of each is all in "
            f"--data_dir={DATA_DIR.value}."
        )
