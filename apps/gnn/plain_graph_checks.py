"""Which flags of embeddings and communities go together; whether files are there."""

import pathlib

from absl import flags

from apps.cli.checks import check_owners
from apps.cli.checks import is_given
from apps.cli.launch import set_defaults
from kerazoo.data.graphs.edge_files import EDGE_FILES
from kerazoo.data.graphs.edge_files import is_edge_list
from kerazoo.data.graphs.loading import NODE_DATASETS
from kerazoo.data.graphs.loading import check_node_dataset

PLAIN_TASKS = ("embed", "community")
EMBED_DEFAULTS = {
    "dropout": 0.0,
    "embedding_size": 64,
    "eval_every": 20,
    "hidden_size": 128,
    "train_steps": 100,
}
COMMUNITY_DEFAULTS = {
    "dropout": 0.0,
    "eval_every": 20,
    "hidden_size": 64,
    "normalization": "batch",
}
PLAIN_DATASET = (
    f"{', '.join(NODE_DATASETS)}, the last for nodes.csv and edges.csv in --data_dir, "
    "taken where they are there; or a file of two nodes in each line, such as "
    f"friends.txt ({', '.join(EDGE_FILES)}, also .gz). Default: karate_club."
)
OF_PLAIN_TASKS = {
    **dict.fromkeys(
        (
            *("contrast_size", "contrast_temperature", "edge_drop"),
            *("embedding_method", "feature_drop", "held_out_edges"),
            *("in_out_parameter", "projection_size", "return_parameter"),
            *("walk_length", "walk_negatives", "walk_window"),
        ),
        ("embed",),
    ),
    **dict.fromkeys(
        (
            *("collapse_weight", "community_loss", "merge_gain"),
            *("num_communities", "refine_communities"),
        ),
        ("community",),
    ),
    "labels_file": PLAIN_TASKS,
}
_OF_METHODS = {
    **dict.fromkeys(
        (
            *("contrast_size", "contrast_temperature", "edge_drop"),
            *("feature_drop", "projection_size"),
        ),
        ("grace",),
    ),
    **dict.fromkeys(
        (
            *("batch_size", "in_out_parameter", "return_parameter"),
            *("walk_length", "walk_negatives", "walk_window"),
        ),
        ("node2vec",),
    ),
    # node2vec has tables of nodes, and no layers.
    **dict.fromkeys(
        (
            *("architecture", "dropout", "export_dtype", "feature_normalization"),
            "hidden_size",
            *("normalization", "num_layers"),
        ),
        ("grace", "dgi"),
    ),
}
_TABLE = "nodes.csv"
_MOST_NAMED = 5


def take_found_graph():
    """Takes the tables of `--data_dir`, where no `--dataset` is given.

    Raises:
        ValueError: If there are none.
    """
    values = flags.FLAGS
    if values.dataset or not values.data_dir:
        return
    folder = pathlib.Path(values.data_dir)
    if not folder.exists():
        raise FileNotFoundError(f"Expected a folder {folder}. Received: none")
    if (folder / _TABLE).is_file():
        set_defaults({"dataset": "tables"})
        return
    names = sorted(
        path.name
        for path in folder.glob("*")
        if is_edge_list(path.name) and path.is_file()
    )
    there = f" There is {', '.join(names[:_MOST_NAMED])}." if names else ""
    raise ValueError(
        f"--data_dir={folder} must have nodes.csv and edges.csv, or name what is there "
        f"by --dataset, such as cora or friends.txt.{there}"
    )


def take_method_defaults():
    """Gives flags the defaults that suit the method of embedding."""
    values = flags.FLAGS
    if values.task == "embed" and values.embedding_method == "dgi":
        set_defaults({"num_layers": 1})


def check_plain_graph():
    """Refuses flags that do not go together, and files that are not there.

    Raises:
        OSError: If a file is missing.
        ValueError: If there are such flags, or no dataset of that name.
    """
    values = flags.FLAGS
    if values.task == "embed":
        check_owners("embedding_method", _OF_METHODS)
        if values.walk_window > values.walk_length:
            raise ValueError(
                f"--walk_window={values.walk_window} must be at most "
                f"--walk_length={values.walk_length}."
            )
    else:
        check_owners("community_loss", {"collapse_weight": ("dmon",)})
        if is_given("merge_gain") and not values.refine_communities:
            raise ValueError("--merge_gain does not go with --norefine_communities.")
    name = values.dataset or "karate_club"
    if is_given("labels_file") and not is_edge_list(name):
        raise ValueError(
            "--labels_file goes with a --dataset that is a file of edges, such as "
            "friends.txt; others have classes of their own."
        )
    folder = pathlib.Path(values.data_dir or "")
    if not is_edge_list(name):
        if (folder / name).is_file():
            raise ValueError(
                f"--dataset={name} must end in {', '.join(EDGE_FILES)}, perhaps with "
                ".gz, to be read as a file of edges: rename it."
            )
        check_node_dataset(name, values.data_dir)
        return
    files = [name] + ([values.labels_file] if values.labels_file else [])
    for file in files:
        if not (folder / file).is_file():
            raise FileNotFoundError(f"Expected a file {folder / file}. Received: none")
