"""Inputs of which is known what is right, by the readers of training."""

import dataclasses
import logging
import pathlib
import typing

import numpy as np

from kerazoo.data.table_file import is_table
from kerazoo.data.table_file import read_table
from kerazoo.data.text.labelled_parts import find_parts
from kerazoo.data.text.table_header import has_columns
from kerazoo.data.text.table_header import is_name
from kerazoo.prediction.inputs import Columns
from kerazoo.prediction.kinds import find_kind
from kerazoo.prediction.labelled_data import LabelledData
from kerazoo.prediction.labelled_graphs import labelled_graphs
from kerazoo.prediction.labelled_graphs import labelled_nodes
from kerazoo.prediction.labelled_graphs import labelled_pairs
from kerazoo.prediction.labelled_graphs import labelled_structures
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row

PARTS = ("test", "all")
_logger = logging.getLogger(__name__)


def open_labelled(
    metadata: dict[str, typing.Any],
    dataset: str | None = None,
    data_dir: str | None = None,
    columns: Columns | None = None,
    part: str = "test",
) -> Inputs:
    """Reads what an export is to be measured by.

    Args:
        metadata: What was noted about the export.
        dataset: Name of a dataset, as in training. Default: the training's, or files
            where there is a `data_dir`.
        data_dir: Folder or file of the dataset, as in training. Pairs of nodes have
            what is right in a column `label` of `pairs.csv`.
        columns: Columns of tables.
        part: `"test"` for what training holds out, as far as the data tells; `"all"`
            for data that the model has not seen.

    Raises:
        OSError: If a file is missing.
        ValueError: If there is no such dataset, a file is not as it should be, or
            nothing is known of what is right.
    """
    if part not in PARTS:
        raise ValueError(f"`part` must be test or all. Received: part={part}")
    kind = find_kind(metadata)
    name = dataset or (None if data_dir else metadata.get("dataset"))
    data = LabelledData(metadata, name, data_dir, columns or Columns(), part)
    if (kind.takes, kind.answers) not in _READERS:
        raise ValueError(
            f"models of {kind.takes} are measured when they are trained: their cards "
            "have the figures, python -m apps.cards."
        )
    return _READERS[kind.takes, kind.answers](data)


def _labelled_texts(data):
    from kerazoo.data.text.loading import load_labelled

    columns = _text_columns(data)
    alone = data.data_dir if data.part == "all" and data.dataset is None else None
    if alone and is_table(alone):
        return _labelled_table(alone, columns)
    texts = load_labelled(
        data.dataset or "files",
        data.data_dir,
        columns.text_column,
        columns.label_column,
    )
    rows = [
        Row(_place(text), [text], text.encode(), label=texts.class_names[label])
        for own in _chosen(texts, data.part)
        for text, label in zip(*own)
    ]
    return Inputs(["text"], rows, len(rows), "texts")


def _text_columns(data):
    """Returns the columns that are given, or those of training where they are there."""
    columns = data.columns
    is_given = columns.text_column is not None or columns.label_column is not None
    names = {n: data.metadata.get(n) for n in ("text_column", "label_column")}
    names = {n: name for n, name in names.items() if is_name(name)}
    if is_given or not names or data.data_dir is None or data.dataset is not None:
        return columns
    path = find_parts(pathlib.Path(data.data_dir)).train
    if not is_table(path):
        return columns
    table = read_table(path, of_texts=True, first_rows=1)
    if not has_columns(table, *names.values()):
        return columns
    return dataclasses.replace(columns, **names)


def _labelled_table(path, columns):
    """Returns all rows of a table, which need not be enough to split them."""
    from kerazoo.data.text import text_tables
    from kerazoo.data.text.labelled_columns import find_columns

    table = text_tables.read_table(path)
    found = find_columns(table, columns.text_column, columns.label_column)
    below = table.below(found.names is not None)
    _logger.info("%s: %s; measuring all %d rows.", path, found, len(below.rows))
    rows = [
        Row(f"line {line}", cells, cells[found.text].encode(), label=cells[found.label])
        for line, cells in zip(below.lines, below.rows)
    ]
    for row in rows:
        if not row.item:
            row.item, row.problem = None, "a blank text"
    return Inputs([], rows, len(rows), "texts")


