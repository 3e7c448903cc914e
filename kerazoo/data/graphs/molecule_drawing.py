"""Molecules with coloured atoms and bonds."""

import numpy as np

from kerazoo.data.graphs.rdkit_import import needs_rdkit
from kerazoo.data.graphs.smiles import parse_smiles

_FAINTEST = 0.02  # Share of the largest; what is less stays white.


def draw_molecule(
    smiles: str,
    atoms: np.ndarray,
    bonds: np.ndarray,
    title: str = "",
    size: tuple[int, int] = (700, 500),
) -> bytes:
    """Draws a molecule whose atoms and bonds are the redder the more they matter.

    Those that speak against the answer, of negative numbers, are blue.

    Args:
        smiles: The molecule.
        atoms: float, one for each atom in the order of the SMILES.
        bonds: float, one for each bond.
        title: Below the molecule.
        size: Width and height in pixels.

    Returns:
        bytes of a PNG.

    Raises:
        ModuleNotFoundError: If RDKit is not installed.
        ValueError: If the SMILES is invalid.

    Example:

    ```python
    draw_molecule("CCO", np.array([0, 0.1, 0.9]), np.array([0, 0.5]))[1:4]  # b"PNG"
    ```
    """
    with needs_rdkit():
        from rdkit.Chem.Draw import rdMolDraw2D

    molecule = parse_smiles(smiles)
    drawing = rdMolDraw2D.MolDraw2DCairo(*size)
    colored = [_colors(values) for values in (atoms, bonds)]
    rdMolDraw2D.PrepareAndDrawMolecule(
        drawing,
        molecule,
        legend=title,
        highlightAtoms=list(colored[0]),
        highlightBonds=list(colored[1]),
        highlightAtomColors=colored[0],
        highlightBondColors=colored[1],
    )
    drawing.FinishDrawing()
    return drawing.GetDrawingText()


def _colors(values):
    """Returns the colours of what matters by its number."""
    values = np.asarray(values, float)
    shares = values / max(np.abs(values).max(initial=0.0), 1e-12)
    return {
        i: (1.0, 1 - 0.7 * share, 1 - 0.7 * share)
        if share > 0
        else (1 + 0.7 * share, 1 + 0.5 * share, 1.0)
        for i, share in enumerate(shares.tolist())
        if abs(share) > _FAINTEST
    }
