"""Link prediction on one graph, full-batch."""

import numpy as np
import tensorflow as tf

from kerazoo.models.gnn import metrics
from kerazoo.models.gnn import pictures
from kerazoo.models.gnn.full_graph import FullGraph
from kerazoo.models.gnn.losses import binary_cross_entropy
from kerazoo.models.gnn.replica_shares import ReplicaShares
from kerazoo.training.replica_model import num_replicas


class LinkTask:
    """Trains and tests a `LinkPredictor` on a graph with held-out edges.

    Every step scores all training edges and as many pairs drawn anew, which the
    replicas share out. Drawn pairs are any two nodes; the few that are linked do not
    matter in a sparse graph.

    Args:
        split: Edge split with `graph`, `train`, `validation`, `test` pairs and
            `validation_negatives`, `test_negatives`.
        model: `LinkPredictor`.
        labels: int `(N,)` or None. Classes that colour the picture.
        class_names: List of str, or None.
        replicas: int. Number of replicas that share a step.
        seed: int. Seed of the drawn pairs.

    Attributes:
        metric: Metric that tells how good the model is.
        objective, mode: Metric of `evaluate` to select by, and which is best.
    """

    mode = "max"
    metric = "auc"
    batches = None
    loss = staticmethod(binary_cross_entropy)

    def __init__(self, split, model, labels=None, class_names=None, replicas=1, seed=0):
        self.split = split
        self.model = model
        self.labels = labels
        self.class_names = class_names
        self.example_graph = split.graph
        self.has_edge_weights = split.graph.edge_weights is not None
        self.full_graph = FullGraph(split.graph, model)
        self.objective = "auc"
        self.examples_per_step = 2 * len(split.train)
        self._shares = ReplicaShares(split.train, replicas=replicas)
        self._seed = seed
        self.forward = tf.function(self.full_graph.call)
        self._decode = tf.function(model.decode, reduce_retracing=True)

    def train_step(self):
        """Takes one step on all training edges and drawn pairs."""
        positive, weights = self._shares()
        inputs = {
            **self.full_graph.inputs,
            "pairs": tf.concat([positive, self._draw_pairs(tf.shape(positive))], 0),
        }
        labels = tf.concat([tf.ones_like(weights), tf.zeros_like(weights)], 0)
        weights = tf.tile(weights, [2])
        return self.model.train_step(
            (inputs, labels, weights), **self.full_graph.arguments
        )

    def evaluate(self):
        """Returns `auc` and `ap` of the validation pairs."""
        return self._metrics(self.split.validation, self.split.validation_negatives)

    def test(self):
        """Returns `test_auc` and `test_ap` as a dict."""
        result = self._metrics(self.split.test, self.split.test_negatives)
        return {f"test_{name}": value for name, value in result.items()}

    def pictures(self):
        """Returns pictures by name, as PNG."""
        labels, class_names = self.labels, self.class_names
        if labels is None:
            labels, class_names = np.zeros(self.split.graph.num_nodes, int), ["nodes"]
        picture = pictures.embedding_picture(
            self.forward().numpy(), labels, class_names
        )
        return {"embedding": picture} if picture else {}

    def _draw_pairs(self, shape):
        # All replicas draw for all: the same pairs on any number of replicas.
        replicas = num_replicas()
        step = tf.cast(self.model.optimizer.iterations.value, tf.int32)
        pairs = tf.random.stateless_uniform(
            (shape[0], replicas, 2),
            seed=tf.stack([self._seed, step]),
            maxval=self.split.graph.num_nodes,
            dtype=tf.int32,
        )
        if replicas == 1:
            return pairs[:, 0]
        context = tf.distribute.get_replica_context()
        return pairs[:, context.replica_id_in_sync_group]

    def _metrics(self, positive, negative):
        embeddings = self.forward()
        return metrics.link_metrics(
            self._decode(embeddings, tf.constant(positive)).numpy(),
            self._decode(embeddings, tf.constant(negative)).numpy(),
        )
