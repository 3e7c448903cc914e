"""Which columns of a file are the molecules and what is to be predicted of them."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class MoleculeColumns:
    """How to read a CSV file of molecules, see `molecules`.

    Args:
        smiles_column: Column of the molecules.
        target_column: Column to predict; None for the only other one.
        target: What it holds: `"classification"`, `"regression"`, or `"auto"`: classes
            if no cell is a number, or if there are at most 10 different ones without a
            fraction.
        skip_invalid: Leaves molecules out that RDKit cannot read, with a warning.
    """

    smiles_column: str = "smiles"
    target_column: str | None = None
    target: str = "auto"
    skip_invalid: bool = False
