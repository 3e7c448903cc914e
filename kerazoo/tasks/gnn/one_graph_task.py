"""What the tasks on one graph, all of it in memory, have in common."""

import dataclasses
import os
import pathlib
import typing
from collections.abc import Callable

import tensorflow as tf

from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.loading import load_node_dataset
from kerazoo.data.graphs.node_dataset import NodeDataset
from kerazoo.models.gnn.full_graph import FullGraph
from kerazoo.models.gnn.graph_model import GraphModel
from kerazoo.tasks.gnn.gnn_task import GNNTask
from kerazoo.training.base_task import free


@dataclasses.dataclass
class OneGraphTask(GNNTask):
    """Base class of the tasks on the nodes of one graph.

    Args:
        dataset: A name of `kerazoo.data.graphs.loading.NODE_DATASETS`, or a
            `NodeDataset`.
        data_dir: Folder of the dataset's files, or None.
        target_column: Column of the labels of tables; None for `label`, or one of a
            name alike.
    """

    dataset: str | NodeDataset = "karate_club"
    data_dir: str | os.PathLike | None = free(None)
    target_column: str | None = dataclasses.field(default=None, kw_only=True)

    @property
    def name(self) -> str:
        if isinstance(self.dataset, NodeDataset):
            return self.dataset.name
        if self.dataset == "tables" and self.data_dir:
            return pathlib.Path(self.data_dir).absolute().name
        return self.dataset

    def read_nodes(self, seed: int, directed: bool = False) -> NodeDataset:
        """Returns the dataset, with edges that the encoder can take."""
        nodes = self.dataset
        if not isinstance(nodes, NodeDataset):
            nodes = self.load_nodes(nodes, seed, directed)
        nodes.validate()
        self.encoder.check_graph(nodes.graph, nodes.name)
        self.inputs = _inputs(nodes, directed)
        return nodes

    def load_nodes(self, name: str, seed: int, directed: bool) -> NodeDataset:
        """Returns the dataset of a name."""
        return load_node_dataset(
            name, self.data_dir, directed, seed, self.target_column
        )

    def take(
        self,
        strategy: tf.distribute.Strategy,
        make_model: Callable[[], GraphModel],
        make_loss: Callable[[GraphModel], Callable],
        graph: Graph,
    ) -> None:
        super().take(strategy, make_model, make_loss, graph)
        self.full_graph = FullGraph(graph, self.model)
        self.forward = tf.function(self.full_graph.call, autograph=False)

    def train_on(
        self, inputs: dict[str, tf.Tensor], labels: tf.Tensor, weights: tf.Tensor
    ) -> dict[str, typing.Any]:
        """Takes one step on the whole graph with some more inputs."""
        inputs = {**self.full_graph.inputs, **inputs}
        return self.model.train_step(
            (inputs, labels, weights), **self.full_graph.arguments
        )


def describe_graph(name: str, graph: Graph) -> str:
    """Returns the sizes of a graph in words.

    Args:
        name: Name of the graph.
        graph: The graph.
    """
    nodes, features = graph.node_features.shape
    return f"{name}: {nodes:,} nodes, {graph.num_edges:,} edges, {features:,} features"


def _inputs(nodes, directed):
    """Returns how tables of another graph are to be read, as JSON can hold it."""
    node_features, edge_features = (
        [] if features is None else features.to_json()
        for features in (nodes.node_features, nodes.edge_features)
    )
    return {
        "directed": directed,
        "edge_weights": nodes.graph.edge_weights is not None,
        "node_columns": node_features,
        "edge_columns": edge_features,
        # Without features a model knows the nodes themselves.
        "node_names": None if node_features else nodes.node_names,
    }
