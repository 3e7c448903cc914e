"""Which sets of nodes and edges graphs have."""

import dataclasses
import typing
from collections.abc import Mapping

import numpy as np


@dataclasses.dataclass(frozen=True)
class EdgeSetSpec:
    """One set of edges.

    Args:
        source, target: Names of the sets of nodes that the edges leave and enter.
        feature_size: Width of their features, 0 for none.
        weights: Whether each has a weight.
    """

    source: str
    target: str
    feature_size: int = 0
    weights: bool = False


@dataclasses.dataclass(frozen=True)
class HeteroSpec:
    """Sets of nodes and edges, and the widths of their features.

    Args:
        node_sets: Name of each set of nodes to the width of its features, 0 for none.
        edge_sets: Name of each set of edges to its `EdgeSetSpec`.

    Raises:
        ValueError: If edges end in no set of nodes.

    Example:

    ```python
    writes = EdgeSetSpec("author", "paper")
    spec = HeteroSpec({"author": 0, "paper": 32}, {"writes": writes})
    HeteroSpec.from_json(spec.to_json()) == spec  # True
    ```
    """

    node_sets: Mapping[str, int]
    edge_sets: Mapping[str, EdgeSetSpec]

    def __post_init__(self):
        for name, edges in self.edge_sets.items():
            for end in (edges.source, edges.target):
                if end not in self.node_sets:
                    raise ValueError(
                        f"Edges of {name} must be between the sets of nodes "
                        f"{', '.join(self.node_sets)}. Received: {end}"
                    )

    @property
    def ends(self) -> dict[str, tuple[str, str]]:
        """Name of each set of edges to the sets of nodes that they leave and enter."""
        return {name: (e.source, e.target) for name, e in self.edge_sets.items()}

    def example_inputs(self) -> dict[str, typing.Any]:
        """Returns a graph of one node and one edge in each set, as encoders take it."""
        edges: dict[str, dict[str, np.ndarray]] = {}
        for name, piece in self.edge_sets.items():
            edges[name] = {k: np.zeros(1, "int32") for k in ("source", "target")}
            if piece.weights:
                edges[name]["edge_weights"] = np.ones(1, "float32")
            if piece.feature_size:
                features = np.ones((1, piece.feature_size), "float32")
                edges[name]["edge_features"] = features
        nodes = {
            name: np.ones((1, size), "float32") for name, size in self.node_sets.items()
        }
        return {"node_features": nodes, "edges": edges}

    def to_json(self) -> dict[str, typing.Any]:
        """Returns the sets as JSON can hold them."""
        return dataclasses.asdict(self)

    @classmethod
    def of(cls, graph: typing.Any) -> "HeteroSpec":
        """Returns the sets of a graph, such as `kerazoo.data`'s `HeteroGraph`."""
        edges = {
            name: EdgeSetSpec(
                piece.source_set,
                piece.target_set,
                0 if piece.features is None else piece.features.shape[1],
                piece.weights is not None,
            )
            for name, piece in graph.edge_sets.items()
        }
        return cls({k: v.shape[1] for k, v in graph.node_sets.items()}, edges)

    @classmethod
    def from_json(cls, sets: Mapping[str, typing.Any]) -> "HeteroSpec":
        """Takes back what `to_json` returned."""
        edges = {name: EdgeSetSpec(**e) for name, e in sets["edge_sets"].items()}
        return cls(dict(sets["node_sets"]), edges)
