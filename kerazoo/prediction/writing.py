"""Rows and answers as CSV or JSON lines."""

import csv
import json
import os
import pathlib
import typing
from collections.abc import Sequence

from kerazoo.prediction.answers import Answers
from kerazoo.prediction.row import Row

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xyz": "xyz",
}


def format_of(output: str | os.PathLike | None, file_format: str | None = None) -> str:
    """Returns the format of a file by its name.

    Args:
        output: Name of the file; None for standard output, which is CSV.
        file_format: `"csv"`, `"tsv"`, `"jsonl"` or `"xyz"`, whatever the name.

    Raises:
        ValueError: If the name tells none.

    Example:

    ```python
    format_of("answers.jsonl")  # "jsonl"
    ```
    """
    if file_format is not None or output is None:
        return file_format or "csv"
    suffix = pathlib.Path(output).suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(
            f"`output` must end in {', '.join(FORMATS)}, or `format` must be given. "
            f"Received: output={output}"
        )
    return FORMATS[suffix]


def check_format(file_format: str, takes: str) -> None:
    """Refuses frames of atoms where a model takes none.

    Args:
        file_format: What `format_of` returns.
        takes: What the export takes, such as `"texts"`.

    Raises:
        ValueError: If it is another.
    """
    if file_format == "xyz" and takes != "structures":
        raise ValueError(
            "`format` xyz is for a model of structures, and this one takes "
            f"{takes}. Received: format=xyz"
        )


class Writer:
    """Writes rows with their answers after them.

    Where a column of the input has the name of one of the answer's, such as `label`,
    the answer's is `predicted_label`.

    Args:
        file: Text file to write to.
        file_format: `"csv"`, `"tsv"` or `"jsonl"`.
        columns: Names of the input's columns.
        answers: How answers are written.

    Example:

    ```python
    import sys

    writer = Writer(sys.stdout, "csv", ["text"], ClassAnswers(["bad", "good"], top_k=1))
    writer.write(Row("line 1", ["a film"]), np.array([0.25, 0.75]))
    # text,label,probability
    # a film,good,0.75
    ```
    """

    def __init__(
        self,
        file: typing.TextIO,
        file_format: str,
        columns: Sequence[str],
        answers: Answers,
    ):
        self._file = file
        self._columns = list(columns)
        self._answers = answers
        self._table: typing.Any = None
        if file_format != "jsonl":
            delimiter = "\t" if file_format == "tsv" else ","
            self._table = csv.writer(file, delimiter=delimiter, lineterminator="\n")
            self._table.writerow([*columns, *map(self._free, answers.columns)])

    def write(self, row: Row, answer: typing.Any) -> None:
        """Writes one row; an answer of None is empty."""
        cells = list(map(_clean, row.cells))
        if self._table is not None:
            empty = [""] * len(self._answers.columns)
            found = empty if answer is None else self._answers.cells(answer)
            self._table.writerow([*map(_as_text, cells), *found])
            return
        fields = {} if answer is None else self._answers.fields(answer)
        if row.problem is not None:
            fields = {"error": row.problem}
        named = {self._free(name): value for name, value in fields.items()}
        line = _json({**dict(zip(self._columns, cells)), **named})
        self._file.write(f"{line}\n")

    def _free(self, name):
        return f"predicted_{name}" if name in self._columns else name


def _clean(cell):
    """Returns a cell without what was not UTF-8 in its file."""
    if not isinstance(cell, str) or cell.isascii():
        return cell
    return cell.encode(errors="replace").decode()


def _as_text(cell):
    return cell if isinstance(cell, str) else _json(cell)


def _json(value):
    return json.dumps(value, ensure_ascii=False)


def check_output(
    output: str | os.PathLike | None,
    inputs: str | os.PathLike | Sequence[str | os.PathLike],
    overwrite: bool = False,
) -> None:
    """Refuses a file that cannot or may not be written.

    Args:
        output: Name of the file; None for standard output.
        inputs: Files that are read.
        overwrite: Whether it may be there already.

    Raises:
        OSError: If it is there, or its folder cannot be written to.
    """
    if output is None:
        return
    path = pathlib.Path(output)
    given = [inputs] if isinstance(inputs, str | os.PathLike) else inputs
    if path.is_dir():
        raise IsADirectoryError(f"`output` must be a file. Received: output={output}")
    if path.exists() and not overwrite:
        raise FileExistsError(
            "`output` is there already: name another file, or give `overwrite`. "
            f"Received: output={output}"
        )
    if path.exists() and any(path.samefile(p) for p in given if os.path.exists(p)):
        raise FileExistsError(
            f"`output` must be another file than `input`. Received: output={output}"
        )
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        raise PermissionError(
            f"`output` cannot be written in {folder}. Received: output={output}"
        )
