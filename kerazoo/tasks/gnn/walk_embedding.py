"""Embeddings of nodes by node2vec."""

import dataclasses
import functools
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.random_walks import RandomWalks
from kerazoo.models.gnn.config import EmbeddingConfig
from kerazoo.models.gnn.config import WalkConfig
from kerazoo.models.gnn.config import compile_model
from kerazoo.models.gnn.losses import binary_cross_entropy
from kerazoo.models.gnn.serving_node_embeddings import ServingNodeEmbeddings
from kerazoo.models.gnn.walk_embedder import WalkEmbedder
from kerazoo.tasks.gnn.embedding_task import EmbeddingTask
from kerazoo.training.strategy import check_batch_size


@dataclasses.dataclass
class WalkEmbedding(EmbeddingTask):
    """Learns embeddings that tell which nodes biased random walks meet.

    A step draws walks from nodes that come in a new order each epoch, and as many
    pairs at random for each of two nodes that a walk meets within a window.

    Args:
        dataset, data_dir, labels_file, held_out_edges, embedding: See
            `kerazoo.tasks.gnn.embedding_task.EmbeddingTask`.
        walks: Walks and pairs.
        training: See `kerazoo.tasks.gnn.gnn_task.GNNTask`.

    Example:

    ```python
    import kerazoo
    from kerazoo.tasks.gnn import WalkEmbedding
    from kerazoo.training import Schedule

    task = WalkEmbedding("karate_club")
    result = kerazoo.run(task, "runs/walks", Schedule(train_steps=20, eval_every=10))
    result["test_accuracy"]
    ```
    """

    walks: WalkConfig = dataclasses.field(default_factory=WalkConfig, kw_only=True)
    embedding: EmbeddingConfig = dataclasses.field(
        default_factory=lambda: EmbeddingConfig("node2vec"), kw_only=True
    )

    def learn(self, graph: Graph, strategy: tf.distribute.Strategy) -> None:
        config = self.walks
        check_batch_size(config.batch_size, strategy)
        self._walks = RandomWalks(
            graph, config.return_parameter, config.in_out_parameter
        )
        self._order = functools.lru_cache(maxsize=2)(self._new_order)
        size = self.embedding.embedding_size
        with strategy.scope():
            self.model = WalkEmbedder(graph.num_nodes, size)
            compile_model(self.model, binary_cross_entropy, self.training)
        self.forward = tf.function(lambda: self.model({}), autograph=False)
        self.examples_per_step = config.batch_size

    def batches(
        self, start_step: int, context: tf.distribute.InputContext
    ) -> tf.data.Dataset:
        """Returns the endless dataset of pairs, labels and weights."""
        replicas, workers = context.num_replicas_in_sync, context.num_input_pipelines
        part = self.walks.batch_size // replicas
        here = replicas // workers
        first = context.input_pipeline_id * here
        window, negatives = self.walks.walk_window, self.walks.walk_negatives
        length = self.walks.walk_length
        met = sum(length + 1 - distance for distance in range(1, window + 1))
        count = part * met * (1 + negatives)

        def of_step(step):
            arrays = self.pairs(int(step))
            parts = (
                np.split(array, replicas)[first : first + here] for array in arrays
            )
            return tuple(np.stack(share) for share in parts)

        def batch(step):
            pairs, labels = tf.numpy_function(
                of_step, [step], (tf.int32, tf.float32), stateful=False
            )
            pairs = tf.ensure_shape(pairs, (here, count, 2))
            labels = tf.ensure_shape(labels, (here, count))
            return {"pairs": pairs}, labels

        return (
            tf.data.Dataset.counter(start_step)
            .map(batch, num_parallel_calls=2, deterministic=True)
            .unbatch()
            .prefetch(tf.data.AUTOTUNE)
        )

    def pairs(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns the pairs of a step, the same whatever came before.

        Args:
            step: Number of the step, from 0.

        Returns:
            int32 `(P, 2)` of nodes, those of one walk after the other, and float32
            `(P,)`, 1 for nodes that a walk met within the window, 0 for drawn ones.
        """
        config, num_nodes = self.walks, self.nodes.graph.num_nodes
        random = np.random.default_rng((self.seed, step, 0))
        starts = self._starts(step * config.batch_size, config.batch_size)
        walks = self._walks(starts, config.walk_length, random)
        met = [
            np.stack([walks[:, :-distance], walks[:, distance:]], axis=-1)
            for distance in range(1, config.walk_window + 1)
        ]
        near = np.concatenate(met, axis=1)  # (B, M, 2)
        # Either is met from the other, half the time.
        turned = random.random(near.shape[:2]) < 0.5
        near[turned] = near[turned][:, ::-1]
        drawn = np.repeat(near, config.walk_negatives, axis=1)
        drawn[..., 1] = random.integers(0, num_nodes, drawn.shape[:2])
        labels = np.ones((len(starts), near.shape[1] + drawn.shape[1]), np.float32)
        labels[:, near.shape[1] :] = 0
        pairs = np.concatenate([near, drawn], axis=1)
        return pairs.reshape(-1, 2).astype(np.int32), labels.ravel()

    def metadata(self) -> dict[str, typing.Any]:
        return {
            "task": self.kind,
            "dataset": self.name,
            "class_names": self.class_names,
            "inputs": self.inputs,
            "limits": self.limits.describe("max_examples"),
            "num_nodes": len(self.node_names),
            "embedding_method": self.embedding.embedding_method,
            "embedding_size": self.embedding.embedding_size,
        }

    # It serves nodes, no graphs.
    def serving(  # type: ignore[override]
        self, model: keras.Model
    ) -> ServingNodeEmbeddings:
        return ServingNodeEmbeddings(self.node_names, self.embeddings(), self.limits)

    def _starts(self, first, count):
        """Returns the nodes at some places of the endless order of starts."""
        num_nodes = self.nodes.graph.num_nodes
        places = np.arange(first, first + count)
        epochs = (places // num_nodes).tolist()
        return np.array([self._order(e)[p % num_nodes] for e, p in zip(epochs, places)])

    def _new_order(self, epoch):
        random = np.random.default_rng((self.seed, epoch, 1))
        return random.permutation(self.nodes.graph.num_nodes)
