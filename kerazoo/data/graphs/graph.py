"""One graph as arrays."""

import dataclasses

import numpy as np
from scipy import sparse

AXES = {
    "node_features": ("node", "column"),
    "edge_features": ("edge", "column"),
    "edge_weights": ("edge",),
    "context_features": ("column",),
}


@dataclasses.dataclass(eq=False)
class Graph:
    """A graph whose messages flow from `source` to `target`.

    Undirected graphs hold both directions of an edge. Edges may repeat.

    Args:
        node_features: float32 array or SciPy CSR array `(N, D)`.
        source: int32 array `(E,)`, nodes from 0 to N - 1.
        target: int32 array `(E,)`, nodes from 0 to N - 1.
        edge_features: float32 array `(E, De)` or None.
        edge_weights: float32 array `(E,)` or None.
        context_features: float32 array `(F,)` or None. Features of the whole graph.
        label: int, float or None. Class or target value of the whole graph.

    Example:

    ```python
    path = Graph(np.eye(3, dtype="float32"), np.array([0, 1]), np.array([1, 2]))
    path.validate("path")
    ```
    """

    node_features: np.ndarray | sparse.csr_array
    source: np.ndarray
    target: np.ndarray
    edge_features: np.ndarray | None = None
    edge_weights: np.ndarray | None = None
    context_features: np.ndarray | None = None
    label: int | float | None = None

    @property
    def num_nodes(self) -> int:
        return self.node_features.shape[0]

    @property
    def num_edges(self) -> int:
        return len(self.source)

    def validate(self, name: str = "graph") -> None:
        """Checks that models can be trained on the graph.

        Args:
            name: What errors call the graph.

        Raises:
            ValueError: If the graph has no nodes, arrays are of different lengths or
                of a wrong rank, an end of an edge is no node, or a feature is not
                finite.
        """
        if not self.num_nodes:
            raise ValueError(
                f"{name}: expected at least one node. Received: num_nodes=0"
            )
        for field in ("target", "edge_features", "edge_weights"):
            values = getattr(self, field)
            if values is not None and len(values) != self.num_edges:
                raise ValueError(
                    f"{name}: `{field}` must have one row for each of the "
                    f"{self.num_edges} edges. Received: {len(values)} rows"
                )
        for field in ("source", "target"):
            nodes = getattr(self, field)
            for edge in np.flatnonzero((nodes < 0) | (nodes >= self.num_nodes)):
                raise ValueError(
                    f"{name}: edges must join nodes from 0 to {self.num_nodes - 1}. "
                    f"Received: {field}[edge {edge}]={nodes[edge]}"
                )
        for field, axes in AXES.items():
            values = getattr(self, field)
            if values is not None:
                _check_features(f"{name}: `{field}`", field, values, axes)


def _check_features(subject, field, values, axes):
    if len(values.shape) != len(axes):
        raise ValueError(
            f"{subject} must be of rank {len(axes)}. Received: shape={values.shape}"
        )
    if sparse.issparse(values):
        entries = values.tocoo()
        for i in np.flatnonzero(~np.isfinite(entries.data)):
            index, value = (entries.row[i], entries.col[i]), entries.data[i]
            break
        else:
            return
    elif np.isfinite(values).all():
        return
    else:
        index = tuple(np.argwhere(~np.isfinite(values))[0])
        value = values[index]
    place = ", ".join(f"{axis} {i}" for axis, i in zip(axes, index))
    raise ValueError(f"{subject} must be finite. Received: {field}[{place}]={value}")
