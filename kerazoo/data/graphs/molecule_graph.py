"""One molecule as a graph of its heavy atoms and bonds."""

import typing

import numpy as np

from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.rdkit_import import needs_rdkit
from kerazoo.data.graphs.smiles import parse_smiles

# Name, how it is read from RDKit's atom or bond, and its values. Each is one-hot over
# the values and, last, any other. Stereochemistry is that of Cahn, Ingold and Prelog,
# which does not depend on the order of the atoms.
ATOM_FEATURES = (
    (
        "element",
        lambda atom: atom.GetSymbol(),
        ("B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Se", "Br", "I"),
    ),
    ("degree", lambda atom: atom.GetDegree(), (0, 1, 2, 3, 4, 5)),
    ("formal charge", lambda atom: atom.GetFormalCharge(), (-2, -1, 0, 1, 2)),
    ("hydrogens", lambda atom: atom.GetTotalNumHs(), (0, 1, 2, 3, 4)),
    (
        "hybridization",
        lambda atom: atom.GetHybridization().name,
        ("S", "SP", "SP2", "SP3", "SP3D", "SP3D2"),
    ),
    ("aromatic", lambda atom: atom.GetIsAromatic(), (True,)),
    ("in a ring", lambda atom: atom.IsInRing(), (True,)),
    ("chirality", lambda atom: _stereo_label(atom), ("R", "S")),
)
BOND_FEATURES = (
    (
        "type",
        lambda bond: bond.GetBondType().name,
        ("SINGLE", "DOUBLE", "TRIPLE", "AROMATIC"),
    ),
    ("conjugated", lambda bond: bond.GetIsConjugated(), (True,)),
    ("in a ring", lambda bond: bond.IsInRing(), (True,)),
    ("stereo", lambda bond: _stereo_label(bond), ("E", "Z")),
)


def featurize(smiles: str, descriptors: bool = False) -> Graph:
    """Turns a molecule into a graph with `ATOM_FEATURES` and `BOND_FEATURES`.

    Nodes are the atoms without hydrogens, edges both directions of every bond.

    Args:
        smiles: The molecule.
        descriptors: Whether `context_features` are RDKit's two-dimensional
            descriptors, not standardised, 0 where not defined; Ipc is the mean over
            the coefficients, as its sum exceeds float32.

    Returns:
        `Graph`.

    Raises:
        ModuleNotFoundError: If RDKit is not installed.
        ValueError: If the SMILES is invalid or has no atoms.

    Example:

    ```python
    featurize("CCO").num_edges  # 4
    ```
    """
    with needs_rdkit():
        from rdkit import rdBase

    with rdBase.BlockLogs():
        molecule = parse_smiles(smiles)
        context = molecule_descriptors(molecule) if descriptors else None
    atoms, ends, bonds = arrays_of(molecule)
    return Graph(
        node_features=atoms,
        source=ends.ravel(),
        target=ends[:, ::-1].ravel(),
        edge_features=bonds.repeat(2, axis=0),
        context_features=context,
    )


def arrays_of(molecule: typing.Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the features of RDKit's atoms, the ends of its bonds, and their features.

    Args:
        molecule: RDKit's molecule, as `parse_smiles` returns it.

    Returns:
        float32 `(N, D)`, int32 `(M, 2)` and float32 `(M, De)`.
    """
    bonds = list(molecule.GetBonds())
    ends = np.array([(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in bonds], np.int32)
    atoms = _one_hot(list(molecule.GetAtoms()), ATOM_FEATURES)
    return atoms, ends.reshape(-1, 2), _one_hot(bonds, BOND_FEATURES)


def molecule_descriptors(molecule: typing.Any) -> np.ndarray:
    """Returns RDKit's descriptors of its molecule, float32 `(F,)`, see `featurize`."""
    from rdkit.Chem import Descriptors
    from rdkit.Chem import GraphDescriptors

    values = Descriptors.CalcMolDescriptors(molecule, missingVal=0)
    values["Ipc"] = GraphDescriptors.Ipc(molecule, avg=True)
    found = np.array(list(values.values()), np.float32)
    return np.nan_to_num(found, nan=0, posinf=0, neginf=0)


def feature_sizes() -> tuple[int, int]:
    """Returns the widths of the features of atoms and of bonds."""
    return _width(ATOM_FEATURES), _width(BOND_FEATURES)


def _width(features):
    return sum(len(choices) + 1 for _, _, choices in features)


def _one_hot(items, features):
    """Returns float32 `(len(items), D)`, one 1 for each feature."""
    sizes = [len(choices) + 1 for _, _, choices in features]
    starts = np.cumsum([0, *sizes])
    encoded = np.zeros((len(items), starts[-1]), np.float32)
    for row, item in enumerate(items):
        for start, (_, read, choices) in zip(starts, features):
            value = read(item)
            column = choices.index(value) if value in choices else len(choices)
            encoded[row, start + column] = 1
    return encoded


def _stereo_label(item):
    return item.GetProp("_CIPCode") if item.HasProp("_CIPCode") else None
