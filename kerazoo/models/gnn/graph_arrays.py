"""What a graph is to the functions that make tensors of it."""

import typing

import numpy as np


class GraphArrays(typing.Protocol):
    """Any object with the arrays of one graph, such as `kerazoo.data`'s `Graph`.

    Attributes:
        node_features: float `(N, D)` array or SciPy sparse matrix.
        source, target: int `(E,)`, the nodes that each edge leaves and enters.
        edge_features: float `(E, De)` or None.
        edge_weights: float `(E,)` or None.
        context_features: float `(F,)` or None.
    """

    node_features: typing.Any
    source: np.ndarray
    target: np.ndarray
    edge_features: np.ndarray | None
    edge_weights: np.ndarray | None
    context_features: np.ndarray | None
