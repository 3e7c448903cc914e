"""What is to be sampled from the tables of a graph, as far as their first rows tell."""

import dataclasses
import os
import pathlib
import typing
from collections.abc import Sequence

import numpy as np

from kerazoo.data import class_indices
from kerazoo.data import csv_columns
from kerazoo.data.graphs.column_kinds import MAX_BUCKETS
from kerazoo.data.graphs.edge_file import EDGE_BUCKETS
from kerazoo.data.graphs.hetero_files import HeteroFiles
from kerazoo.data.graphs.hetero_files import are_hetero_files
from kerazoo.data.graphs.hetero_files import find_hetero_files
from kerazoo.data.graphs.hetero_tables import choose_node_set
from kerazoo.data.graphs.neighbor_draws import key_of
from kerazoo.data.graphs.neighbor_draws import mixed
from kerazoo.data.graphs.node_file import as_part
from kerazoo.data.graphs.table_columns import find_edge_columns
from kerazoo.data.graphs.table_columns import find_node_columns
from kerazoo.data.graphs.table_features import TableFeatures
from kerazoo.data.graphs.table_stream import first_columns
from kerazoo.data.graphs.table_stream import stream_columns

_FITTED_ROWS = 100_000  # Which tell how columns become features.
_SHARES = (("train", 0.6), ("validation", 0.8), ("test", 1.0))


@dataclasses.dataclass(frozen=True)
class TablePlan:
    """How a table is read.

    Args:
        path: The file.
        columns: Role, such as `"id"`, to the name of the column.
        features: How the other columns become features.
    """

    path: str
    columns: dict[str, str]
    features: TableFeatures


@dataclasses.dataclass(frozen=True)
class SamplingPlan:
    """What is sampled from which tables.

    Args:
        nodes: Name of each set of nodes to its table.
        edges: Name of each set of edges to its table.
        ends: Name of each set of edges to the sets that they leave and enter.
        node_set: Set of the roots.
        class_names: Classes of the roots.
        fanouts: Edges of each set, in each direction, drawn per node in each hop.
        seed: Of the draws, and of the split of roots whose table has none.
        reverse: Whether edges are drawn at the nodes that they leave, too.
    """

    nodes: dict[str, TablePlan]
    edges: dict[str, TablePlan]
    ends: dict[str, tuple[str, str]]
    node_set: str
    class_names: list[str]
    fanouts: tuple[int, ...]
    seed: int
    reverse: bool

    def notes(self) -> dict[str, typing.Any]:
        """Returns what is to be known of the samples, as JSON can hold it."""
        tables = [*self.nodes.values(), *self.edges.values()]
        return {
            "class_names": self.class_names,
            "fanouts": list(self.fanouts),
            "seed": self.seed,
            "reverse": self.reverse,
            "columns": {
                pathlib.Path(t.path).name: t.features.to_json() for t in tables
            },
        }


def find_tables(data_dir: str | os.PathLike) -> HeteroFiles:
    """Finds tables of one set, `nodes.csv` and `edges.csv`, or of several.

    Raises:
        FileNotFoundError: If there are none.
        ValueError: If a name is not as it should be.
    """
    folder = pathlib.Path(data_dir)
    if not (folder / "nodes.csv").is_file() and are_hetero_files(folder):
        return find_hetero_files(folder)
    for name in ("nodes.csv", "edges.csv"):
        if not (folder / name).is_file():
            raise FileNotFoundError(
                f"Expected nodes.csv and edges.csv, or nodes_<set>.csv and "
                f"edges_<source>_<name>_<target>.csv in {folder}. Received: no {name}"
            )
    nodes, edges = {"nodes": folder / "nodes.csv"}, {"edges": folder / "edges.csv"}
    return HeteroFiles(nodes, edges, {"edges": ("nodes", "nodes")})


def make_plan(
    data_dir: str | os.PathLike,
    fanouts: Sequence[int],
    seed: int = 0,
    node_set: str | None = None,
    target_column: str | None = None,
    reverse: bool = True,
) -> SamplingPlan:
    """Plans the sampling of a graph of tables.

    Columns become features as the first 100,000 rows of each table tell; the table of
    the roots is read through once for the names of the classes.

    Args:
        data_dir: Folder of the tables, see `find_tables`.
        fanouts, seed, reverse: See `SamplingPlan`.
        node_set: Set of the roots; None for the only one with labels.
        target_column: Column of the labels in that set's table.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a table is not as it should be, or has fewer than two classes.
    """
    if not fanouts or min(fanouts) < 1:
        raise ValueError(
            f"`fanouts` must be positive. Received: fanouts={tuple(fanouts)}"
        )
    files = find_tables(data_dir)
    node_set = choose_node_set(data_dir, files, node_set, target_column)
    nodes, edges = {}, {}
    for name, path in files.nodes.items():
        first = first_columns(path, _FITTED_ROWS).cells
        column = target_column if name == node_set else None
        found = find_node_columns(path, first, column)
        nodes[name] = _plan_table(path, first, found)
    for name, path in files.edges.items():
        first = first_columns(path, _FITTED_ROWS).cells
        found = find_edge_columns(path, first)
        edges[name] = _plan_table(path, first, found, EDGE_BUCKETS)
    class_names = _class_names(nodes[node_set], seed)
    return SamplingPlan(
        nodes, edges, files.ends, node_set, class_names, tuple(fanouts), seed, reverse
    )


def part_of(name: str, seed: int) -> str:
    """Returns the part of a root whose table has no split, 60 : 20 : 20.

    Args:
        name: Id of the node.
        seed: Of the split.

    Example:

    ```python
    part_of("ann", seed=0) == part_of("ann", seed=0)  # True
    ```
    """
    uniform = int(mixed(seed, key_of(name))[0] >> np.uint64(11)) * 2.0**-53
    return next(part for part, end in _SHARES if uniform < end)


def _plan_table(path, first, found, max_buckets=MAX_BUCKETS):
    """Returns how a table is read whose first rows and roles of columns are known."""
    others = {k: v for k, v in first.items() if k not in found.values()}
    columns = csv_columns.drop_counts(path, others)
    return TablePlan(str(path), found, TableFeatures.fit(columns, max_buckets))


def _class_names(plan, seed):
    labels: set[str] = set()
    parts: set[str] = set()
    column, split = plan.columns["label"], plan.columns.get("split")
    for chunk in stream_columns(plan.path):
        cells = chunk.cells[column]
        labels.update(cells)
        if split is not None:
            parts.update(
                as_part(part, chunk.place(i))
                for i, part in enumerate(chunk.cells[split])
            )
        elif len(parts) < len(_SHARES):
            names = zip(chunk.cells[plan.columns["id"]], cells)
            parts.update(part_of(name, seed) for name, label in names if label)
    for part in ("train", "test"):
        if part not in parts:
            raise ValueError(
                f"{plan.path}: expected nodes with a {column} to {part} on, by a "
                f"column split or another `seed`. Received: seed={seed}"
            )
    _, names = class_indices.class_indices(sorted(labels))
    if len(names) < 2:
        raise ValueError(
            f"{plan.path}: expected at least two classes. "
            f"Received: {column}={', '.join(names) or 'nothing'}"
        )
    return names
