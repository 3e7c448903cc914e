"""Classes of the nodes of a graph, learnt from sampled neighbourhoods."""

import dataclasses
import typing
import warnings
from collections.abc import Sequence

import tensorflow as tf

from kerazoo.models.gnn.graph_schemas import NODES
from kerazoo.models.gnn.graph_schemas import merged_spec
from kerazoo.models.gnn.graph_schemas import spec_from_schema
from kerazoo.models.gnn.graph_tensors import unflatten
from kerazoo.models.gnn.neighbor_sampler import NeighborSampler
from kerazoo.models.gnn.padded_sizes import size_constraints
from kerazoo.models.gnn.sampled_batching import sampled_batches
from kerazoo.models.gnn.tensor_layout import plain_tensors
from kerazoo.tasks.gnn.node_classification import NodeClassification
from kerazoo.training.strategy import check_batch_size


@dataclasses.dataclass
class SampledNodeClassification(NodeClassification):
    """Learns the classes of nodes from subgraphs around batches of them.

    Validation and test see the whole graph.

    Args:
        dataset, data_dir, directed, metric: See
            `kerazoo.tasks.gnn.node_classification.NodeClassification`.
        fanouts: Edges drawn per node in each hop.
        batch_size: Nodes of a step, over all devices.
        encoder, training: See `kerazoo.tasks.gnn.gnn_task.GNNTask`.

    Example:

    ```python
    import kerazoo
    from kerazoo.tasks.gnn import SampledNodeClassification
    from kerazoo.training import Schedule

    task = SampledNodeClassification("karate_club", fanouts=(5, 5), batch_size=2)
    kerazoo.run(task, "runs/sampled", Schedule(train_steps=20, eval_every=10))
    ```
    """

    fanouts: Sequence[int] = (10, 5)
    batch_size: int = 64

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        check_batch_size(self.batch_size, strategy)
        hops = self.encoder.num_hops
        if len(self.fanouts) < hops:
            warnings.warn(
                f"`fanouts`={','.join(map(str, self.fanouts))} samples fewer hops than "
                f"the model's {hops}: it is trained without what lies beyond.",
                stacklevel=2,
            )
        super().build(strategy, train_steps, seed)
        nodes = self.nodes
        self.examples_per_step = self.batch_size
        self.seed = seed
        self._replicas = strategy.num_replicas_in_sync
        self._part = self.batch_size // self._replicas  # Of one replica.
        self._sampler = NeighborSampler(nodes.graph, self.fanouts, seed)
        self._spec = merged_spec(spec_from_schema(self._sampler.schema))
        sizes = self._sampler.sizes(nodes.train)
        self._constraints = size_constraints(
            sizes, self._part, seed, train_steps * self._replicas
        )

    def batches(
        self, start_step: int, context: tf.distribute.InputContext
    ) -> tf.data.Dataset:
        """Returns the endless dataset of subgraphs, labels and weights."""
        nodes = self.nodes
        return sampled_batches(
            self._sampler,
            nodes.train,
            nodes.labels[nodes.train],
            self._part,
            self._constraints,
            seed=self.seed,
            start_step=start_step * self._replicas // context.num_input_pipelines,
            num_shards=context.num_input_pipelines,
            shard_index=context.input_pipeline_id,
        )

    # A batch of some nodes, where the base class takes all.
    def train_step(  # type: ignore[override]
        self, batch: typing.Any
    ) -> dict[str, typing.Any]:
        """Takes one step on a batch of `batches`; returns its metrics."""
        components, labels, weights = batch
        graphs = unflatten(self._spec, components)
        # The first node of each subgraph is the one that was drawn for.
        inputs = plain_tensors(graphs, root_set=NODES)
        inputs["node_mask"] = tf.gather(weights, inputs["graph_ids"]) > 0
        return self.model.train_step((inputs, labels, weights))
