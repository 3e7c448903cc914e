"""Frames of extended XYZ, written."""

import re
import typing

import numpy as np

from kerazoo.data.graphs.elements import symbol
from kerazoo.data.graphs.structure import Structure


def write_frame(
    file: typing.TextIO,
    structure: Structure,
    pairs: dict[str, typing.Any] | None = None,
    forces: np.ndarray | None = None,
) -> None:
    """Writes one frame.

    Args:
        file: Text file to write to.
        structure: Its atoms.
        pairs: What its second line says.
        forces: float `(A, 3)`, or None.

    Example:

    ```python
    import sys

    positions = np.array([[0, 0, 0], [0, 0, 0.74]], "float32")
    structure = Structure(np.array([1, 1], "int32"), positions)
    write_frame(sys.stdout, structure, {"energy": -31.7})
    ```
    """
    columns = "species:S:1:pos:R:3" + ("" if forces is None else ":forces:R:3")
    said = {**(pairs or {}), "Properties": columns, "pbc": "F F F"}
    comment = " ".join(f"{key}={_quoted(value)}" for key, value in said.items())
    file.write(f"{structure.num_atoms}\n{comment}\n")
    rows = [structure.positions] if forces is None else [structure.positions, forces]
    for number, row in zip(structure.atomic_numbers, np.concatenate(rows, axis=1)):
        cells = " ".join(f"{x:15.8f}" for x in row)
        file.write(f"{symbol(number):2} {cells}\n")


def _quoted(value):
    text = str(value).replace('"', "'")
    return f'"{text}"' if not text or re.search(r"[\s={}\[\]']", text) else text
