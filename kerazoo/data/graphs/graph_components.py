"""Several graphs as the components of one."""

from collections.abc import Sequence

import numpy as np

from kerazoo.data.graphs.graph import Graph


def join_components(graphs: Sequence[Graph | None]) -> Graph:
    """Returns graphs as one, whose nodes know the component that they are of.

    Args:
        graphs: K graphs with the same features, of which at least one is not None.

    Returns:
        `Graph` without edges between components. The last K features of a node are 1
        for its component and else 0. Where graphs have context features, they follow
        each other; those of None are 0.

    Example:

    ```python
    point = Graph(np.ones((1, 2)), np.zeros(0, "int32"), np.zeros(0, "int32"))
    join_components([point, point]).node_features  # [[1, 1, 1, 0], [1, 1, 0, 1]]
    ```
    """
    count = len(graphs)
    there = [(i, graph) for i, graph in enumerate(graphs) if graph is not None]
    first = there[0][1]
    nodes, ends, starts = [], [], np.cumsum([0, *(g.num_nodes for _, g in there)])
    for (i, graph), start in zip(there, starts):
        component = np.zeros((graph.num_nodes, count), np.float32)
        component[:, i] = 1
        nodes.append(np.concatenate([graph.node_features, component], axis=1))
        ends.append(np.stack([graph.source, graph.target]) + start)
    source, target = np.concatenate(ends, axis=1).astype(np.int32)
    edge_features = context = None
    if first.edge_features is not None:
        edge_features = np.concatenate([graph.edge_features for _, graph in there])
    if first.context_features is not None:
        nothing = np.zeros_like(first.context_features)
        context = np.concatenate(
            [nothing if g is None else g.context_features for g in graphs]
        )
    return Graph(
        np.concatenate(nodes),
        source,
        target,
        edge_features=edge_features,
        context_features=context,
    )
