"""Classes of nodes in a graph of several sets, learnt from sampled neighbourhoods."""

import dataclasses
import warnings
from collections.abc import Sequence

import tensorflow as tf

from kerazoo.data.graphs.hetero_sampler import HeteroSampler
from kerazoo.models.gnn.hetero_batching import hetero_batches
from kerazoo.tasks.gnn.hetero_node_classification import HeteroNodeClassification
from kerazoo.training.strategy import check_batch_size


@dataclasses.dataclass
class SampledHeteroNodeClassification(HeteroNodeClassification):
    """Learns the classes of nodes from subgraphs around batches of them.

    Validation and test see the whole graph.

    Args:
        dataset, data_dir, node_set, target_column, directed, metric: See
            `kerazoo.tasks.gnn.hetero_node_classification.HeteroNodeClassification`.
        fanouts: Edges of each set, in each direction, drawn per node in each hop.
        batch_size: Nodes of a step, over all devices.
        encoder, training: See `kerazoo.tasks.gnn.gnn_task.GNNTask`.
    """

    fanouts: Sequence[int] = (10, 5)
    batch_size: int = 64

    # A batch of some nodes, where the base class takes all.
    train_step = None  # type: ignore[assignment]

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        check_batch_size(self.batch_size, strategy)
        if len(self.fanouts) < self.encoder.num_layers:
            warnings.warn(
                f"`fanouts`={','.join(map(str, self.fanouts))} samples fewer hops than "
                f"the model's {self.encoder.num_layers}: it is trained without what "
                "lies beyond.",
                stacklevel=2,
            )
        super().build(strategy, train_steps, seed)
        nodes = self.nodes
        self.examples_per_step = self.batch_size
        self.seed = seed
        self._replicas = strategy.num_replicas_in_sync
        self._sampler = HeteroSampler(
            nodes.graph,
            nodes.node_set,
            self.fanouts,
            seed,
            reverse=not self.directed,
            node_names=nodes.node_names or None,
        )

    def batches(
        self, start_step: int, context: tf.distribute.InputContext
    ) -> tf.data.Dataset:
        """Returns the endless dataset of subgraphs, labels and weights."""
        nodes = self.nodes
        return hetero_batches(
            self._sampler,
            self.model.spec,
            nodes.train,
            nodes.labels[nodes.train],
            self.batch_size // self._replicas,
            seed=self.seed,
            start_step=start_step * self._replicas // context.num_input_pipelines,
            num_shards=context.num_input_pipelines,
            shard_index=context.input_pipeline_id,
        )
