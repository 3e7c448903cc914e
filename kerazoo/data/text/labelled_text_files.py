"""Texts of classes in the user's own files."""

import csv
import io
import itertools
import os
import pathlib
import warnings

import numpy as np

from kerazoo.data.held_out import held_out
from kerazoo.data.text.labelled_text import LabelledText
from kerazoo.data.text.text_lines import read_lines
from kerazoo.data.text.text_lines import read_text

_LONGEST_TEXT = 2**31 - 1  # Characters; Python's own limit is 131,072.
_DELIMITERS = {".tsv": "\t", ".csv": ","}
_VALIDATIONS = ("dev", "valid", "val", "validation")
_VALIDATION_SHARE = 0.1


def labelled_files(path: str | os.PathLike) -> LabelledText:
    """Reads a folder of labelled texts, in one of two forms.

    Tables: `train.tsv` and perhaps a validation (`dev`, `valid`, `val` or
    `validation`) and a `test`, in UTF-8; or the same with `.csv`. Rows are
    `text<TAB>label`, or `text,label` with quotes as spreadsheets write them. The first
    row is a header if one of its cells is `label`, and names the column of texts
    `text` or `sentence` if there are more than two.

    Lines: files such as `TREC.train.all` and `TREC.test.all`, with `.train`, `.test`
    and perhaps `.dev` or `.valid` in their names. Lines are `label text`, in UTF-8 or
    else Latin-1.

    Classes are the labels of the training file, sorted, as numbers if all are. Without
    a validation file, a tenth of the training texts of each class, always the same, is
    for validation. A warning counts the blank texts, which are left out.

    Args:
        path: path of the folder.

    Returns:
        `LabelledText`.

    Raises:
        FileNotFoundError: If there is no such folder, or no training file in it.
        ValueError: If a file is empty or binary, a row has not the form, a label is
            absent from the training file, or there are fewer than two classes.

    Example:

    ```python
    text = labelled_files("sst2")
    ```
    """
    folder = pathlib.Path(path)
    if not folder.is_dir():
        raise FileNotFoundError(f"Expected a folder of text files. Received: {folder}")
    train_path, validation_path, test_path = _paths(folder)
    rows = _read(train_path)
    labels = {label for _, label, _ in rows}
    is_numeric = all(label.isdecimal() for label in labels)
    class_names = sorted(labels, key=int if is_numeric else str)
    train = _numbered(train_path, rows, class_names)
    validation, test = (
        None if path is None else _numbered(path, _read(path), class_names)
        for path in (validation_path, test_path)
    )
    if validation is None:
        kept, held = held_out(len(rows), train[1], _VALIDATION_SHARE)
        train, validation = _chosen(train, kept), _chosen(train, held)
    return LabelledText(folder.resolve().name, class_names, train, validation, test)


def _paths(folder):
    """Returns the files of training, validation and test, of which two may be None."""
    for suffix in _DELIMITERS:
        if (folder / f"train{suffix}").is_file():
            stems = (("train",), _VALIDATIONS, ("test",))
            return [_first(folder, [f"{stem}{suffix}" for stem in s]) for s in stems]
    train = _first(folder, ["*.train*"])
    if train is None:
        raise FileNotFoundError(
            "Expected train.tsv, train.csv or a file like TREC.train.all in the "
            f"folder. Received: {folder}"
        )
    validations = [f"*.{name}*" for name in _VALIDATIONS]
    return [train, _first(folder, validations), _first(folder, ["*.test*"])]


def _first(folder, patterns):
    found = itertools.chain.from_iterable(sorted(folder.glob(p)) for p in patterns)
    return next((p for p in found if p.is_file() and p.name[0] != "."), None)


def _read(path):
    """Returns triples of text, label and line number, without blank texts."""
    rows = list(_table(path) if path.suffix in _DELIMITERS else _labels_first(path))
    for _, label, line in rows:
        if not label:
            raise ValueError(f"{path}, line {line}: expected a label. Received: none")
    written = [row for row in rows if row[0]]
    if not written:
        raise ValueError(f"{path}: expected texts with labels. Received: none")
    if len(written) < len(rows):
        blank = len(rows) - len(written)
        warnings.warn(
            f"Left out {blank} of {len(rows)} texts, which are blank, of {path}",
            stacklevel=2,
        )
    return written


def _table(path):
    csv.field_size_limit(_LONGEST_TEXT)
    is_csv = path.suffix == ".csv"
    reader = csv.reader(
        io.StringIO(read_text(path), newline=""),
        delimiter=_DELIMITERS[path.suffix],
        quoting=csv.QUOTE_MINIMAL if is_csv else csv.QUOTE_NONE,
        strict=True,
    )
    columns = None
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if columns is None:
                header = [cell.lower() for cell in cells]
                columns, width = _columns(path, header), len(cells)
                if "label" in header:
                    continue
            if len(cells) != width:
                raise ValueError(
                    f"{path}, line {reader.line_num}: expected {width} cells as in "
                    f"the first row. Received: {len(cells)} cells"
                )
            yield cells[columns[0]], cells[columns[1]], reader.line_num
    except csv.Error as error:
        raise ValueError(
            f"{path}, line {reader.line_num}: expected CSV. Received: {error}"
        ) from None


def _columns(path, header):
    """Returns the columns of text and label."""
    if len(header) == 2:
        return (1, 0) if header[0] == "label" else (0, 1)
    texts = [i for i, name in enumerate(header) if name in ("text", "sentence")]
    if "label" not in header or not texts:
        raise ValueError(
            f"{path}: expected columns `text` and `label`, or two columns. "
            f"Received: {len(header)} columns, the first row {header}"
        )
    return texts[0], header.index("label")


def _labels_first(path):
    for number, line in enumerate(read_lines(path, fallback="latin-1"), 1):
        if line.strip():
            label, _, text = line.strip().partition(" ")
            yield text.strip(), label, number


def _numbered(path, rows, class_names):
    """Returns texts and labels as numbers."""
    numbers = {name: number for number, name in enumerate(class_names)}
    for _, label, line in rows:
        if label not in numbers:
            raise ValueError(
                f"{path}, line {line}: expected a label of the training file, one of "
                f"{class_names[:20]}. Received: label={label}"
            )
    labels = np.array([numbers[label] for _, label, _ in rows], np.int32)
    return [text for text, _, _ in rows], labels


def _chosen(part, indices):
    texts, labels = part
    return [texts[i] for i in indices], labels[indices]
