"""Text datasets by name."""

import os
import pathlib
import typing

from kerazoo.data.text.date_pairs import dates
from kerazoo.data.text.labelled_text import LabelledText
from kerazoo.data.text.labelled_text_files import labelled_files
from kerazoo.data.text.parallel_text import ParallelText
from kerazoo.data.text.parallel_text_files import parallel_files
from kerazoo.data.text.plain_text import PlainText
from kerazoo.data.text.plain_text_file import text_file
from kerazoo.data.text.prompted_text_files import prompted_files
from kerazoo.data.text.python_help import python_topics
from kerazoo.data.text.tfds_text import tfds_labelled
from kerazoo.data.text.tfds_text import tfds_parallel
from kerazoo.data.text.tfds_text import tfds_plain
from kerazoo.data.text.unlabelled_text import UnlabelledText
from kerazoo.data.text.unlabelled_text import lines_of
from kerazoo.data.text.unlabelled_text_files import unlabelled_files


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
        data_dir: Folder of the files, a table, or folder of the prepared datasets.
        source_language, target_language: Endings of the files, or columns of a table by
            name or number from 1; of TensorFlow Datasets the features, by default the
            dataset's own.
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
            "their endings as `source_language` and `target_language`, or a table of "
            "two columns. Received: data_dir=None"
        )
    _check_existence(data_dir)
    return parallel_files(data_dir, source_language, target_language)


def load_plain(name: str, data_dir: str | os.PathLike | None = None) -> PlainText:
    """Returns a text without labels.

    Args:
        name: `"python_topics"`, built in; `"file"`, the text file `data_dir` or those
            in it; or a name of TensorFlow Datasets, such as `"tiny_shakespeare"`.
        data_dir: Path of the file or folder of files, or of the prepared datasets.

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
        raise ValueError(
            "A text needs a `data_dir`, the path of a file or of a folder of .txt. "
            "Received: data_dir=None"
        )
    _check_existence(data_dir)
    return text_file(data_dir)


def load_labelled(
    name: str,
    data_dir: str | os.PathLike | None = None,
    text_column: str | int | None = None,
    label_column: str | int | None = None,
    header: bool | None = None,
) -> LabelledText:
    """Returns texts of classes.

    Args:
        name: `"files"`, those of `data_dir`; or a name of TensorFlow Datasets, such as
            `"imdb_reviews"`.
        data_dir: Folder of the files, one file, or folder of the prepared datasets.
        text_column, label_column, header: Of the files, see `labelled_files`.

    Raises:
        OSError: If files are missing and cannot be had.
        ValueError: If the dataset does not exist or is not as it should be.

    Example:

    ```python
    from kerazoo.data.text import load_labelled

    text = load_labelled("files", "sst2")
    ```
    """
    columns = text_column, label_column, header
    if name != "files":
        if columns != (None, None, None):
            raise ValueError(
                "`text_column`, `label_column` and `header` go with files. Received: "
                f"dataset={name}, text_column={text_column}, "
                f"label_column={label_column}, header={header}"
            )
        return tfds_labelled(name, data_dir)
    if data_dir is None:
        raise ValueError(
            "Files need a `data_dir`, a table of texts and labels such as reviews.csv, "
            "or a folder of train.tsv and test.tsv; or give a `dataset` by its name. "
            "Received: data_dir=None"
        )
    _check_existence(data_dir)
    return labelled_files(data_dir, *columns)


def load_prompted(name: str, data_dir: str | os.PathLike | None = None) -> ParallelText:
    """Returns prompts and their answers.

    Args:
        name: `"file"`, those of `data_dir`.
        data_dir: Table, `.jsonl` or folder, see `prompted_files`.

    Raises:
        OSError: If files are missing.
        ValueError: If the dataset is another one or not as it should be.

    Example:

    ```python
    from kerazoo.data.text import load_prompted

    load_prompted("file", "sums.jsonl").train  # (["1 + 1 ="], ["2"]), or the other
    ```
    """
    if name != "file" or data_dir is None:
        raise ValueError(
            "Prompts with answers need a `data_dir`, a table or .jsonl with prompt and "
            f"answer. Received: dataset={name}, data_dir={data_dir}"
        )
    _check_existence(data_dir)
    return prompted_files(data_dir)


def load_unlabelled(
    name: str,
    data_dir: str | os.PathLike | None = None,
    text_column: str | int | None = None,
) -> UnlabelledText:
    """Returns texts to learn a language from.

    Args:
        name: `"python_topics"`, built in; `"files"`, those of `data_dir`; or a name of
            TensorFlow Datasets, with labels, which are left out, or without.
        data_dir: File or folder, or several with commas between them, see
            `unlabelled_files`; or folder of the prepared datasets.
        text_column: Of the files, see `unlabelled_files`.

    Raises:
        OSError: If files are missing and cannot be had.
        ValueError: If the dataset does not exist or is not as it should be.

    Example:

    ```python
    from kerazoo.data.text import load_unlabelled

    text = load_unlabelled("files", "sst2")
    ```
    """
    if name == "python_topics":
        return UnlabelledText.of_plain(python_topics())
    if name == "files":
        if data_dir is None:
            raise ValueError(
                "Files need a `data_dir`, a file or folder of texts, or several with "
                "commas between them. Received: data_dir=None"
            )
        return unlabelled_files(data_dir, text_column)
    try:
        labelled = tfds_labelled(name, data_dir)
    except ValueError:
        return UnlabelledText.of_plain(tfds_plain(name, data_dir))
    parts = labelled.train, labelled.validation
    train, validation = ([lines_of(text) for text in part[0]] for part in parts)
    return UnlabelledText(labelled.name, train, validation)


def _check_existence(data_dir):
    if not pathlib.Path(data_dir).exists():
        raise FileNotFoundError(
            "`data_dir` must be a file or folder that is there. Received: "
            f"data_dir={data_dir}"
        )
