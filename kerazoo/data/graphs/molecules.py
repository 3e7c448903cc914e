"""Molecules as graphs of their heavy atoms and bonds."""

import contextlib
import logging
import os
import warnings

import numpy as np

from kerazoo.data import class_indices
from kerazoo.data import csv_columns
from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.graph_dataset import GraphDataset
from kerazoo.data.graphs.molecule_table import MoleculeTable
from kerazoo.data.graphs.molecule_table import read_molecule_table
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
    """Reads a table of SMILES and one target.

    Args:
        path: Name of the file: `.csv`, of commas, semicolons or tabs, `.tsv`, `.smi` or
            `.txt`.
        smiles_column, target_column: See
            `kerazoo.data.graphs.molecule_table.read_molecule_table`.
        target: What it holds: `"classification"`, `"regression"`, or `"auto"`: classes
            if no target is a number, or if they are at most 10 different ones and none
            has a fraction.
        skip_invalid: Whether rows with invalid SMILES or without a target are left out,
            with a warning, instead of an error.
        descriptors: Whether graphs get RDKit's descriptors, see `featurize`.

    Returns:
        `GraphDataset` with `smiles`.

    Raises:
        ModuleNotFoundError: If RDKit is not installed.
        OSError: If the file cannot be read.
        ValueError: If a column is missing, a target is empty or not a number where one
            is expected, or a SMILES is invalid; the row is named as spreadsheets count
            it.
    """
    if target not in TARGETS:
        raise ValueError(
            f"`target` must be one of {', '.join(TARGETS)}. Received: target={target}"
        )
    with needs_rdkit():
        import rdkit  # noqa: F401
    table = read_molecule_table(path, smiles_column, target_column)
    if not table.is_obvious:
        logging.getLogger(__name__).info(table.describe())
    labels, class_names = _read_targets(table, target, skip_invalid)
    rows, graphs = _featurize_rows(table, skip_invalid, descriptors)
    labels = labels[rows]
    for graph, label in zip(graphs, labels):
        graph.label = label.item()
    dataset = GraphDataset(
        name=table.path.stem,
        graphs=graphs,
        labels=labels,
        num_classes=None if class_names is None else len(class_names),
        class_names=class_names,
        smiles=[table.smiles[row] for row in rows],
        smiles_column=table.smiles_column,
        target_column=table.target_column,
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
        molecule = parse_smiles(smiles)
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


def _read_targets(
    table: MoleculeTable, target: str, skip_invalid: bool
) -> tuple[np.ndarray, list[str] | None]:
    """Returns labels and, for classification, the names of the classes.

    The label of a row without a target is of no meaning.
    """
    cells, column = table.targets or [], table.target_column or ""
    if "" in cells and not skip_invalid:
        raise ValueError(
            f"{table.place(cells.index(''))}: expected a target; `skip_invalid` leaves "
            f"such rows out. Received: {column}=''"
        )
    filled = [cell for cell in cells if cell]
    if target == "auto":
        target = "classification" if _are_classes(set(filled)) else "regression"
        _check_classes(table, target, filled)
    if target == "classification":
        return class_indices.class_indices(cells)
    numbers = {column: [cell or "0" for cell in cells]}
    return csv_columns.read_numbers(table.path, numbers, table.numbers)[:, 0], None


def _are_classes(cells):
    numbers = []
    for cell in cells:
        with contextlib.suppress(ValueError):
            numbers.append(float(cell))
    few = len(cells) <= MAX_AUTO_CLASSES
    return not numbers or (few and all(number.is_integer() for number in numbers))


def _check_classes(table, target, cells):
    """Refuses what can only be names of the molecules."""
    if target == "classification" and len(set(cells)) == len(cells) > MAX_AUTO_CLASSES:
        raise ValueError(
            f"{table.path}: column {table.target_column!r} has another word in each "
            "row, which are no classes: name the column to predict by "
            f"`target_column`. Received: {table.target_column}={cells[0]!r}"
        )


def _featurize_rows(table, skip_invalid, descriptors):
    """Returns the indices of the valid molecules and their graphs."""
    rows, graphs, problems = [], [], []
    for row, (molecule, target) in enumerate(zip(table.smiles, table.targets)):
        try:
            if not target:
                raise ValueError(f"no target. Received: {table.target_column}=''")
            graphs.append(featurize(molecule, descriptors))
            rows.append(row)
        except ValueError as error:
            problems.append(f"{table.place(row)}: {error}")
            if not skip_invalid:
                raise ValueError(
                    f"{problems[0]}; `skip_invalid` leaves such rows out"
                ) from None
    if problems:
        warnings.warn(
            f"Left out {len(problems)} of {len(table.smiles)} molecules, first "
            f"{problems[0]}",
            stacklevel=3,
        )
    return rows, graphs


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
