"""Which columns of a file are the molecules and what is to be predicted of them."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class MoleculeColumns:
    """How to read a file of molecules, see `molecules`.

    Args:
        smiles_column: Column of the molecules or reactions, by its name or its number
            from 1. Where none is called `smiles`, the default is found by its name or
            by what it holds. Several have a comma between them.
        target_column: Column to predict, or several, the same; None for the only other
            one, or the only one of a name such as `target` or `label`.
        target: What it holds: `"classification"`, `"regression"`, or `"auto"`: classes
            if no cell is a number, or if there are at most 10 different ones without a
            fraction.
        skip_invalid: Leaves rows out whose molecules RDKit cannot read or that have no
            target, with a warning.
    """

    smiles_column: str = "smiles"
    target_column: str | None = None
    target: str = "auto"
    skip_invalid: bool = False
