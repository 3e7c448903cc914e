"""The returns of all evaluated episodes, as a table."""

import csv
import io
import os
import pathlib
import typing

import numpy as np

from kerazoo.atomic_files import write_text

_COLUMNS = ("step", "episode", "seed", "return", "length", "split")
_SPLITS = ("validation", "test")


class ReturnsFile:
    """Writes a line per evaluated episode to `returns.csv` in the folder of a run.

    Columns are `step` (gradient steps done; of a test, those of the tested weights),
    `episode` (its number in the evaluation), `seed`, `return` (undiscounted), `length`
    (environment steps) and `split`: `"validation"` of the episodes that choose the best
    weights, `"test"` of those of the result. Each step of a split is there once,
    whatever was repeated after an interruption.

    Args:
        folder: path of the run's folder, which may hold its earlier file.
        step: Gradient steps that the run goes on from; what is of later ones is
            dropped.

    Example:

    ```python
    file = ReturnsFile("runs/pole", step=0)
    file.write(100, range(3), np.array([9.0, 10.0, 9.0]), np.array([9, 10, 9]))
    ```
    """

    def __init__(self, folder: str | os.PathLike, step: int):
        self.path = pathlib.Path(folder, "returns.csv")
        rows = _read(self.path) if self.path.exists() else []
        self._written: set[str] = set()
        self._rewrite([row for row in rows if int(row[0]) <= step])

    def write(
        self,
        step: int,
        seeds: typing.Sequence[int],
        returns: np.ndarray,
        lengths: np.ndarray,
        split: str = "validation",
    ) -> None:
        """Adds the episodes of a step, in place of those of the split and step.

        Args:
            step: Gradient steps done.
            seeds: E ints.
            returns: float `(E,)`.
            lengths: int `(E,)`.
            split: `"validation"` or `"test"`; there is only one test.
        """
        key = _key(str(step), split)
        if key in self._written:
            rows = _read(self.path)
            self._rewrite([row for row in rows if _key(row[0], row[-1]) != key])
        played = zip(seeds, returns.tolist(), lengths.tolist(), strict=True)
        rows = [
            (step, episode, seed, f"{total:.7g}", length, split)
            for episode, (seed, total, length) in enumerate(played)
        ]
        with self.path.open("a") as file:
            file.write(_text(rows))  # At once: readers see whole evaluations.
        self._written.add(key)

    def _rewrite(self, rows):
        self._written = {_key(row[0], row[-1]) for row in rows}
        write_text(self.path, _text([_COLUMNS, *rows]))


def _read(path):
    """Returns the whole rows of a file, without the heading."""
    with path.open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    # A kill cuts off the last one.
    return [row for row in rows if len(row) == len(_COLUMNS) and row[-1] in _SPLITS]


def _key(step, split):
    return split if split == "test" else step


def _text(rows):
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()
