"""Which graphs are meant where --dataset does not say it."""

import pathlib

from absl import flags

from apps.cli.launch import set_defaults
from apps.gnn.hetero_checks import is_hetero
from apps.gnn.hetero_checks import take_hetero_defaults
from apps.gnn.knowledge_checks import take_found_triples
from apps.gnn.plain_graph_checks import PLAIN_TASKS
from apps.gnn.plain_graph_checks import take_found_graph
from apps.gnn.potential_checks import take_found_structures
from apps.gnn.recommend_checks import take_found_interactions
from kerazoo.data.graphs.loading import are_molecules

_TABLES = ("nodes.csv", "edges.csv")
_MOST_NAMED = 5


def take_found_dataset():
    """Takes the tables of --data_dir, where there are some and no --dataset is given.

    Raises:
        ValueError: If `--dataset` or `--data_dir` is given for what another one means,
            or `--data_dir` for what is not there.
    """
    values = flags.FLAGS
    if values.task == "potential":
        take_found_structures()
        return
    if values.task == "knowledge_graph":
        take_found_triples()
        return
    if values.task == "recommend":
        take_found_interactions()
        return
    if values.task in (*PLAIN_TASKS, "influence"):
        take_found_graph()
        return
    name, folder = values.dataset, pathlib.Path(values.data_dir or "")
    if values.task == "graph":
        if not name:
            raise ValueError(_needed(folder if values.data_dir else None))
        return
    if is_hetero():
        take_hetero_defaults()
    elif name:
        _check_name(name)
    elif values.data_dir and (folder / _TABLES[0]).is_file():
        set_defaults({"dataset": "tables"})
    elif values.data_dir:
        raise ValueError(
            f"--data_dir={folder} must have {' and '.join(_TABLES)}, or name what is "
            "there by --dataset, such as cora; molecules need --task=graph, too."
            f"{_there(folder)}"
        )


def _needed(folder):
    there = _there(folder) if folder else ""
    return (
        "--task=graph needs --dataset: a file of molecules, such as esol.csv, or a "
        f"collection of graphs, such as MUTAG, in --data_dir.{there}"
    )


def _there(folder):
    """Returns the sentence of the files that may be of molecules, or nothing."""
    names = sorted(path.name for path in folder.glob("*") if are_molecules(path.name))
    names = [name for name in names if name not in _TABLES]
    return f" There is {', '.join(names[:_MOST_NAMED])}." if names else ""


def _check_name(name):
    path = pathlib.Path(name)
    if path.name in _TABLES or (path / _TABLES[0]).is_file():
        folder = path.parent if path.name in _TABLES else path
        raise ValueError(
            f"--dataset={name} is of tables: use --dataset=tables --data_dir={folder}."
        )
    if are_molecules(name):
        raise ValueError(
            f"--dataset={name} is a file of molecules, which goes with --task=graph."
        )
