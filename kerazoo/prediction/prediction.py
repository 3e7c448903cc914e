"""From an export and a file to a file of answers."""

import os
import pathlib
import sys
import time
import typing
from collections.abc import Sequence

from kerazoo.atomic_files import write_whole
from kerazoo.prediction.asking import BATCH_SIZE
from kerazoo.prediction.asking import answer_rows
from kerazoo.prediction.inputs import Columns
from kerazoo.prediction.inputs import open_inputs
from kerazoo.prediction.kinds import find_kind
from kerazoo.prediction.loading import load_predictor
from kerazoo.prediction.predictor import Predictor
from kerazoo.prediction.problems import Problems
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.structure_answers import FrameWriter
from kerazoo.prediction.writing import Writer
from kerazoo.prediction.writing import check_format
from kerazoo.prediction.writing import check_output
from kerazoo.prediction.writing import format_of
from kerazoo.serving.exported import newest_version
from kerazoo.serving.exported import read_metadata

_PATH = str | os.PathLike


def predict(
    saved_model: _PATH,
    input: _PATH | Sequence[_PATH],
    output: _PATH | None = None,
    columns: Columns | None = None,
    top_k: int | None = None,
    batch_size: int = BATCH_SIZE,
    overwrite: bool = False,
) -> dict[str, typing.Any]:
    """Asks an exported model about all rows of a file, and writes its answers.

    Args:
        saved_model: Folder of a served model (its newest version is used) or of one
            version.
        input: File or folder of what it takes, see `open_inputs`.
        output: A `.csv`, `.tsv` or `.jsonl` file, whole or not at all, of structures
            also `.xyz`; None for standard output, as CSV.
        columns: Columns of tables.
        top_k: How many answers of each row; None for the best, of classes with the
            probabilities of all.
        batch_size: Rows that are asked about at a time.
        overwrite: Whether an `output` that is there may be replaced.

    Returns:
        dict of `rows`, `failed`, those without an answer, `seconds` and
        `rows_per_second`.

    Raises:
        OSError: If a file is missing, or `output` is there.
        ValueError: If the export maps no inputs to answers, a file is not as it should
            be, or no row can be answered.

    Example:

    ```python
    with open("films.txt", "w") as file:
        file.write("a good film\\na bad film\\n")
    predict(version, "films.txt", "films.csv")["rows"]  # 2
    ```
    """
    file_format = format_of(output)
    check_output(output, input, overwrite)
    version = newest_version(saved_model)
    metadata = read_metadata(version)
    check_format(file_format, find_kind(metadata).takes)
    inputs = open_inputs(metadata, input, columns)
    predictor = load_predictor(version, metadata, top_k)
    predictor.check_inputs(inputs)
    return write_answers(inputs, predictor, output, file_format, batch_size)


def write_answers(
    inputs: Inputs,
    predictor: Predictor,
    output: _PATH | None = None,
    file_format: str = "csv",
    batch_size: int = BATCH_SIZE,
) -> dict[str, typing.Any]:
    """Writes all rows with their answers, and warns of those that have none.

    Args:
        inputs: The rows.
        predictor: Of an export that takes them.
        output: File, whole or not at all; None for standard output.
        file_format: `"csv"`, `"tsv"`, `"jsonl"`, or of structures `"xyz"`.
        batch_size: Rows that are asked about at a time.

    Returns:
        dict of `rows`, `failed`, `seconds` and `rows_per_second`.

    Raises:
        NoAnswersError: If no row can be answered.
        OSError: If `output` cannot be written.
    """
    start = time.perf_counter()
    problems = Problems()

    def write_to(file):
        writer: typing.Any
        if file_format == "xyz":
            writer = FrameWriter(file, predictor.answers)
        else:
            writer = Writer(file, file_format, inputs.columns, predictor.answers)
        for row, answer in answer_rows(inputs, predictor, batch_size, problems):
            writer.write(row, answer)
        file.flush()
        problems.warn(inputs.unit, predictor.notes)

    def write_part(path: pathlib.Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            write_to(file)

    if output is None:
        write_to(sys.stdout)
    else:
        write_whole(output, write_part)
    seconds = time.perf_counter() - start
    return {
        "rows": problems.rows,
        "failed": problems.failed,
        "seconds": round(seconds, 3),
        "rows_per_second": round(problems.rows / seconds, 1),
    }
