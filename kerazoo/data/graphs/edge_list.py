"""Graphs from a plain list of edges, one in each line."""

import os
import pathlib

import numpy as np
from scipy import sparse

from kerazoo.data.class_indices import class_indices
from kerazoo.data.graphs.both_directions import both_directions
from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.node_dataset import NodeDataset
from kerazoo.data.graphs.tables import split_nodes
from kerazoo.data.text_file import read_text

_COMMENTS = ("#", "%", "//")
_HEADERS = {("source", "target"), ("src", "dst"), ("from", "to")} | {
    (node, label) for node in ("id", "node", "name") for label in ("class", "label")
}


def edge_list(
    path: str | os.PathLike,
    labels_file: str | os.PathLike | None = None,
    seed: int = 0,
) -> NodeDataset:
    """Reads an undirected graph of two names of nodes in each line.

    Columns are separated by spaces, tabs or commas; a third one is the weight of the
    edge. Lines that begin with #, % or // are left out, and so is a first line without
    a number beside lines that have them, or of `source` and `target`, `src` and `dst`
    or `from` and `to`, of classes `node` and `class` or the like. Edges from a node to
    itself are left out, one that is repeated counts once. Nodes are in the order of
    their numbers where all names are numbers, else of their names; each has a one-hot
    vector of its own.

    Args:
        path: The file, also compressed by gzip.
        labels_file: File of the name of a node and its class in each line, or None.
            Nodes of it that no edge has are nodes, too.
        seed: Of the random split of the nodes with a class, 60 : 20 : 20.

    Returns:
        `NodeDataset`; without classes its splits are empty.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a line is not as above; the file and the line are named.

    Example:

    ```python
    with open("friends.txt", "w") as file:
        file.write("ann bob\\nbob cy\\n")
    edge_list("friends.txt").node_names  # ["ann", "bob", "cy"]
    ```
    """
    path = pathlib.Path(path)
    rows = _read_rows(path, (2, 3), "two names of nodes, perhaps with a weight")
    labels = {}
    if labels_file is not None:
        labels = _read_labels(pathlib.Path(labels_file))
    names = {name for _, cells in rows for name in cells[:2]} | labels.keys()
    names = _in_order(names)
    numbers = {name: i for i, name in enumerate(names)}
    ends = [(numbers[a], numbers[b]) for _, (a, b, *_) in rows]
    weights = _weights(path, rows)
    kept = [i for i, (a, b) in enumerate(ends) if a != b]
    if not kept:
        raise ValueError(
            f"{path}: expected an edge between two nodes. Received: {len(rows)} lines"
        )
    source, target, origin = both_directions(*zip(*(ends[i] for i in kept)))
    graph = Graph(
        sparse.eye_array(len(names), dtype="float32", format="csr"),
        source,
        target,
        edge_weights=None if weights is None else weights[kept][origin],
    )
    classes, class_names = class_indices([labels.get(name, "") for name in names])
    train, validation, test = split_nodes(
        labels_file or path, None, "class", classes, seed
    )
    if len(class_names) == 1:
        raise ValueError(
            f"{labels_file}: expected at least 2 classes, to tell apart. "
            f"Received: {class_names[0]!r} alone"
        )
    dataset = NodeDataset(
        path.name.partition(".")[0],
        graph,
        classes,
        len(class_names),
        train,
        validation,
        test,
        class_names=class_names or None,
        node_names=names,
    )
    dataset.validate()
    return dataset


def _read_rows(path, sizes, expected):
    """Returns pairs of the number of a line and its cells."""
    rows = []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip() or line.lstrip().startswith(_COMMENTS):
            continue
        cells = line.replace(",", " ").split()
        if len(cells) not in sizes:
            raise ValueError(
                f"{path}, line {number}: expected {expected}. "
                f"Received: {len(cells)} columns"
            )
        rows.append((number, cells))
    if not rows:
        raise ValueError(f"{path}: expected a line of {expected}. Received: none")
    if len(rows) > 1 and _is_header(rows[0][1], rows[1][1]):
        del rows[0]
    return rows


def _is_header(first, second):
    if tuple(map(str.lower, first[:2])) in _HEADERS:
        return True
    return _is_number(second[0]) and not _is_number(first[0])


def _is_number(text):
    return text.isascii() and text.isdigit()


def _read_labels(path):
    labels = {}
    for number, (name, label) in _read_rows(path, (2,), "a node and its class"):
        if labels.setdefault(name, label) != label:
            raise ValueError(
                f"{path}, line {number}: expected one class of a node. "
                f"Received: {name!r} with {labels[name]!r} and {label!r}"
            )
    return labels


def _in_order(names):
    if all(map(_is_number, names)):
        return sorted(names, key=lambda name: (int(name), name))
    return sorted(names)


def _weights(path, rows):
    sizes = {len(cells) for _, cells in rows}
    if sizes == {2}:
        return None
    weights = []
    for number, cells in rows:
        text = cells[2] if len(cells) > 2 else ""
        try:
            weight = float(text)
        except ValueError:
            weight = float("nan")
        if not 0 <= weight < float("inf"):
            raise ValueError(
                f"{path}, line {number}: the weight must be a number of 0 or more. "
                f"Received: {text!r}"
            )
        weights.append(weight)
    return np.array(weights, "float32")