def _translations(data):
    from kerazoo.data.text.loading import load_parallel

    languages = (data.metadata[f"{side}_language"] for side in ("source", "target"))
    pairs = load_parallel(data.dataset or "files", data.data_dir, *languages)
    rows = [
        Row(_place(source), [source], source.encode(), label=target)
        for own in _chosen(pairs, data.part)
        for source, target in zip(*own)
    ]
    return Inputs(["text"], rows, len(rows), "texts")


def _place(text):
    return f"text {text[:40]!r}"


def _chosen(dataset, part, unit="texts"):
    """Returns the test of texts or sounds, or their validation, or all parts."""
    parts = {n: getattr(dataset, n) for n in ("train", "validation", "test")}
    parts = {name: own for name, own in parts.items() if own is not None}
    chosen = list(parts) if part == "all" else [list(parts)[-1]]
    counts = " and ".join(f"{len(parts[name][0]):,} of {name}" for name in chosen)
    _logger.info("%s: measuring the %s of %s.", dataset.name, unit, counts)
    return [parts[name] for name in chosen]


def _lines(data):
    if data.data_dir is None:
        raise ValueError(
            "A language model is measured by the lines of a file: `data_dir` must be "
            "its path. Received: data_dir=None"
        )
    return data.open_files()


def _images(data):
    from kerazoo.data.images.loading import load

    height, width, channels = data.metadata["image_shape"]
    images = load(data.dataset or "folder", data.data_dir, (height, width))
    if not images.num_classes:
        raise ValueError(
            "The images must be in a folder for each class. "
            f"Received: data_dir={data.data_dir}"
        )
    if images.image_shape[-1] > channels:
        raise ValueError(
            "The images must be grey, as those of training. "
            f"Received: dataset={images.name}, with colours"
        )
    names = images.class_names or [str(i) for i in range(images.num_classes)]
    parts = ("train", "test") if data.part == "all" else ("test",)
    rows = []
    for own in parts:
        pixels = getattr(images, f"{own}_images")
        labels = getattr(images, f"{own}_labels")
        for i, (image, label) in enumerate(zip(pixels, labels)):
            fitted = np.broadcast_to(
                images.to_bytes(images.normalize(image)), data.metadata["image_shape"]
            )
            rows.append(Row(f"{own} image {i}", [], fitted, label=names[label]))
    _logger.info(
        "%s: measuring %s images of %s.",
        *(images.name, f"{len(rows):,}", " and ".join(parts)),
    )
    return Inputs([], rows, len(rows), "images")


def _labelled_sounds(data):
    from kerazoo.data.sound.loading import load_labelled_sound

    name, rate = data.dataset or "files", data.metadata["sample_rate"]
    sounds = load_labelled_sound(name, data.data_dir, rate)
    rows = [
        Row(f"sound {i} of {len(own[0])}", [], sound, label=sounds.class_names[label])
        for own in _chosen(sounds, data.part, "sounds")
        for i, (sound, label) in enumerate(zip(*own))
    ]
    return Inputs([], rows, len(rows), "sounds")


_READERS: dict[tuple[str, str], typing.Callable[..., Inputs]] = {
    ("texts", "classes"): _labelled_texts,
    ("texts", "translations"): _translations,
    ("texts", "scores"): _lines,
    ("images", "classes"): _images,
    ("sounds", "classes"): _labelled_sounds,
    ("nodes", "classes"): labelled_nodes,
    ("pairs", "links"): labelled_pairs,
    ("graphs", "classes"): labelled_graphs,
    ("structures", "energies"): labelled_structures,
    ("structures", "values"): labelled_structures,
    ("graphs", "values"): labelled_graphs,
    ("graphs", "targets"): labelled_graphs,
}
