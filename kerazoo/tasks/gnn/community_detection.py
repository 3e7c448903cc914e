"""Which communities the nodes of a graph form."""

import dataclasses
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.evaluation.graphs.community_metrics import community_metrics
from kerazoo.models.gnn.adjacency_matrix import AdjacencyMatrix
from kerazoo.models.gnn.config import CommunityConfig
from kerazoo.models.gnn.config import EncoderConfig
from kerazoo.models.gnn.config import make_community_model
from kerazoo.models.gnn.local_moves import local_moves
from kerazoo.models.gnn.losses import as_given
from kerazoo.models.gnn.serving_communities import ServingCommunities
from kerazoo.tasks.gnn import pictures
from kerazoo.tasks.gnn.community_baselines import baselines
from kerazoo.tasks.gnn.graph_digest import graph_digest
from kerazoo.tasks.gnn.one_graph_task import describe_graph
from kerazoo.tasks.gnn.plain_graph_task import PlainGraphTask
from kerazoo.tasks.gnn.replica_shares import ReplicaShares
from kerazoo.tasks.licences import licence_of
from kerazoo.training.model_card import ModelCard
from kerazoo.training.task import Best

# Of Adam: the share of one node of a large graph in the gradient is far below 1e-7.
_EPSILON = 1e-15


@dataclasses.dataclass
class CommunityDetection(PlainGraphTask):
    """Learns communities of an undirected graph from its modularity, without labels.

    Every step sees the whole graph; the replicas share out the nodes' parts of the
    loss. The best model is the one whose communities have the largest modularity.
    Classes of the nodes, where there are any, are for measures alone. The result has
    Louvain's communities beside, and Leiden's where leidenalg is installed.

    Args:
        dataset, data_dir, labels_file: See
            `kerazoo.tasks.gnn.plain_graph_task.PlainGraphTask`.
        community: Number of communities and loss.
        encoder, training: See `kerazoo.tasks.gnn.gnn_task.GNNTask`.

    Example:

    ```python
    import kerazoo
    from kerazoo.tasks.gnn import CommunityDetection
    from kerazoo.training import Schedule

    task = CommunityDetection("karate_club")
    result = kerazoo.run(task, "runs/parts", Schedule(train_steps=20, eval_every=10))
    result["modularity"], result["louvain_modularity"]
    ```
    """

    community: CommunityConfig = dataclasses.field(
        default_factory=CommunityConfig, kw_only=True
    )
    encoder: EncoderConfig = dataclasses.field(
        default_factory=lambda: EncoderConfig(
            hidden_size=64, dropout=0.0, normalization="batch"
        ),
        kw_only=True,
    )

    kind = "community"
    metric = objective = "modularity"

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        self.seed = seed
        self.nodes = nodes = self.read_nodes(seed)
        graph, weights = nodes.graph, nodes.graph.edge_weights
        if not graph.num_edges or (weights is not None and not weights.sum() > 0):
            raise ValueError(
                f"{nodes.name}: communities need edges, of a weight above 0. "
                f"Received: num_edges={graph.num_edges}"
            )
        if weights is not None and (weights < 0).any():
            raise ValueError(
                f"{nodes.name}: communities need weights of 0 or more. "
                f"Received: {weights.min()}"
            )
        self.class_names = nodes.class_names
        self.take(
            strategy,
            lambda: make_community_model(graph, self.encoder, self.community),
            lambda model: as_given,
            graph,
        )
        if hasattr(self.model.optimizer, "epsilon"):
            self.model.optimizer.epsilon = _EPSILON
        self._neighbors = AdjacencyMatrix(
            graph.source, graph.target, weights, graph.num_nodes
        )
        self.examples_per_step = graph.num_nodes
        rows = np.arange(graph.num_nodes, dtype="int32")
        self._shares = ReplicaShares(rows, replicas=strategy.num_replicas_in_sync)

    def describe_data(self) -> str:
        classes = self.nodes.num_classes
        known = f"; {classes} classes, for measures alone" if classes else ""
        return f"{describe_graph(self.name, self.nodes.graph)}{known}"

    def card(self) -> ModelCard:
        nodes = self.nodes
        return ModelCard(
            summary=f"Puts the nodes of {self.name} into communities.",
            intended_use="Parts of this graph with more edges within than between.",
            limitations=(
                "Communities of the largest modularity may join small ones, and differ "
                "from run to run where the graph has several good divisions.",
                "They say who is linked, not why.",
                "Not for decisions about people.",
            ),
            measured_on=f"{nodes.graph.num_nodes:,} nodes, those that it learnt from",
            licence=licence_of(self.dataset),
            data_digest=graph_digest([nodes.graph]),
        )

    def train_step(self) -> dict[str, typing.Any]:
        """Takes one step on the whole graph; returns its metrics."""
        nodes, weights = self._shares()
        inputs = {**self.full_graph.inputs, "nodes": nodes}
        return self.model.train_step(
            (inputs, tf.zeros_like(weights), weights),
            **self.full_graph.arguments,
            neighbors=self._neighbors,
        )

    def evaluate(self, step: int | None = None) -> dict[str, float]:
        """Returns measures of the communities, after any greedy moves."""
        return self.measures_of(self.communities())

    def measure(self, best: Best) -> dict[str, typing.Any]:
        final = self.evaluate()
        result: dict[str, typing.Any] = {**final, "best_step": best.step}
        if self.community.refine_communities:
            learnt = self.measures_of(self.probabilities().argmax(axis=1))
            result |= {f"learnt_{name}": value for name, value in learnt.items()}
        for name, method in baselines().items():
            found = self.measures_of(method(self.nodes.graph, self.seed))
            result |= {f"{name}_{key}": value for key, value in found.items()}
        return {**result, "score": final["modularity"]}

    def measures_of(self, communities: np.ndarray) -> dict[str, float]:
        """Returns the measures of any communities, int `(N,)`, of the graph."""
        graph = self.nodes.graph
        return community_metrics(
            graph.source,
            graph.target,
            communities,
            graph.edge_weights,
            self.nodes.labels if self.nodes.num_classes else None,
        )

    def probabilities(self) -> np.ndarray:
        """Returns the probabilities of the nodes' communities, `(N, K)`."""
        return tf.nn.softmax(self.forward()).numpy()

    def communities(self) -> np.ndarray:
        """Returns the community of each node, int32 `(N,)`, after any greedy moves."""
        found = self.probabilities().argmax(axis=1).astype(np.int32)
        if not self.community.refine_communities:
            return found
        graph = self.nodes.graph
        return local_moves(
            graph.source,
            graph.target,
            found,
            graph.edge_weights,
            self.seed,
            self.community.merge_gain,
        )

    def pictures(self, best: Best | None = None) -> dict[str, bytes]:
        nodes, communities = self.nodes, self.communities()
        names = [f"community {number}" for number in range(communities.max() + 1)]
        found = {
            "graph": pictures.graph_picture(
                nodes.graph, communities, names, nodes.node_names
            ),
            "embedding": pictures.embedding_picture(
                self.forward().numpy(), communities, names
            ),
        }
        return {name: png for name, png in found.items() if png}

    def serving(self, model: keras.Model) -> ServingCommunities:
        return ServingCommunities(
            model,
            self.node_names,
            self.communities(),
            self.probabilities(),
            self._has_edge_weights,
            self._example_graph,
            self.limits,
        )

    def metadata(self) -> dict[str, typing.Any]:
        return {
            **super().metadata(),
            "num_nodes": len(self.node_names),
            "num_communities": self.model.num_communities,
            "refined": self.community.refine_communities,
        }
