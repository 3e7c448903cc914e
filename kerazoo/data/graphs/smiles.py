"""What RDKit says of a SMILES."""

import contextlib
import io
import typing

from kerazoo.data.graphs.rdkit_import import needs_rdkit


def is_smiles(text: str) -> bool:
    """Returns whether a text is a molecule of at least one atom.

    Raises:
        ModuleNotFoundError: If RDKit is not installed.

    Example:

    ```python
    is_smiles("CCO"), is_smiles("ethanol")  # (True, False)
    ```
    """
    with needs_rdkit():
        from rdkit import Chem
        from rdkit import rdBase

    # RDKit takes words after a molecule as its name.
    if not text or " " in text or not text.isascii():
        return False
    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(text)
    return molecule is not None and molecule.GetNumAtoms() > 0


def parse_smiles(smiles: str) -> typing.Any:
    """Returns the molecule of RDKit, with the labels of its stereochemistry.

    Raises:
        ModuleNotFoundError: If RDKit is not installed.
        ValueError: If the SMILES is invalid or has no atoms; RDKit's reason is given.
    """
    with needs_rdkit():
        from rdkit import Chem
        from rdkit.Chem import rdCIPLabeler

    molecule = Chem.MolFromSmiles(smiles)
    if molecule is None or not molecule.GetNumAtoms():
        reason = "no atoms" if molecule else _reason(smiles)
        raise ValueError(
            f"Expected a valid SMILES. Received: smiles={smiles!r}: {reason}"
        )
    with contextlib.suppress(RuntimeError):  # Too symmetric to label in time.
        rdCIPLabeler.AssignCIPLabels(molecule, maxRecursiveIterations=100_000)
    return molecule


def _reason(smiles):
    """Returns what RDKit logs about an invalid SMILES, which no exception tells."""
    from rdkit import Chem
    from rdkit import rdBase

    rdBase.LogToPythonStderr()
    try:
        with contextlib.redirect_stderr(io.StringIO()) as log:
            Chem.MolFromSmiles(smiles)
    finally:
        rdBase.LogToCppStreams()
    first_line = log.getvalue().partition("\n")[0]  # As "[12:00:00] the reason".
    return first_line.partition("] ")[2].removeprefix("SMILES Parse Error: ")
