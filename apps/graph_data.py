"""The graphs that the flags of `apps.train_gnn` name."""

import pathlib

from absl import flags

from apps import data_flags as data
from apps import flags as shared
from apps import runner

with runner.heavy_imports("gnn", legacy_keras=True):
    import numpy as np

    from kerazoo.data.graphs import splits
    from kerazoo.data.graphs.karate_club import karate_club
    from kerazoo.data.graphs.molecules import molecules
    from kerazoo.data.graphs.planetoid import planetoid
    from kerazoo.data.graphs.size_descriptors import size_descriptors
    from kerazoo.data.graphs.tables import node_table
    from kerazoo.data.graphs.tu_text import tu_text

_PLANETOID = ("cora", "citeseer", "pubmed")

_DIRECTED = flags.DEFINE_boolean(
    "directed", False, "edges.csv has directed edges; otherwise both ways count."
)
_SPLIT = flags.DEFINE_enum(
    "split", "random", ["random", "scaffold"], "How molecules or graphs are split."
)
FOLD = flags.DEFINE_integer(
    "fold", None, "Trains and tests on one fold of ten, from 0.", 0, 9
)
_SMILES_COLUMN = flags.DEFINE_string(
    "smiles_column", "smiles", "Column of the molecules."
)
_TARGET_COLUMN = flags.DEFINE_string(
    "target_column", None, "Column to predict. Default: the only other one."
)
_DESCRIPTORS = flags.DEFINE_boolean(
    "descriptors",
    False,
    "Gives the model descriptors of a whole graph, too: RDKit's of a molecule, sizes "
    "and counts of other graphs.",
)
_TARGET = flags.DEFINE_enum(
    "target",
    "auto",
    ["auto", "classification", "regression"],
    "What the column to predict holds. auto: classes if no cell is a number, or if "
    "there are at most 10 different ones without a fraction.",
)
_SKIP_INVALID = flags.DEFINE_boolean(
    "skip_invalid", False, "Leaves molecules out that RDKit cannot read."
)

MOLECULE_FLAGS = ("skip_invalid", "smiles_column", "target", "target_column")

flags.adopt_module_key_flags(data)


def are_molecules():
    """Returns whether the dataset is a CSV file of molecules."""
    return data.DATASET.value.endswith(".csv")


def load_node_dataset():
    """Returns the graph of the flags, with what is known of its nodes."""
    name, folder = data.DATASET.value, data.DATA_DIR.value
    if name in (None, "karate_club"):
        dataset = karate_club()
    elif name in _PLANETOID:
        dataset = planetoid(name, folder)
    elif name == "tables":
        if not folder:
            raise ValueError(
                "--dataset=tables needs --data_dir, a folder with nodes.csv and "
                "edges.csv."
            )
        dataset = node_table(folder, _DIRECTED.value, shared.SEED.value)
    else:
        raise ValueError(
            f"--dataset={name} must be karate_club, {', '.join(_PLANETOID)}, or tables "
            "for nodes.csv and edges.csv in --data_dir."
        )
    dataset.validate()
    return dataset


def load_graph_dataset():
    """Returns the graphs of the flags."""
    name = data.DATASET.value
    if are_molecules():
        with runner.user_packages("molecules"):
            dataset = molecules(
                pathlib.Path(data.DATA_DIR.value or "", name),
                smiles_column=_SMILES_COLUMN.value,
                target_column=_TARGET_COLUMN.value,
                task=_TARGET.value,
                skip_invalid=_SKIP_INVALID.value,
                descriptors=_DESCRIPTORS.value,
            )
    else:
        dataset = tu_text(name, data.DATA_DIR.value or "")
        if _DESCRIPTORS.value:
            for graph in dataset.graphs:
                graph.context_features = size_descriptors(graph)
    dataset.validate()
    return dataset


def split_graphs(dataset):
    """Returns training, validation and test graphs as the flags say."""
    if FOLD.value is not None:
        if dataset.num_classes is None:
            raise ValueError("--fold and --cross_validate are for classes.")
        folds = dataset.folds
        if folds is None:
            folds = splits.stratified_folds(dataset.labels, 10, shared.SEED.value)
        train, test = folds[FOLD.value]
        return train, np.array([], int), test
    if _SPLIT.value == "scaffold" and dataset.smiles is None:
        raise ValueError("--split=scaffold is for molecules.")
    if _SPLIT.value == "scaffold":
        split = splits.scaffold_split(dataset.smiles)
    else:
        split = splits.random_split(len(dataset.graphs), seed=shared.SEED.value)
    if not all(len(split[part]) for part in (0, 2)):
        raise ValueError(
            f"{dataset.name} has {len(dataset.graphs)} graphs, too few to train and "
            "test on: 10 at least."
        )
    return split
