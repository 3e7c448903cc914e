"""Whether labels look like the classes of texts."""

import collections
import pathlib
import typing
import warnings

from kerazoo.data.text.labelled_columns import LabelledColumns

_MISSING = ("nan", "null", "#n/a", "n/a")
_FEWEST_OF_LINES = 5  # Texts of a class, on average.
_FEWEST = 5  # Texts that tell anything.


def check_labels(
    path: pathlib.Path,
    texts: typing.Sequence[str],
    labels: typing.Sequence[str],
    columns: LabelledColumns | None,
    is_split: bool,
) -> None:
    """Refuses labels of which no classes can be learnt; warns of what looks wrong.

    Args:
        path: The training file, for messages.
        texts: Its texts.
        labels: The label of each.
        columns: Which columns they are; None for lines of `label text`.
        is_split: Whether some of the texts are to be held out.

    Raises:
        ValueError: If texts and labels are the wrong way round, there are fewer than
            two classes, or none has two texts where some are to be held out.
    """
    counts = collections.Counter(labels)
    num_texts, num_labels = len(texts), len(counts)
    hint = ""
    if columns is not None:
        hint = f" It has {columns}: is that right? Else give `label_column`."
    is_odd = num_texts >= _FEWEST and num_labels > num_texts / 2
    if is_odd and len(set(texts)) <= num_labels / 2:
        raise ValueError(_wrong_way(path, columns, num_texts, num_labels, texts))
    if num_labels == 1:
        raise ValueError(
            f"{path}: expected two classes or more.{hint} "
            f"Received: {labels[0]!r}, the label of all {num_texts} texts"
        )
    if is_split and num_labels == num_texts:
        raise ValueError(
            f"{path}: expected classes of several texts, of which some are for "
            f"validation.{hint} Received: {num_texts} texts with as many labels"
        )
    if columns is None and path.name.lower().removesuffix(".gz").endswith(".txt"):
        if num_labels * _FEWEST_OF_LINES > num_texts:
            raise ValueError(
                f"{path}: expected a tab between text and label, or lines that begin "
                "with one of few labels. Received: "
                f"{num_labels} first words in {num_texts} lines"
            )
    elif is_odd:
        warnings.warn(
            f"{path}: there are {num_labels} classes in {num_texts} texts.{hint}",
            stacklevel=2,
        )
    for name in counts:
        if name.lower() in _MISSING:
            warnings.warn(
                f"{path}: {name!r} is a class, of {counts[name]} texts. If their label "
                "is missing, leave them out",
                stacklevel=2,
            )


def _wrong_way(path, columns, num_texts, num_labels, texts):
    advice = "write the label first in each line"
    if columns is not None:
        advice = (
            f"give `text_column`={columns.label + 1} and `label_column`="
            f"{columns.text + 1}"
        )
    return (
        f"{path}: texts and labels look the wrong way round; if so, {advice}. "
        f"Received: {num_texts} rows with {num_labels} different labels and "
        f"{len(set(texts))} different texts"
    )
