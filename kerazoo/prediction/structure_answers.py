"""Energies and forces as columns, as JSON, and as frames of extended XYZ."""

import json
import typing

import numpy as np

from kerazoo.data.graphs.extended_xyz_writer import write_frame
from kerazoo.data.graphs.structure import Structure
from kerazoo.prediction.answers import Answers
from kerazoo.prediction.numbers import short
from kerazoo.prediction.row import Row


class StructureAnswers:
    """An energy of each structure, and the forces on its atoms.

    An answer is a dict of the float `energy` and the float array `forces` `(A, 3)`.
    Forces are JSON in their cell: a list of three numbers of each atom.

    Example:

    ```python
    answers = StructureAnswers()
    answers.cells({"energy": -31.5, "forces": np.array([[0.0, 0.0, 0.25]])})
    # ["-31.5", "[[0.0, 0.0, 0.25]]"]
    ```
    """

    def __init__(self) -> None:
        self.columns = ["energy", "forces"]

    def cells(self, answer: dict[str, typing.Any]) -> list[str]:
        fields = self.fields(answer)
        return [str(fields["energy"]), json.dumps(fields["forces"])]

    def fields(self, answer: dict[str, typing.Any]) -> dict[str, typing.Any]:
        forces = [[short(x) for x in row] for row in answer["forces"]]
        # A total energy has more digits that count than float32 holds.
        return {"energy": float(f"{answer['energy']:.12g}"), "forces": forces}


class FrameWriter:
    """Writes structures with their answers as frames of extended XYZ.

    It stands in for a `kerazoo.prediction.writing.Writer`. Rows without an answer are
    left out.

    Args:
        file: Text file to write to.
        answers: `StructureAnswers`, or those of another value.

    Example:

    ```python
    import sys

    from kerazoo.data.graphs.structure import Structure

    positions = np.array([[0, 0, 0], [0, 0, 0.74]], "float32")
    row = Row("structure 1", [], Structure(np.array([1, 1], "int32"), positions))
    writer = FrameWriter(sys.stdout, StructureAnswers())
    writer.write(row, {"energy": -31.5, "forces": np.zeros((2, 3))})
    ```
    """

    def __init__(self, file: typing.TextIO, answers: Answers):
        self._file = file
        self._answers = answers

    def write(self, row: Row, answer: typing.Any) -> None:
        """Writes one row; an answer of None is left out."""
        if answer is None or not isinstance(row.item, Structure):
            return
        fields = self._answers.fields(answer)
        forces = fields.pop("forces", None)
        forces = None if forces is None else np.array(forces)
        write_frame(self._file, row.item, fields, forces)
