"""Graphs of several sets of nodes and edges: are they meant, and are they there?"""

import pathlib

from absl import flags

from apps.cli.checks import arguments
from apps.cli.checks import is_given
from apps.cli.errors import user_packages
from apps.cli.launch import set_defaults
from kerazoo.data.graphs.example_folder import SCHEMA
from kerazoo.data.graphs.example_folder import find_examples
from kerazoo.data.graphs.hetero_files import are_hetero_files

SAMPLES = "tfgnn"
# What `--helpshort` says of --dataset of the node task, after the other names.
SAMPLES_DATASET = (
    f"{SAMPLES} for sampled subgraphs in --data_dir, {SCHEMA} and TFRecord files."
)
OF_TASKS = {"node_set": ("node",)}
# What suits them and is not said by the flags.
HETERO_DEFAULTS = {"architecture": "sage", "hidden_size": 64}
_ARCHITECTURES = ("gcn", "sage", "gat", "gatv2")
_OF_ONE_SET = ("self_connection", "output_heads", "drop_edge", "jumping")


def is_hetero():
    """Returns whether the node task is meant to learn from several sets, or samples."""
    return are_hetero_tables() or are_samples()


def are_hetero_tables():
    """Returns whether the node task is meant to learn from tables of several sets."""
    values = flags.FLAGS
    folder = pathlib.Path(values.data_dir or "")
    return (
        values.task == "node"
        and values.dataset in (None, "tables")
        and bool(values.data_dir)
        and not (folder / "nodes.csv").is_file()
        and are_hetero_files(folder)
    )


def are_samples():
    """Returns whether the node task is meant to learn from sampled subgraphs."""
    values = flags.FLAGS
    if values.task != "node" or values.dataset not in (None, SAMPLES):
        return False
    found = values.data_dir and pathlib.Path(values.data_dir, SCHEMA).is_file()
    return values.dataset == SAMPLES or bool(found)


def take_hetero_defaults():
    """Takes the dataset and the defaults of graphs of several sets, or of samples."""
    dataset = SAMPLES if are_samples() else "tables"
    set_defaults({"dataset": dataset, **HETERO_DEFAULTS})


def check_hetero():
    """Refuses flags that do not go with graphs of several sets, and wrong files.

    Raises:
        OSError: If a file is missing.
        ValueError: If there are such flags, or a table is not as it should be.
    """
    values = flags.FLAGS
    if values.architecture not in _ARCHITECTURES:
        raise ValueError(
            "--architecture of several sets of nodes or edges must be one of "
            f"{', '.join(_ARCHITECTURES)}. Received: {values.architecture}"
        )
    for name in _OF_ONE_SET:
        if is_given(name):
            raise ValueError(
                f"--{name} does not go with several sets of nodes or edges."
            )
    if values.normalization not in ("none", "layer"):
        raise ValueError(
            "--normalization of several sets of nodes or edges must be none or layer. "
            f"Received: {values.normalization}"
        )
    if are_samples():
        _check_samples()
        return
    with user_packages("gnn"):
        from kerazoo.data.graphs.hetero_tables import check_hetero_tables

    check_hetero_tables(values.data_dir, values.node_set, values.target_column)


def _check_samples():
    values = flags.FLAGS
    if not values.data_dir:
        raise ValueError(
            f"--dataset={SAMPLES} needs --data_dir, a folder of {SCHEMA} and TFRecord "
            "files, as apps.sample_graph writes them."
        )
    if values.fanouts:
        raise ValueError(
            f"--fanouts samples a graph in memory; the subgraphs of "
            f"--dataset={SAMPLES} are sampled already."
        )
    find_examples(values.data_dir)


def refuse_node_set():
    """Refuses `--node_set` where there is one set.

    Raises:
        ValueError: If it is given.
    """
    if is_given("node_set"):
        raise ValueError(
            "--node_set goes with tables nodes_<set>.csv of several sets of nodes in "
            "--data_dir."
        )


def hetero_task(model):
    """Makes the task of the flags.

    Args:
        model: dict of the arguments that the tasks of graphs share.
    """
    from kerazoo.tasks import gnn

    values = flags.FLAGS
    model = {**model, "metric": values.objective}
    if are_samples():
        return arguments(gnn.RootNodeClassification, **model)
    sampled, whole = gnn.SampledHeteroNodeClassification, gnn.HeteroNodeClassification
    return arguments(sampled if values.fanouts else whole, dataset=None, **model)
