"""A graph whose nodes have classes."""

import dataclasses
import itertools

import numpy as np

from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.table_features import TableFeatures


@dataclasses.dataclass(eq=False)
class NodeDataset:
    """One graph with labels of its nodes and their split.

    Args:
        name: str.
        graph: `Graph` of N nodes.
        labels: int32 array `(N,)`, classes from 0, -1 where unknown.
        num_classes: int. 0 for a graph without labels, whose splits are empty.
        train: int array of nodes.
        validation: int array of nodes, possibly empty.
        test: int array of nodes.
        class_names: list of str, or None.
        node_names: list of str, or None.
        node_features, edge_features: How columns of tables became the features of the
            graph, or None.
    """

    name: str
    graph: Graph
    labels: np.ndarray
    num_classes: int
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    class_names: list[str] | None = None
    node_names: list[str] | None = None
    node_features: TableFeatures | None = None
    edge_features: TableFeatures | None = None

    def describe(self) -> str:
        """Returns what stands for the dataset among the settings of a run."""
        return self.name

    def validate(self) -> None:
        """Checks the graph, the labels and the split.

        Raises:
            ValueError: If the graph is not valid, a label is no class, or splits are
                empty, overlap or hold nodes that do not exist or have no label.
        """
        self.graph.validate(self.name)
        num_nodes = self.graph.num_nodes
        if len(self.labels) != num_nodes:
            raise ValueError(
                f"{self.name}: expected one label for each of the {num_nodes} nodes. "
                f"Received: {len(self.labels)} labels"
            )
        wrong = (self.labels < -1) | (self.labels >= self.num_classes)
        for node in np.flatnonzero(wrong):
            raise ValueError(
                f"{self.name}: labels must be from 0 to {self.num_classes - 1}, or -1 "
                f"where unknown. Received: labels[node {node}]={self.labels[node]}"
            )
        splits = {part: getattr(self, part) for part in ("train", "validation", "test")}
        for part, nodes in splits.items():
            self._validate_split(part, np.asarray(nodes))
        for (part, nodes), (other, others) in itertools.combinations(splits.items(), 2):
            for node in np.intersect1d(nodes, others):
                raise ValueError(
                    f"{self.name}: a node must be in one split only. "
                    f"Received: node {node} in {part} and {other}"
                )

    def _validate_split(self, part, nodes):
        if self.num_classes and not len(nodes) and part != "validation":
            raise ValueError(
                f"{self.name}: `{part}` must have at least one node. "
                f"Received: {part}=[]"
            )
        for node in nodes[(nodes < 0) | (nodes >= self.graph.num_nodes)]:
            raise ValueError(
                f"{self.name}: `{part}` must hold nodes from 0 to "
                f"{self.graph.num_nodes - 1}. Received: node {node}"
            )
        for node in nodes[self.labels[nodes] < 0]:
            raise ValueError(
                f"{self.name}: nodes of `{part}` must have a label. "
                f"Received: labels[node {node}]=-1"
            )
