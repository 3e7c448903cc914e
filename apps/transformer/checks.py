"""Which flags of Transformers go together."""

import dataclasses
import functools
import pathlib

from absl import flags

from apps.cli.checks import check_owners
from apps.cli.checks import is_given
from apps.shared_flags import data
from apps.shared_flags import network
from apps.transformer import sound_classes
from apps.transformer import speech_flags
from apps.transformer.speech_checks import check_speech
from kerazoo.tasks.image_sizes import sizes_of_patches

OF_TEXT = ("translate", "generate", "classify", "pretrain")
OF_IMAGES = ("image", "pretrain_image")
# What only some tasks take.
OF_TASKS = {
    "batch_size": ("generate", *OF_IMAGES),
    "beam_size": ("translate", "speech"),
    "block_size": ("generate",),
    "class_weights": ("classify", "image"),
    "decoder_layers": ("translate", "speech", "pretrain_image"),
    "eval_sentences": ("translate", "speech"),
    "experts_per_token": (*OF_TEXT, *OF_IMAGES),
    "flip": OF_IMAGES,
    "header": ("classify",),
    "image_size": OF_IMAGES,
    "init_from": (*OF_TEXT, *OF_IMAGES),
    "label_column": ("classify",),
    "length_penalty": ("translate",),
    "locales": ("translate",),
    "loss_on": ("generate",),
    "lower_case": (*OF_TEXT, "speech"),
    "mask_share": ("pretrain", "pretrain_image"),
    "max_length": ("translate", "classify", "pretrain"),
    "max_request_pixels": OF_IMAGES,
    "max_request_seconds": ("classify", "speech"),
    "max_request_text_bytes": OF_TEXT,
    "num_buckets": ("translate", "classify", "pretrain", "speech"),
    "patch_size": OF_IMAGES,
    "num_experts": (*OF_TEXT, *OF_IMAGES),
    "positions": OF_TEXT,
    "remat": (*OF_TEXT, *OF_IMAGES),
    "shift": OF_IMAGES,
    "source_language": ("translate",),
    "split_digits": (*OF_TEXT, "speech"),
    "target_language": ("translate",),
    "text_column": ("classify", "pretrain"),
    "token_pooling": ("classify",),
    "tokens_per_batch": ("translate", "classify", "pretrain"),
    "vocabulary": (*OF_TEXT, "speech"),
    "vocabulary_size": (*OF_TEXT, "speech"),
    "whole_words": ("pretrain",),
    "window": OF_TEXT,
    **dict.fromkeys(speech_flags.OF_SOUND, ("classify", "speech")),
    **dict.fromkeys(speech_flags.OF_TRANSCRIPTS, ("speech",)),
    **dict.fromkeys(speech_flags.OF_CLASSES, ("classify",)),
}
# What only one way of averaging takes.
_OF_AVERAGING = {
    "average_half_life": ("exponential",),
    "num_snapshots": ("snapshots",),
}
# What only a model that goes on from another one takes.
_OF_STARTS = (
    *("freeze", "layer_decay", "lora_alpha", "lora_rank"),
    "unfreeze_every",
)
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
    "pretrain": (
        ("python_topics", "files"),
        "a text file, a table or a folder of texts, or several with commas",
    ),
    "classify": (
        ("files",),
        "a table of texts and labels, a folder of train.tsv and test.tsv, or one of "
        "sounds for each class",
    ),
    "speech": (
        ("tone_letters", "files"),
        "a folder of transcripts.tsv and sounds",
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
        "Default: python_topics. Of a table or .jsonl with prompt and answer, answers "
        "are learnt."
    ),
    "classify": (
        "files, a table of texts and labels such as reviews.csv, or a folder of "
        "train.tsv and test.tsv; or a name of TensorFlow Datasets. Default: files. "
        "Sounds are taken where --data_dir is a folder with WAV, FLAC, OGG and the "
        "like, in one folder for each class or named by labels.csv; tone_letters, "
        "built in; or sounds of TensorFlow Datasets, such as spoken_digit."
    ),
    "image": f"{data.IMAGES} Default: digits.",
    "pretrain_image": f"{data.IMAGES} Default: digits.",
    "speech": (
        "tone_letters, words spelled in tones, built in; files, a folder of "
        "transcripts.tsv and sounds, taken where there is a --data_dir; or a name of "
        "TensorFlow Datasets, such as spoken_digit. Default: tone_letters."
    ),
    "pretrain": (
        "python_topics, Python's own help, built in; files, texts, tables and folders "
        "of them with commas between, taken where there is a --data_dir; or a name of "
        "TensorFlow Datasets. Default: python_topics."
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
    check_owners("task", OF_TASKS)
    if vocabulary == "words" and task not in ("classify", "pretrain"):
        raise ValueError("--vocabulary=words goes with --task=classify or pretrain.")
    _check_start()
    if is_given("experts_per_token") and flags.FLAGS.num_experts is None:
        raise ValueError("--experts_per_token goes with --num_experts.")
    if flags.FLAGS.remat and (network.DROPOUT.value or flags.FLAGS.hidden_dropout):
        raise ValueError("--remat goes with --dropout=0.")
    if flags.FLAGS.remat and flags.FLAGS.num_experts is not None:
        raise ValueError("--remat goes without --num_experts.")
    check_owners("averaging", _OF_AVERAGING)
    is_of_characters = vocabulary is None and task in ("generate", "speech")
    for name in _OF_SUBWORDS:
        if is_given(name) and (is_of_characters or vocabulary == "characters"):
            raise ValueError(f"--{name} goes with --vocabulary=bpe, unigram or words.")
    if task == "speech":
        check_speech()
    if task == "classify":
        sound_classes.check_classes()
    if task in OF_IMAGES:
        # The size of patches comes along with a model.
        patch = 1 if flags.FLAGS.init_from else network.PATCH_SIZE.value
        needed = 2 if task == "image" else 0
        data.check_images(sizes_of_patches(patch), needed, f"--task={task}")
    elif sound_classes.hears():
        _check_texts(task, sound_classes.DATASETS, sound_classes.DESCRIPTION)
    else:
        _check_texts(task, *_TEXTS[task])


def has_answers():
    """Returns whether the texts are prompts with answers."""
    path = data.DATA_DIR.value
    if flags.FLAGS.task != "generate" or path is None or text_dataset() != "file":
        return False
    from kerazoo.data.text.prompted_text_files import is_prompted

    return is_prompted(path)


def _check_start():
    """Refuses what only a model that goes on from another one takes, and no model."""
    path = flags.FLAGS.init_from
    for name in _OF_STARTS:
        if is_given(name) and path is None:
            raise ValueError(f"--{name} goes with --init_from, a model to go on from.")
    if is_given("lora_alpha") and not is_given("lora_rank"):
        raise ValueError("--lora_alpha goes with --lora_rank.")
    if path is None:
        return
    from kerazoo.runs.reading import family_of

    if family_of(path) not in ("transformer", None):
        raise ValueError(
            f"--init_from={path} is a model of {family_of(path)}, no Transformer."
        )


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
        # Classes are of texts or of sounds: what is neither may be meant as either.
        known = sound_classes.DATASETS if task == "classify" else embedded
        data.check_tfds_name(name, known)


def _read_early():
    """Says what is wrong with files of one's own before TensorFlow is imported."""
    from kerazoo.data.sound.loading import load_labelled_sound
    from kerazoo.data.sound.loading import load_transcribed_sound
    from kerazoo.data.text import loading
    from kerazoo.data.text.early_reading import read_early

    given, path = flags.FLAGS, data.DATA_DIR.value
    if path is None:
        return
    if given.task == "pretrain":
        for part in path.split(","):
            load = functools.partial(
                loading.load_unlabelled, "files", part, given.text_column
            )
            read_early(load, part)
        return
    if has_answers():
        return read_early(lambda: loading.load_prompted("file", path), path)
    if sound_classes.hears():
        load = functools.partial(load_labelled_sound, "files", path, given.sample_rate)
        return read_early(load, path)
    languages = given.source_language, given.target_language
    columns = given.text_column, given.label_column, given.header
    read_early(
        {
            "translate": lambda: loading.load_parallel("files", path, *languages),
            "generate": lambda: loading.load_plain("file", path),
            "classify": lambda: loading.load_labelled("files", path, *columns),
            "speech": lambda: load_transcribed_sound("files", path, given.sample_rate),
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
