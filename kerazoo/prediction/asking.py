"""All rows of an input and the answers to them."""

import itertools
import typing
from collections.abc import Iterator

from kerazoo.prediction.ahead import map_ahead
from kerazoo.prediction.predictor import Predictor
from kerazoo.prediction.problems import Problems
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row
from kerazoo.progress import track

BATCH_SIZE = 128
_BATCHES = 16  # Whose rows are sorted by size together.


def answer_rows(
    inputs: Inputs,
    predictor: Predictor,
    batch_size: int = BATCH_SIZE,
    problems: Problems | None = None,
) -> Iterator[tuple[Row, typing.Any]]:
    """Asks a model about rows, in batches of about the same size.

    Threads prepare the next batches, as by reading images, while the model answers.

    Args:
        inputs: The rows.
        predictor: Of an export that takes them.
        batch_size: Rows that are asked about at a time.
        problems: Counts what went wrong.

    Yields:
        Pairs of a row and its answer, None where the model could not be asked about it.
        They are in the order of the rows.

    Example:

    ```python
    for row, answer in answer_rows(inputs, predictor):
        print(row.cells[0], answer)
    ```
    """
    problems = Problems() if problems is None else problems
    size = max(inputs.total, 1) if predictor.whole else batch_size
    rows = _prepared(inputs.rows, predictor, 2 * size)
    found: dict[int, typing.Any] = {}
    batches = track(
        _batches(rows, size, predictor),
        "Predicting",
        total=inputs.total,
        unit=inputs.unit,
        size=lambda pair: len(pair[0]),
    )
    for batch, waits in batches:
        usable = [row for row in batch if row.item is not None]
        if usable:
            answers, flags = predictor.ask([r.item for r in usable], inputs.shared)
            found |= zip(map(id, usable), answers)
            problems.note(usable, flags)
        if not waits:
            continue
        for row in waits:
            problems.count(row)
            yield row, found.get(id(row))
        found.clear()


def _prepared(rows, predictor, ahead):
    def prepare(row):
        if row.item is not None:
            try:
                row.item = predictor.prepare(row.item)
            except ValueError as error:
                row.item, row.problem = None, str(error)
        return row

    if predictor.takes_long:
        return map_ahead(prepare, rows, ahead)
    return map(prepare, rows)


def _batches(rows, batch_size, predictor):
    """Gives batches, and with the last of each window all of its rows in order."""
    while first := list(itertools.islice(rows, batch_size)):
        window = first
        if any(row.item is not None and predictor.size(row.item) for row in first):
            window += itertools.islice(rows, (_BATCHES - 1) * batch_size)
        ordered = sorted(window, key=lambda row: _size(row, predictor))
        starts = range(0, len(ordered), batch_size)
        for start in starts:
            batch = ordered[start : start + batch_size]
            yield batch, window if start == starts[-1] else None


def _size(row, predictor):
    return 0 if row.item is None else predictor.size(row.item)
