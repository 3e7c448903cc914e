"""Which flags of graph networks go together, and whether their graphs are there."""

import importlib.util
import pathlib

from absl import flags

from apps.cli.checks import check_owners
from apps.cli.checks import is_given
from apps.cli.errors import UserError
from apps.cli.errors import user_packages
from apps.gnn.flags import CONVOLUTIONS
from kerazoo.data.graphs.loading import NODE_DATASETS
from kerazoo.data.graphs.loading import are_molecules
from kerazoo.data.graphs.loading import check_graph_dataset
from kerazoo.data.graphs.loading import check_node_dataset

_ATTENTION = ("gat", "gatv2", "transformer")
# What only some architectures take.
_OF_ARCHITECTURES = {
    "activation": tuple(name for name in CONVOLUTIONS if name != "transformer"),
    "attention_dropout": _ATTENTION,
    "identity_decay": ("gcnii",),
    "normalization": tuple(CONVOLUTIONS),
    "num_heads": _ATTENTION,
    "output_heads": ("gat", "gatv2"),
    "propagation_steps": ("appnp",),
    "residual": tuple(CONVOLUTIONS),
    "self_connection": tuple(CONVOLUTIONS),
    "teleport": ("appnp", "gcnii"),
}
_FIRST_ROWS = 100  # Of a file of molecules, to be looked at before all else.
_OF_MOLECULES = ("skip_invalid", "smiles_column", "target", "target_column")
# What only one task takes.
OF_TASKS = {
    "cross_validate": ("graph",),
    "decoder": ("link",),
    "descriptors": ("graph",),
    "embedding_size": ("link",),
    "fanouts": ("node",),
    "fold": ("graph",),
    "objective": ("node",),
    "pooling": ("graph",),
    "readout": ("graph",),
    "readout_dropout": ("graph",),
    "split": ("graph",),
    **dict.fromkeys(_OF_MOLECULES[:-1], ("graph",)),
}

# What `--helpshort` says of --dataset.
_OF_NODES = (
    f"{', '.join(NODE_DATASETS)}, the last for nodes.csv and edges.csv in --data_dir, "
    "taken where they are there. Default: karate_club."
)
DATASETS = {
    "node": _OF_NODES,
    "link": _OF_NODES,
    "graph": (
        "A file of molecules, such as esol.csv, or a collection of graphs, such as "
        "MUTAG, in --data_dir."
    ),
}


def check_flags():
    """Refuses flags that do not go together, and graphs that are not there.

    Raises:
        OSError: If a file is missing.
        ValueError: If there are such flags, or no dataset of that name.
    """
    values = flags.FLAGS
    if values.jit_compile:
        raise ValueError(
            "--jit_compile does not go with graph networks: XLA has no sparse products."
        )
    check_owners("task", OF_TASKS)
    check_owners("architecture", _OF_ARCHITECTURES)
    if values.directed and (values.dataset != "tables" or values.task == "link"):
        raise ValueError(
            "--directed goes with --dataset=tables and --task=node; links are "
            "predicted without a direction."
        )
    if values.task == "graph":
        _check_graphs()
    else:
        _check_nodes()


def _check_nodes():
    values = flags.FLAGS
    if is_given("target_column") and values.dataset != "tables":
        raise ValueError(
            "--target_column goes with --task=graph and a file of molecules, or with "
            "--dataset=tables."
        )
    check_node_dataset(values.dataset or "karate_club", values.data_dir)
    if values.dataset == "tables":
        with user_packages("gnn"):
            from kerazoo.data.graphs.graph_tables import check_graph_tables

        check_graph_tables(values.data_dir, values.target_column)


def _check_graphs():
    values = flags.FLAGS
    if values.architecture not in CONVOLUTIONS:
        raise ValueError(
            f"--architecture={values.architecture} is for nodes and links: use one of "
            f"{', '.join(CONVOLUTIONS)}."
        )
    for name in _OF_MOLECULES:
        if is_given(name) and not are_molecules(values.dataset):
            raise ValueError(f"--{name} goes with a file of molecules.")
    if is_given("descriptors") and values.readout != "mlp":
        raise ValueError("--descriptors goes with --readout=mlp.")
    if values.cross_validate and is_given("fold"):
        raise ValueError("--cross_validate trains on all folds, without --fold.")
    if values.cross_validate and values.num_seeds > 1:
        raise ValueError("--cross_validate goes with --num_seeds=1.")
    check_graph_dataset(values.dataset, values.data_dir)
    if are_molecules(values.dataset):
        _check_molecules()


def _check_molecules():
    if importlib.util.find_spec("rdkit") is None:
        raise UserError(
            "rdkit is not installed: molecules need pip install 'kerazoo[molecules]', "
            "in a clone pip install '.[molecules]'."
        )
    from kerazoo.data.graphs.molecule_table import read_molecule_table

    values = flags.FLAGS
    read_molecule_table(
        pathlib.Path(values.data_dir or "", values.dataset),
        values.smiles_column,
        values.target_column,
        first_rows=_FIRST_ROWS,
    )
