"""Tables of molecules or reactions as graphs."""

import logging
import os
import pathlib
import warnings

import numpy as np

from kerazoo.data.graphs.graph_dataset import GraphDataset
from kerazoo.data.graphs.molecule_form import MoleculeForm
from kerazoo.data.graphs.molecule_graph import ATOM_FEATURES as ATOM_FEATURES
from kerazoo.data.graphs.molecule_graph import BOND_FEATURES as BOND_FEATURES
from kerazoo.data.graphs.molecule_graph import featurize as featurize
from kerazoo.data.graphs.molecule_table import read_molecule_table
from kerazoo.data.graphs.molecule_targets import MAX_AUTO_CLASSES as MAX_AUTO_CLASSES
from kerazoo.data.graphs.molecule_targets import TARGETS
from kerazoo.data.graphs.molecule_targets import read_targets
from kerazoo.data.graphs.rdkit_import import needs_rdkit


def molecules(
    path: str | os.PathLike,
    smiles_column: str = "smiles",
    target_column: str | None = None,
    target: str = "auto",
    skip_invalid: bool = False,
    descriptors: bool = False,
) -> GraphDataset:
    """Reads a table of SMILES, of molecules or of reactions, and one target or several.

    Args:
        path: Name of the file: `.csv`, of commas, semicolons or tabs, `.tsv`, `.smi` or
            `.txt`, perhaps with `.gz`.
        smiles_column, target_column: See
            `kerazoo.data.graphs.molecule_table.read_molecule_table`.
        target: What it holds: `"classification"`, `"regression"`, or `"auto"`: classes
            if no target is a number, or if they are at most 10 different ones and none
            has a fraction.
        skip_invalid: Whether rows with invalid SMILES or without a target are left out,
            with a warning, instead of an error.
        descriptors: Whether graphs get RDKit's descriptors, see `featurize`.

    Returns:
        `GraphDataset`, of molecules of one column with `smiles`. Graphs of several
        columns, and of reactions, have components, see
        `kerazoo.data.graphs.molecule_form.MoleculeForm`.

    Raises:
        ModuleNotFoundError: If RDKit is not installed.
        OSError: If the file cannot be read.
        ValueError: If a column is missing, a target is empty or not a number where one
            is expected, a SMILES is invalid, or a reaction has no arrow; the row is
            named as spreadsheets count it.
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
    targets = read_targets(table, target, skip_invalid)
    form = MoleculeForm.of(table.smiles, descriptors)
    rows, graphs = _featurize_rows(table, form, targets.is_known, skip_invalid)
    labels, names = targets.labels[rows], targets.class_names
    several = labels.ndim > 1
    for graph, label in zip(graphs, labels):
        graph.label = None if several else label.item()
    is_plain = form.num_columns == 1 and form.reaction is None
    dataset = GraphDataset(
        name=pathlib.Path(table.path.name.removesuffix(".gz")).stem,
        graphs=graphs,
        labels=labels,
        num_classes=None if names is None else len(names),
        class_names=names,
        smiles=[table.smiles[row] for row in rows] if is_plain else None,
        smiles_column=table.smiles_column,
        target_column=table.target_column,
        target_names=list(table.target_columns) if several else None,
        form=form,
        path=table.path,
        rows=np.array(rows, int),
        num_rows=len(table.smiles),
    )
    dataset.validate()
    return dataset


def _featurize_rows(table, form, is_known, skip_invalid):
    """Returns the indices of the valid rows and their graphs."""
    rows, graphs, problems = [], [], []
    for row, (cells, known) in enumerate(zip(table.smiles, is_known)):
        try:
            if not known:
                raise ValueError(f"no target. Received: {table.target_column}=''")
            graphs.append(form.graph(cells))
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
