"""Positions of a molecule's atoms, where only its bonds are known."""

import typing

import numpy as np

from kerazoo.data.graphs.rdkit_import import needs_rdkit
from kerazoo.data.graphs.smiles import parse_smiles
from kerazoo.data.graphs.structure import Structure

_MOST_SEEDS = 2**31 - 1


def make_conformer(smiles: str, seed: int = 0) -> Structure:
    """Returns a molecule in space with all its hydrogens, by RDKit's ETKDG.

    One conformer of many, from knowledge of bonds and torsions
    ([Riniker & Landrum, 2015](https://doi.org/10.1021/acs.jcim.5b00654)), version 3.

    Args:
        smiles: The molecule.
        seed: Equal seeds give equal conformers.

    Returns:
        `Structure`, in ångström.

    Raises:
        ModuleNotFoundError: If RDKit is not installed.
        ValueError: If the SMILES is invalid, or no positions can be found.

    Example:

    ```python
    make_conformer("CCO").formula  # "C2H6O"
    ```
    """
    with needs_rdkit():
        from rdkit import Chem
        from rdkit import rdBase
        from rdkit.Chem import rdDistGeom

    with rdBase.BlockLogs():
        molecule = Chem.AddHs(parse_smiles(smiles))
        choices: typing.Any = rdDistGeom.ETKDGv3()
        choices.randomSeed = seed % _MOST_SEEDS
        found = rdDistGeom.EmbedMolecule(molecule, choices)
        if found < 0:  # Large rings and cages need another start.
            choices.useRandomCoords = True
            found = rdDistGeom.EmbedMolecule(molecule, choices)
    if found < 0:
        raise ValueError(
            f"Expected a molecule with a shape in space. Received: smiles={smiles!r}"
        )
    numbers = [atom.GetAtomicNum() for atom in molecule.GetAtoms()]
    if not all(numbers):
        raise ValueError(f"Expected elements alone. Received: smiles={smiles!r}")
    positions = molecule.GetConformer().GetPositions()
    return Structure(np.array(numbers, np.int32), positions.astype(np.float32))
