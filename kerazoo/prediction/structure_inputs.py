"""Atoms in space to be asked about: frames of a file, or molecules of a table."""

import os
import typing

from kerazoo.data.graphs.structure_loading import is_structure_file
from kerazoo.data.graphs.structure_loading import read_structures
from kerazoo.prediction.molecule_inputs import read_molecules
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row


def read_structure_rows(
    path: str | os.PathLike,
    trained: dict[str, typing.Any],
    smiles_column: str | None = None,
    target_column: str | None = None,
    labelled: bool = False,
) -> Inputs:
    """Reads structures; items are `Structure`s, or SMILES that get positions later.

    Args:
        path: Extended XYZ or SDF; or a table of SMILES, or a list of one per line, as
            `kerazoo.prediction.molecule_inputs.read_molecules` reads it.
        trained: The `inputs` of the export's metadata.
        smiles_column, target_column: Columns of a table; the second also a key of XYZ
            or a property of SDF. Default: as in training.
        labelled: Whether what is right must be there, as the labels of the rows: the
            value, and where there are any, the forces.

    Raises:
        ModuleNotFoundError: If RDKit is not installed, for SDF and SMILES.
        OSError: If the file cannot be read.
        ValueError: If it is not as it should be, or what is right is not there.

    Example:

    ```python
    import pathlib

    pathlib.Path("h2.xyz").write_text("2\\n\\nH 0 0 0\\nH 0 0 0.74\\n")
    read_structure_rows("h2.xyz", {"target": "energy"}).rows[0].cells  # ["1", "H2"]
    ```
    """
    name = trained["target"]
    if not is_structure_file(path):
        known = trained.get("smiles_column"), name
        inputs = read_molecules(path, smiles_column, target_column, labelled, known)
        for row in inputs.rows if labelled else ():
            row.label = row.label, None
        return inputs
    wanted = target_column or (None if name == "energy" else name)
    rows = []
    for i, structure in enumerate(read_structures(path, wanted), 1):
        row = Row(f"structure {i}", [str(i), structure.formula], structure)
        if labelled:
            if structure.value is None:
                raise ValueError(
                    f"{path}, structure {i}: expected {target_column or name}. "
                    "Received: none"
                )
            row.label = structure.value, structure.forces
        rows.append(row)
    return Inputs(["structure", "formula"], rows, len(rows), "structures")
