"""Graph classification data in the text form of the GIN paper."""

import math
import os
import pathlib

import numpy as np

from kerazoo.data.class_indices import class_indices
from kerazoo.data.graphs.both_directions import both_directions
from kerazoo.data.graphs.collection_file import find_collection
from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.graph_dataset import GraphDataset

NUM_FOLDS = 10


def tu_text(name: str, data_dir: str | os.PathLike) -> GraphDataset:
    """Reads graphs of the TU collection as published with the GIN paper.

    `<name>.txt` has the number of graphs, then for each graph a line `nodes label` and
    for each node a line `tag degree neighbours... [attributes...]`. A tag becomes
    one-hot features, with the attributes after them. Edges hold both directions,
    without self-loops. `10fold_idx/<name>/{train,test}_idx-<k>.txt`, k from 1 to 10,
    are the folds of the paper's cross-validation, where present; all have equally many
    test graphs, so that up to 9 graphs are in no test
    ([Xu et al., 2019](https://arxiv.org/abs/1810.00826), Section 7).

    Args:
        name: For example `"MUTAG"` or `"PROTEINS"`.
        data_dir: Folder of the files.

    Returns:
        `GraphDataset`.

    Raises:
        OSError: If a file is missing.
        ValueError: If a line is not as above; the file and the line are named.
    """
    folder = pathlib.Path(data_dir)
    graphs, names, tags = read_collection(find_collection(name, folder))
    labels, class_names = class_indices(names)
    for graph, label in zip(graphs, labels):
        graph.label = int(label)
    dataset = GraphDataset(
        name=name,
        graphs=graphs,
        labels=labels,
        num_classes=len(class_names),
        class_names=class_names,
        folds=_read_folds(folder / f"{NUM_FOLDS}fold_idx" / name),
        node_tags=tags.tolist(),
    )
    dataset.validate()
    return dataset


def read_collection(
    path: pathlib.Path, tags: np.ndarray | None = None
) -> tuple[list[Graph], list[str], np.ndarray]:
    """Reads the file of a collection of graphs, see `tu_text`.

    Args:
        path: The file.
        tags: int array. Tags that are features, in order; None for those of the file.

    Returns:
        The graphs, their labels as text, and the tags of the file, in order.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If a line is not as it should be; the line is named.
    """
    parsed = _parse(path)
    found = np.unique([tag for _, nodes in parsed for tag, _, _ in nodes])
    tags = found if tags is None else tags
    graphs = [_graph(nodes, tags) for _, nodes in parsed]
    return graphs, [label for label, _ in parsed], found


def _graph(nodes, all_tags):
    tags, neighbors, attributes = zip(*nodes)
    features = np.concatenate(
        [np.equal.outer(tags, all_tags), np.array(attributes)], axis=1
    )
    edges = [(v, u) for u, others in enumerate(neighbors) for v in others if u != v]
    source, target, _ = both_directions(*np.array(edges, int).reshape(-1, 2).T)
    return Graph(features.astype(np.float32), source, target)


def _parse(path):
    """Returns a pair of label and nodes for each graph."""
    lines = path.read_text().rstrip().split("\n")
    graphs, position, num_attributes = [], 0, None
    try:
        num_graphs = int(lines[0])
        for _ in range(num_graphs):
            position += 1
            num_nodes, label = map(int, lines[position].split())
            nodes = []
            for _ in range(num_nodes):
                position += 1
                nodes.append(_parse_node(lines[position], num_nodes, num_attributes))
                num_attributes = len(nodes[0][2])
            if not nodes:
                raise ValueError
            graphs.append((str(label), nodes))
        position += 1
        if position < len(lines):
            raise ValueError
    except (IndexError, ValueError):
        received = repr(lines[position]) if position < len(lines) else "end of file"
        raise ValueError(
            f"{path}, line {position + 1}: expected the number of graphs, then for "
            "each `nodes label`, then for each of its nodes `tag degree neighbours...` "
            f"and equally many finite attributes. Received: {received}"
        ) from None
    return graphs


def _parse_node(line, num_nodes, num_attributes):
    tag, degree, *rest = line.split()
    neighbors = [int(node) for node in rest[: int(degree)]]
    attributes = [float(value) for value in rest[int(degree) :]]
    if (
        len(neighbors) != int(degree)
        or not all(0 <= node < num_nodes for node in neighbors)
        or num_attributes not in (None, len(attributes))
        or not all(map(math.isfinite, attributes))
    ):
        raise ValueError
    return int(tag), neighbors, attributes


def _read_folds(folder):
    if not folder.is_dir():
        return None
    return [
        tuple(
            _read_indices(folder / f"{part}_idx-{k}.txt") for part in ("train", "test")
        )
        for k in range(1, NUM_FOLDS + 1)
    ]


def _read_indices(path):
    try:
        return np.array(path.read_text().split(), int)
    except ValueError as error:
        raise ValueError(
            f"{path}: expected indices of graphs. Received: {error}"
        ) from None
