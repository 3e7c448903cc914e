"""Which flags of Transformers go together."""

from absl import flags

from apps.cli.checks import check_owners
from apps.cli.checks import is_given
from apps.shared_flags import data

# What only some tasks take.
_OF_TASKS = {
    "batch_size": ("generate", "image"),
    "beam_size": ("translate",),
    "block_size": ("generate",),
    "decoder_layers": ("translate",),
    "eval_sentences": ("translate",),
    "flip": ("image",),
    "image_size": ("image",),
    "length_penalty": ("translate",),
    "locales": ("translate",),
    "lower_case": ("translate", "generate", "classify"),
    "max_length": ("translate", "classify"),
    "num_buckets": ("translate", "classify"),
    "patch_size": ("image",),
    "positions": ("translate", "generate", "classify"),
    "shift": ("image",),
    "source_language": ("translate",),
    "split_digits": ("translate", "generate", "classify"),
    "target_language": ("translate",),
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
# Of each task on texts: the datasets that are no names of TensorFlow Datasets, the one
# that is the user's own last, and what that is.
_TEXTS = {
    "translate": (
        ("dates", "files"),
        "a folder of train.en, train.de and so on, with --source_language=en "
        "--target_language=de",
    ),
    "generate": (("python_topics", "file"), "the path of a text file"),
    "classify": (
        ("files",),
        "a folder of train.tsv and test.tsv, text and label in each line",
    ),
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
    check_owners("task", _OF_TASKS)
    if vocabulary == "words" and task != "classify":
        raise ValueError("--vocabulary=words goes with --task=classify.")
    check_owners("averaging", _OF_AVERAGING)
    is_of_characters = vocabulary is None and task == "generate"
    for name in _OF_SUBWORDS:
        if is_given(name) and (is_of_characters or vocabulary == "characters"):
            raise ValueError(f"--{name} goes with --vocabulary=bpe, unigram or words.")
    if task == "image":
        if data.DATASET.value:
            data.check_dataset()
    else:
        _check_texts(*_TEXTS[task])


def _check_texts(embedded, description):
    name = text_dataset()
    if flags.FLAGS.locales and name != "dates":
        raise ValueError("--locales goes with --dataset=dates.")
    if data.DATASET.value == embedded[-1] and data.DATA_DIR.value is None:
        raise ValueError(f"--dataset={name} needs a --data_dir, {description}.")
    if name not in embedded:
        data.check_tfds_name(name, embedded)
