"""Cells of a table that hold molecules or reactions."""

from collections.abc import Sequence

from kerazoo.data.graphs.reactions import is_reaction
from kerazoo.data.graphs.smiles import is_smiles

_LOOKED_AT = 20  # Cells that tell what a column holds.


def is_structure(cell: str) -> bool:
    """Returns whether a cell is the SMILES of a molecule or of a reaction.

    Example:

    ```python
    is_structure("CCO"), is_structure("CO>>C=O"), is_structure("0.5")
    # (True, True, False)
    ```
    """
    return is_smiles(cell) or is_reaction(cell)


def are_structures(cells: Sequence[str], share: float = 0.8) -> bool:
    """Returns whether the first cells are SMILES, but for a few that may be mistaken.

    Args:
        cells: Cells of a column, of which blank ones do not count.
        share: Share of the cells that must be.

    Example:

    ```python
    are_structures(["CCO", "", "c1ccccc1"])  # True
    ```
    """
    looked_at = [cell for cell in cells if cell][:_LOOKED_AT]
    found = sum(map(is_structure, looked_at))
    return bool(looked_at) and found >= share * len(looked_at)
