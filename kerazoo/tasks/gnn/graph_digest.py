"""What tells graphs from others, in a few letters."""

import typing

import numpy as np

from kerazoo.data.digest import data_digest
from kerazoo.data.graphs.graph import AXES
from kerazoo.data.graphs.graph import Graph


def graph_digest(graphs: typing.Iterable[Graph], *more: np.ndarray) -> str:
    """Returns a digest of graphs, and of what is known of them.

    Args:
        graphs: The graphs, in an order that counts.
        *more: Arrays, such as the labels.

    Returns:
        64 hexadecimal digits.

    Example:

    ```python
    from kerazoo.data.graphs import load_node_dataset

    nodes = load_node_dataset("karate_club")
    graph_digest([nodes.graph], nodes.labels)
    ```
    """
    parts = [part for graph in graphs for part in _parts(graph)]
    return data_digest(*parts, *map(np.asarray, more))


def _parts(graph):
    yield from (graph.source, graph.target)
    for name in AXES:
        values = getattr(graph, name)
        if isinstance(values, np.ndarray):
            yield values
        elif values is not None:  # A SciPy CSR array.
            yield from (values.data, values.indices, values.indptr)
