"""Text datasets by name."""

import os
import typing

from kerazoo.data.text.date_pairs import dates
from kerazoo.data.text.labelled_text import LabelledText
from kerazoo.data.text.labelled_text_files import labelled_files
from kerazoo.data.text.parallel_text import ParallelText
from kerazoo.data.text.parallel_text_files import parallel_files
from kerazoo.data.text.plain_text import PlainText
from kerazoo.data.text.plain_text_file import text_file
from kerazoo.data.text.python_help import python_topics
from kerazoo.data.text.tfds_text import tfds_labelled
from kerazoo.data.text.tfds_text import tfds_parallel
from kerazoo.data.text.tfds_text import tfds_plain


def load_parallel(
    name: str,
    data_dir: str | os.PathLike | None = None,
    source_language: str = "source",
    target_language: str = "target",
    locales: typing.Sequence[str] = (),
) -> ParallelText:
    """Returns pairs of texts.

    Args:
        name: `"dates"`, built in; `"files"`, those of `data_dir`; or a name of
            TensorFlow Datasets, such as `"wmt16_translate/de-en"`.
        data_dir: Folder of the files, or of the prepared datasets.
        source_language, target_language: Endings of the files; of TensorFlow Datasets
            the features, by default the dataset's own.
        locales: Of the dates: locales to write them in, by default many.

    Raises:
        OSError: If files are missing and cannot be had.
        ValueError: If the dataset does not exist or is not as it should be.

    Example:

    ```python
    from kerazoo.data.text import load_parallel

    text = load_parallel("dates", locales=["en_US", "de_DE"])
    ```
    """
    if locales and name != "dates":
        raise ValueError(
            "`locales` goes with dates. "
            f"Received: locales={','.join(locales)}, dataset={name}"
        )
    if name == "dates":
        return dates(locales=locales or None)
    if name != "files":
        source = None if source_language == "source" else source_language
        target = None if target_language == "target" else target_language
        return tfds_parallel(name, data_dir, source, target)
    if data_dir is None:
        raise ValueError(
            "Files need a `data_dir`, a folder of train.en, train.de and so on, with "
            "their endings as `source_language` and `target_language`. Received: "
            "data_dir=None"
        )
    return parallel_files(data_dir, source_language, target_language)


def load_plain(name: str, data_dir: str | os.PathLike | None = None) -> PlainText:
    """Returns a text without labels.

    Args:
        name: `"python_topics"`, built in; `"file"`, the text file `data_dir`; or a name
            of TensorFlow Datasets, such as `"tiny_shakespeare"`.
        data_dir: Path of the file, or folder of the prepared datasets.

    Raises:
        OSError: If files are missing and cannot be had.
        ValueError: If the dataset does not exist or is not as it should be.

    Example:

    ```python
    from kerazoo.data.text import load_plain

    text = load_plain("python_topics")
    ```
    """
    if name == "python_topics":
        return python_topics()
    if name != "file":
        return tfds_plain(name, data_dir)
    if data_dir is None:
        raise ValueError("A file needs a `data_dir`, its path. Received: data_dir=None")
    return text_file(data_dir)


def load_labelled(name: str, data_dir: str | os.PathLike | None = None) -> LabelledText:
    """Returns texts of classes.

    Args:
        name: `"files"`, those of `data_dir`; or a name of TensorFlow Datasets, such as
            `"imdb_reviews"`.
        data_dir: Folder of the files, or of the prepared datasets.

    Raises:
        OSError: If files are missing and cannot be had.
        ValueError: If the dataset does not exist or is not as it should be.

    Example:

    ```python
    from kerazoo.data.text import load_labelled

    text = load_labelled("files", "sst2")
    ```
    """
    if name != "files":
        return tfds_labelled(name, data_dir)
    if data_dir is None:
        raise ValueError(
            "Files need a `data_dir`, a folder of train.tsv and test.tsv, text and "
            "label in each line; or give a `dataset` by its name. Received: "
            "data_dir=None"
        )
    return labelled_files(data_dir)
