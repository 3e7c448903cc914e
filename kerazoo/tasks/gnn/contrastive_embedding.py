"""Embeddings of nodes by GRACE."""

import dataclasses
import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.graphs.graph import Graph
from kerazoo.models.gnn.config import ContrastConfig
from kerazoo.models.gnn.config import EmbeddingConfig
from kerazoo.models.gnn.config import EncoderConfig
from kerazoo.models.gnn.config import make_contrastive_embedder
from kerazoo.models.gnn.losses import as_given
from kerazoo.tasks.gnn.embedding_task import EmbeddingTask
from kerazoo.tasks.gnn.replica_shares import ReplicaShares

_EDGES = ("source", "target", "edge_weights", "edge_features")


@dataclasses.dataclass
class ContrastiveEmbedding(EmbeddingTask):
    """Learns embeddings by which nodes know themselves again in another view.

    Every step draws two views anew, each without some edges and some columns of the
    features; the replicas share out the losses of the nodes.

    Args:
        dataset, data_dir, labels_file, held_out_edges, embedding: See
            `kerazoo.tasks.gnn.embedding_task.EmbeddingTask`.
        contrast: Views and loss.
        encoder, training: See `kerazoo.tasks.gnn.gnn_task.GNNTask`.

    Example:

    ```python
    import kerazoo
    from kerazoo.tasks.gnn import ContrastiveEmbedding
    from kerazoo.training import Schedule

    task = ContrastiveEmbedding("karate_club")
    result = kerazoo.run(task, "runs/grace", Schedule(train_steps=20, eval_every=10))
    result["test_accuracy"]
    ```
    """

    contrast: ContrastConfig = dataclasses.field(
        default_factory=ContrastConfig, kw_only=True
    )
    embedding: EmbeddingConfig = dataclasses.field(
        default_factory=lambda: EmbeddingConfig("grace"), kw_only=True
    )
    encoder: EncoderConfig = dataclasses.field(
        default_factory=lambda: EncoderConfig(hidden_size=64, dropout=0.0), kw_only=True
    )

    def learn(self, graph: Graph, strategy: tf.distribute.Strategy) -> None:
        self.take(
            strategy,
            lambda: make_contrastive_embedder(
                graph, self.encoder, self.embedding, self.contrast
            ),
            lambda model: as_given,
            graph,
        )
        self._count = min(graph.num_nodes, self.contrast.contrast_size)
        self.examples_per_step = self._count
        positions = np.arange(self._count, dtype="int32")
        self._shares = ReplicaShares(positions, replicas=strategy.num_replicas_in_sync)

    def train_step(self) -> dict[str, typing.Any]:
        """Takes one step on two views; returns its metrics."""
        nodes, weights = self._shares()
        inputs: dict[str, typing.Any] = {"nodes": nodes}
        if self._count < self.nodes.graph.num_nodes:
            order = tf.random.experimental.stateless_shuffle(
                tf.range(self.nodes.graph.num_nodes), self._seed(0)
            )
            inputs["others"] = order[: self._count]
            inputs["nodes"] = tf.gather(order, nodes)
        inputs["views"] = [self._view(0), self._view(1)]
        return self.model.train_step(
            (inputs, tf.zeros_like(weights), weights), prepared=True
        )

    def _view(self, number):
        """Returns the graph without some edges and columns, alike on all replicas."""
        whole = self.full_graph.inputs
        share = self.contrast.edge_drop[number]
        drawn = tf.random.stateless_uniform(
            tf.shape(whole["source"]), self._seed(1 + number)
        )
        view = {
            name: tf.boolean_mask(whole[name], drawn >= share)
            for name in _EDGES
            if name in whole
        }
        features = whole["node_features"]
        share = self.contrast.feature_drop[number]
        drawn = tf.random.stateless_uniform(
            (features.shape[-1],), self._seed(3 + number)
        )
        kept = tf.cast(drawn >= share, tf.float32)
        if isinstance(features, tf.SparseTensor):
            columns = tf.gather(kept, features.indices[:, 1])
            view["node_features"] = features.with_values(features.values * columns)
        else:
            view["node_features"] = features * kept
        return view

    def _seed(self, use):
        step = tf.cast(self.model.optimizer.iterations.value, tf.int32)
        return tf.random.experimental.stateless_fold_in(
            tf.stack([self.seed, step]), use
        )
