"""One graph of several sets of nodes and edges, as arrays."""

import dataclasses
import itertools

import numpy as np
from scipy import sparse


@dataclasses.dataclass(eq=False)
class EdgeSet:
    """Edges from the nodes of one set to those of the same or another.

    Args:
        source_set, target_set: Names of the sets of nodes.
        source, target: int32 `(E,)`, nodes from 0 in their sets.
        weights: float32 `(E,)`, or None.
        features: float32 `(E, D)`, or None.
    """

    source_set: str
    target_set: str
    source: np.ndarray
    target: np.ndarray
    weights: np.ndarray | None = None
    features: np.ndarray | None = None


@dataclasses.dataclass(eq=False)
class HeteroGraph:
    """A graph of several sets of nodes and edges.

    Args:
        node_sets: Name of each set of nodes to its features, a float32 array or SciPy
            CSR array `(N_s, D_s)`; D is 0 where there are none.
        edge_sets: Name of each set of edges to its `EdgeSet`.

    Example:

    ```python
    writes = EdgeSet("author", "paper", np.array([0, 1]), np.array([2, 2]))
    nodes = {"author": np.zeros((2, 0), "float32"), "paper": np.eye(3, dtype="float32")}
    HeteroGraph(nodes, {"writes": writes}).num_nodes  # 5
    ```
    """

    node_sets: dict[str, np.ndarray | sparse.csr_array]
    edge_sets: dict[str, EdgeSet]

    @property
    def num_nodes(self) -> int:
        """Nodes of all sets."""
        return sum(features.shape[0] for features in self.node_sets.values())

    @property
    def num_edges(self) -> int:
        """Edges of all sets."""
        return sum(len(edges.source) for edges in self.edge_sets.values())


@dataclasses.dataclass(eq=False)
class HeteroNodeDataset:
    """A graph of several sets, with labels of the nodes of one, and their split.

    Args:
        name: str.
        graph: The graph.
        node_set: Name of the set whose nodes have labels.
        labels: int32 `(N,)`, classes from 0, -1 where unknown.
        class_names: list of str.
        train, validation, test: int arrays of nodes.
        node_names: Ids of the nodes of each set.
        columns: How the columns of each table became features, by the file's name, as
            JSON can hold it.
    """

    name: str
    graph: HeteroGraph
    node_set: str
    labels: np.ndarray
    class_names: list[str]
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    node_names: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    columns: dict[str, list] = dataclasses.field(default_factory=dict)

    @property
    def num_classes(self) -> int:
        return len(self.class_names)

    def describe(self) -> str:
        """Returns what stands for the dataset among the settings of a run."""
        return self.name

    def validate(self) -> None:
        """Checks ends of edges, labels and splits.

        Raises:
            ValueError: If edges end in no node, a label is no class, or splits are
                empty, overlap or hold nodes that do not exist or have no label.
        """
        for name, edges in self.graph.edge_sets.items():
            for node_set, nodes in (
                (edges.source_set, edges.source),
                (edges.target_set, edges.target),
            ):
                count = self.graph.node_sets[node_set].shape[0]
                for node in nodes[(nodes < 0) | (nodes >= count)]:
                    raise ValueError(
                        f"{self.name}: edges of {name} must join nodes of {node_set} "
                        f"from 0 to {count - 1}. Received: {node}"
                    )
        if self.num_classes < 2:
            raise ValueError(
                f"{self.name}: expected at least two classes of {self.node_set}. "
                f"Received: {self.num_classes}"
            )
        splits = {part: getattr(self, part) for part in ("train", "validation", "test")}
        for part, nodes in splits.items():
            if not len(nodes) and part != "validation":
                raise ValueError(
                    f"{self.name}: `{part}` must have at least one node of "
                    f"{self.node_set}. Received: none"
                )
            for node in nodes[self.labels[nodes] < 0]:
                raise ValueError(
                    f"{self.name}: nodes of `{part}` must have a label. "
                    f"Received: labels[node {node}]=-1"
                )
        for (part, nodes), (other, others) in itertools.combinations(splits.items(), 2):
            for node in np.intersect1d(nodes, others):
                raise ValueError(
                    f"{self.name}: a node must be in one split only. "
                    f"Received: node {node} in {part} and {other}"
                )
