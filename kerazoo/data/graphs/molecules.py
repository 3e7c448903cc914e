"""Molecules as graphs of their heavy atoms and bonds."""

import contextlib
import io
import os
import pathlib
import warnings

import numpy as np

from kerazoo.data import class_indices
from kerazoo.data import csv_columns
from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.graph_dataset import GraphDataset
from kerazoo.data.graphs.rdkit_import import needs_rdkit

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
TARGETS = ("auto", "classification", "regression")
MAX_AUTO_CLASSES = 10


def molecules(
    path: str | os.PathLike,
    smiles_column: str = "smiles",
    target_column: str | None = None,
    target: str = "auto",
    skip_invalid: bool = False,
    descriptors: bool = False,
) -> GraphDataset:
    """Reads a CSV file of SMILES and one target.

    Args:
        path: Name of the file.
        smiles_column: Column of the molecules.
        target_column: Column to predict; None for the only other one.
        target: What it holds: `"classification"`, `"regression"`, or `"auto"`: classes
            if no target is a number, or if they are at most 10 different ones and none
            has a fraction.
        skip_invalid: Whether rows with invalid SMILES are left out, with a warning,
            instead of an error.
        descriptors: Whether graphs get RDKit's descriptors, see `featurize`.

    Returns:
        `GraphDataset` with `smiles`.

    Raises:
        ModuleNotFoundError: If RDKit is not installed.
        OSError: If the file cannot be read.
        ValueError: If a column is missing, a target is empty or not a number where one
            is expected, or a SMILES is invalid; the row is named, the header being
            row 1.
    """
    if target not in TARGETS:
        raise ValueError(
            f"`target` must be one of {', '.join(TARGETS)}. Received: target={target}"
        )
    with needs_rdkit():
        import rdkit  # noqa: F401
    required = filter(None, (smiles_column, target_column))
    columns = csv_columns.read_columns(path, required)
    others = [name for name in columns if name != smiles_column]
    if target_column is None and len(others) != 1:
        raise ValueError(
            f"{path}: expected one column beside {smiles_column!r}, or the name of the "
            f"target's. Received: target_column=None, columns={list(columns)}"
        )
    target_column = target_column or others[0]
    labels, class_names = _read_targets(
        path, target_column, columns[target_column], target
    )
    rows, graphs = _featurize_rows(
        path, columns[smiles_column], skip_invalid, descriptors
    )
    labels = labels[rows]
    for graph, label in zip(graphs, labels):
        graph.label = label.item()
    dataset = GraphDataset(
        name=pathlib.Path(path).stem,
        graphs=graphs,
        labels=labels,
        num_classes=class_names and len(class_names),
        class_names=class_names,
        smiles=[columns[smiles_column][row] for row in rows],
    )
    dataset.validate()
    return dataset


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
        molecule = _parse(smiles)
        context = _descriptors(molecule) if descriptors else None
    bonds = list(molecule.GetBonds())
    ends = np.array([(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in bonds], np.int32)
    ends = ends.reshape(-1, 2)
    return Graph(
        node_features=_one_hot(list(molecule.GetAtoms()), ATOM_FEATURES),
        source=ends.ravel(),
        target=ends[:, ::-1].ravel(),
        edge_features=_one_hot(bonds, BOND_FEATURES).repeat(2, axis=0),
        context_features=context,
    )


def _read_targets(path, column, cells, target):
    """Returns labels and, for classification, the names of the classes."""
    if "" in cells:
        row = cells.index("") + csv_columns.FIRST_ROW
        raise ValueError(f"{path}, row {row}: expected a target. Received: {column}=''")
    if target == "auto":
        target = "classification" if _are_classes(set(cells)) else "regression"
    if target == "classification":
        return class_indices.class_indices(cells)
    return csv_columns.read_numbers(path, {column: cells})[:, 0], None


def _are_classes(cells):
    numbers = []
    for cell in cells:
        with contextlib.suppress(ValueError):
            numbers.append(float(cell))
    few = len(cells) <= MAX_AUTO_CLASSES
    return not numbers or (few and all(number.is_integer() for number in numbers))


def _featurize_rows(path, smiles, skip_invalid, descriptors):
    """Returns the indices of the valid molecules and their graphs."""
    rows, graphs, problems = [], [], []
    for row, molecule in enumerate(smiles):
        try:
            graphs.append(featurize(molecule, descriptors))
            rows.append(row)
        except ValueError as error:
            problems.append(f"{path}, row {row + csv_columns.FIRST_ROW}: {error}")
            if not skip_invalid:
                raise ValueError(
                    f"{problems[0]}; `skip_invalid` leaves such rows out"
                ) from None
    if problems:
        warnings.warn(
            f"Left out {len(problems)} of {len(smiles)} molecules, first {problems[0]}",
            stacklevel=3,
        )
    return rows, graphs


def _parse(smiles):
    from rdkit import Chem
    from rdkit.Chem import rdCIPLabeler

    molecule = Chem.MolFromSmiles(smiles)
    if molecule is None or not molecule.GetNumAtoms():
        reason = "no atoms" if molecule else _parse_error(smiles)
        raise ValueError(
            f"Expected a valid SMILES. Received: smiles={smiles!r}: {reason}"
        )
    with contextlib.suppress(RuntimeError):  # Too symmetric to label in time.
        rdCIPLabeler.AssignCIPLabels(molecule, maxRecursiveIterations=100_000)
    return molecule


def _parse_error(smiles):
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


def _descriptors(molecule):
    from rdkit.Chem import Descriptors
    from rdkit.Chem import GraphDescriptors

    values = Descriptors.CalcMolDescriptors(molecule, missingVal=0)
    values["Ipc"] = GraphDescriptors.Ipc(molecule, avg=True)
    values = np.array(list(values.values()), np.float32)
    return np.nan_to_num(values, nan=0, posinf=0, neginf=0)


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
