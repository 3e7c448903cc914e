"""Which flags of Transformers go together."""

import dataclasses
import pathlib

from absl import flags

from apps.cli.checks import check_owners
from apps.cli.checks import is_given
from apps.shared_flags import data
from apps.shared_flags import network
from kerazoo.tasks.image_sizes import sizes_of_patches

# What only some tasks take.
OF_TASKS = {
    "batch_size": ("generate", "image"),
    "beam_size": ("translate",),
    "block_size": ("generate",),
    "decoder_layers": ("translate",),
    "eval_sentences": ("translate",),
    "flip": ("image",),
    "header": ("classify",),
    "image_size": ("image",),
    "label_column": ("classify",),
    "length_penalty": ("translate",),
    "locales": ("translate",),
    "lower_case": ("translate", "generate", "classify"),
    "max_length": ("translate", "classify"),
    "max_request_pixels": ("image",),
    "max_request_text_bytes": ("translate", "generate", "classify"),
    "num_buckets": ("translate", "classify"),
    "patch_size": ("image",),
    "positions": ("translate", "generate", "classify"),
    "shift": ("image",),
    "source_language": ("translate",),
    "split_digits": ("translate", "generate", "classify"),
    "target_language": ("translate",),
    "text_column": ("classify",),
    "token_pooling": ("classify",),
    "tokens_per_batch": ("translate", "classify"),
    "vocabulary": ("translate", "generate", "classify"),
    "vocabulary_size": ("translate", "generate", "classify"),
    "window": ("translate", "generate", "classify"),
}
# What only one way of averaging takes.
_OF_AVERAGING = {
    "average_half_life": ("exponential",),
    "num_snapshots": ("snapshots",),
}
# What vocabularies of characters have not.
_OF_SUBWORDS = ("lower_case", "split_digits", "vocabulary_size")
# Flags whose defaults are for data that is large enough.
_FITTED = ("block_size", "tokens_per_batch", "vocabulary_size")
# Of each task on texts: the datasets that are no names of TensorFlow Datasets, the one
# that is the user's own last, and what that is.
_TEXTS = {
    "translate": (
        ("dates", "files"),
        "a table of two columns, or a folder of train.en, train.de and so on, with "
        "--source_language=en --target_language=de",
    ),
    "generate": (("python_topics", "file"), "a text file, or a folder of .txt"),
    "classify": (
        ("files",),
        "a table of texts and labels, or a folder of train.tsv and test.tsv",
    ),
}

# What `--helpshort` says of --dataset.
DATASETS = {
    "translate": (
        "dates, built in; files, a table of pairs or a folder of train.en, train.de "
        "and so on, taken where there is a --data_dir; or a name of TensorFlow "
        "Datasets. Default: dates."
    ),
    "generate": (
        "python_topics, Python's own help, built in; file, a text file or a folder of "
        ".txt, taken where there is a --data_dir; or a name of TensorFlow Datasets. "
        "Default: python_topics."
    ),
    "classify": (
        "files, a table of texts and labels such as reviews.csv, or a folder of "
        "train.tsv and test.tsv; or a name of TensorFlow Datasets. Default: files."
    ),
    "image": f"{data.IMAGES} Default: digits.",
}


def text_dataset():
    """Returns the name of the dataset of texts, which may be left out."""
    embedded = _TEXTS[flags.FLAGS.task][0]
    return data.DATASET.value or embedded[-1 if data.DATA_DIR.value else 0]


def check_flags():
    """Refuses flags that have no meaning with others, and datasets that are not there.

    Raises:
        ValueError: If there are such.
    """
    task, vocabulary = flags.FLAGS.task, flags.FLAGS.vocabulary
    check_owners("task", OF_TASKS)
    if vocabulary == "words" and task != "classify":
        raise ValueError("--vocabulary=words goes with --task=classify.")
    check_owners("averaging", _OF_AVERAGING)
    is_of_characters = vocabulary is None and task == "generate"
    for name in _OF_SUBWORDS:
        if is_given(name) and (is_of_characters or vocabulary == "characters"):
            raise ValueError(f"--{name} goes with --vocabulary=bpe, unigram or words.")
    if task == "image":
        data.check_images(sizes_of_patches(network.PATCH_SIZE.value), 2, "--task=image")
    else:
        _check_texts(task, *_TEXTS[task])


def _check_texts(task, embedded, description):
    name = text_dataset()
    if flags.FLAGS.locales and name != "dates":
        raise ValueError("--locales goes with --dataset=dates.")
    if name == embedded[-1] and data.DATA_DIR.value is None:
        given = f"--dataset={name}" if data.DATASET.value else f"--task={task}"
        raise ValueError(f"{given} needs a --data_dir, {description}.")
    if name == embedded[-1]:
        _read_early()
    elif name not in embedded:
        if pathlib.Path(name).is_file():
            raise ValueError(f"--dataset={name} is a file: give --data_dir={name}.")
        data.check_tfds_name(name, embedded)


def _read_early():
    """Says what is wrong with files of one's own before TensorFlow is imported."""
    from kerazoo.data.text import loading
    from kerazoo.data.text.early_reading import read_early

    given, path = flags.FLAGS, data.DATA_DIR.value
    if path is None:
        return
    languages = given.source_language, given.target_language
    columns = given.text_column, given.label_column, given.header
    read_early(
        {
            "translate": lambda: loading.load_parallel("files", path, *languages),
            "generate": lambda: loading.load_plain("file", path),
            "classify": lambda: loading.load_labelled("files", path, *columns),
        }[given.task],
        path,
    )


def fitted(kind):
    """Returns what was given of the flags whose defaults give way to small data.

    Args:
        kind: A dataclass with fields of such names.

    Returns:
        dict of name to value, None where there is only a default.
    """
    names = [field.name for field in dataclasses.fields(kind) if field.name in _FITTED]
    return {n: flags.FLAGS[n].value if is_given(n) else None for n in names}
