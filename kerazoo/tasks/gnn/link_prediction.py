"""Which nodes of a graph are linked."""

import dataclasses
import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.graphs.edge_split import EdgeSplit
from kerazoo.data.graphs.splits import edge_split
from kerazoo.evaluation.graphs.metrics import link_metrics
from kerazoo.models.gnn.config import EncoderConfig
from kerazoo.models.gnn.config import LinkConfig
from kerazoo.models.gnn.config import make_link_predictor
from kerazoo.models.gnn.losses import binary_cross_entropy
from kerazoo.tasks.gnn import pictures
from kerazoo.tasks.gnn.gnn_task import describe_parts
from kerazoo.tasks.gnn.graph_digest import graph_digest
from kerazoo.tasks.gnn.one_graph_task import OneGraphTask
from kerazoo.tasks.gnn.one_graph_task import describe_graph
from kerazoo.tasks.gnn.replica_shares import ReplicaShares
from kerazoo.tasks.licences import licence_of
from kerazoo.training.model_card import ModelCard
from kerazoo.training.replica_model import num_replicas
from kerazoo.training.task import Best


@dataclasses.dataclass
class LinkPrediction(OneGraphTask):
    """Learns which nodes are linked from most edges of an undirected graph.

    Every step scores all training edges and as many pairs drawn anew, which the
    replicas share out. Drawn pairs are any two nodes; the few that are linked do not
    matter in a sparse graph.

    Args:
        dataset, data_dir: See `kerazoo.tasks.gnn.one_graph_task.OneGraphTask`. Classes
            of the nodes, where there are any, colour the picture.
        links: How two nodes are scored.
        encoder, training: See `kerazoo.tasks.gnn.gnn_task.GNNTask`.

    Example:

    ```python
    import kerazoo
    from kerazoo.tasks.gnn import LinkPrediction
    from kerazoo.training import Schedule

    task = LinkPrediction("karate_club")
    kerazoo.run(task, "runs/links", Schedule(train_steps=20, eval_every=10))["test_auc"]
    ```
    """

    links: LinkConfig = dataclasses.field(default_factory=LinkConfig)
    encoder: EncoderConfig = dataclasses.field(
        default_factory=lambda: EncoderConfig("sage", hidden_size=128), kw_only=True
    )

    kind = "link"
    metric = objective = "auc"

    @property
    def name(self) -> str:
        return f"{super().name}_link"

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        nodes = self.read_nodes(seed)
        self.learn(edge_split(nodes.graph, seed=seed), strategy, seed)
        self.class_names = nodes.class_names
        self._labels: np.ndarray | None = nodes.labels

    def learn(
        self, split: EdgeSplit, strategy: tf.distribute.Strategy, seed: int
    ) -> None:
        """Makes the model for edges that are split already."""
        self.take(
            strategy,
            lambda: make_link_predictor(split.graph, self.encoder, self.links),
            lambda model: binary_cross_entropy,
            split.graph,
        )
        self.split, self.seed = split, seed
        self.class_names, self._labels = None, None
        self.examples_per_step = 2 * len(split.train)
        replicas = strategy.num_replicas_in_sync
        self._shares = ReplicaShares(split.train, replicas=replicas)
        self._decode = tf.function(
            self.model.decode, reduce_retracing=True, autograph=False
        )

    def describe_data(self) -> str:
        split = self.split
        sizes = map(len, (split.train, split.validation, split.test))
        return (
            f"{describe_graph(self.name, split.graph)}; links: {describe_parts(*sizes)}"
        )

    def card(self) -> ModelCard:
        pairs = len(self.split.test) + len(self.split.test_negatives)
        return ModelCard(
            summary=f"Says how likely two nodes of {self.name} are linked.",
            intended_use="Pairs of nodes of this graph, to be looked at in this order.",
            limitations=(
                "Its probabilities are of half the pairs being linked: they put pairs "
                "in order, and are far too high for pairs drawn at random.",
                "Nodes without edges have little that it could go by.",
                "Not for decisions about people.",
            ),
            measured_on=f"{pairs:,} pairs, half of them linked, that were held out",
            licence=licence_of(self.dataset),
            data_digest=graph_digest([self.split.graph], self.split.train),
        )

    def train_step(self) -> dict[str, typing.Any]:
        """Takes one step on all training edges and drawn pairs."""
        positive, weights = self._shares()
        pairs = tf.concat([positive, self._draw_pairs(tf.shape(positive))], 0)
        labels = tf.concat([tf.ones_like(weights), tf.zeros_like(weights)], 0)
        return self.train_on({"pairs": pairs}, labels, tf.tile(weights, [2]))

    def evaluate(self, step: int | None = None) -> dict[str, float]:
        """Returns `auc` and `ap` of the validation pairs."""
        return self._metrics(self.split.validation, self.split.validation_negatives)

    def test(self) -> dict[str, float]:
        return self._metrics(self.split.test, self.split.test_negatives)

    def pictures(self, best: Best | None = None) -> dict[str, bytes]:
        labels, class_names = self._labels, self.class_names
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
            seed=tf.stack([self.seed, step]),
            maxval=self.split.graph.num_nodes,
            dtype=tf.int32,
        )
        if replicas == 1:
            return pairs[:, 0]
        context = tf.distribute.get_replica_context()
        return pairs[:, context.replica_id_in_sync_group]

    def _metrics(self, positive, negative):
        embeddings = self.forward()
        return link_metrics(
            self._decode(embeddings, tf.constant(positive)).numpy(),
            self._decode(embeddings, tf.constant(negative)).numpy(),
        )
