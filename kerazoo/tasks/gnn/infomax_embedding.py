"""Embeddings of nodes by Deep Graph Infomax."""

import dataclasses
import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.graphs.graph import Graph
from kerazoo.models.gnn.config import EmbeddingConfig
from kerazoo.models.gnn.config import EncoderConfig
from kerazoo.models.gnn.config import make_infomax_embedder
from kerazoo.models.gnn.losses import binary_cross_entropy
from kerazoo.models.gnn.sparse_features import SparseFeatures
from kerazoo.tasks.gnn.embedding_task import EmbeddingTask
from kerazoo.tasks.gnn.replica_shares import ReplicaShares


@dataclasses.dataclass
class InfomaxEmbedding(EmbeddingTask):
    """Learns embeddings that tell the graph from one with its features shuffled.

    Every step shuffles the features of the nodes anew, sees both graphs whole, and the
    loss of all nodes, which the replicas share out.

    Args:
        dataset, data_dir, labels_file, held_out_edges, embedding: See
            `kerazoo.tasks.gnn.embedding_task.EmbeddingTask`.
        encoder, training: See `kerazoo.tasks.gnn.gnn_task.GNNTask`.

    Example:

    ```python
    import kerazoo
    from kerazoo.tasks.gnn import InfomaxEmbedding
    from kerazoo.training import Schedule

    task = InfomaxEmbedding("karate_club")
    result = kerazoo.run(task, "runs/dgi", Schedule(train_steps=20, eval_every=10))
    result["test_accuracy"]
    ```
    """

    embedding: EmbeddingConfig = dataclasses.field(
        default_factory=lambda: EmbeddingConfig("dgi"), kw_only=True
    )
    encoder: EncoderConfig = dataclasses.field(
        default_factory=lambda: EncoderConfig(num_layers=1, dropout=0.0), kw_only=True
    )

    def learn(self, graph: Graph, strategy: tf.distribute.Strategy) -> None:
        self.take(
            strategy,
            lambda: make_infomax_embedder(graph, self.encoder, self.embedding),
            lambda model: binary_cross_entropy,
            graph,
        )
        self.examples_per_step = 2 * graph.num_nodes
        nodes = np.arange(graph.num_nodes, dtype="int32")
        self._shares = ReplicaShares(nodes, replicas=strategy.num_replicas_in_sync)

    def train_step(self) -> dict[str, typing.Any]:
        """Takes one step on all nodes and their shuffled features."""
        nodes, weights = self._shares()
        features = self.full_graph.inputs["node_features"]
        # All replicas shuffle alike.
        step = tf.cast(self.model.optimizer.iterations.value, tf.int32)
        order = tf.random.experimental.stateless_shuffle(
            tf.range(features.shape[0]), tf.stack([self.seed, step])
        )
        inputs = {"nodes": nodes, "corrupted_features": _in_order(features, order)}
        labels = tf.concat([tf.ones_like(weights), tf.zeros_like(weights)], 0)
        return self.train_on(inputs, labels, tf.tile(weights, [2]))


def _in_order(features, order):
    """Returns rows of features, dense or sparse, in another order."""
    if not isinstance(features, tf.SparseTensor):
        return tf.gather(features, order)
    rows = tf.gather(tf.cast(order, tf.int64), features.indices[:, 0])
    indices = tf.stack([rows, features.indices[:, 1]], axis=1)
    moved = tf.SparseTensor(indices, features.values, features.dense_shape)
    moved = tf.sparse.reorder(moved)
    return SparseFeatures(moved.indices, moved.values, features.shape)
