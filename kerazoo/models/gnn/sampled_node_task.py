"""Node classification with sampled neighbourhoods."""

import tensorflow as tf

from kerazoo.models.gnn.graph_batches import size_constraints
from kerazoo.models.gnn.graph_tensors import NODES
from kerazoo.models.gnn.graph_tensors import merged_spec
from kerazoo.models.gnn.graph_tensors import plain_tensors
from kerazoo.models.gnn.graph_tensors import spec_from_schema
from kerazoo.models.gnn.graph_tensors import unflatten
from kerazoo.models.gnn.neighbor_sampler import NeighborSampler
from kerazoo.models.gnn.neighbor_sampler import sampled_batches
from kerazoo.models.gnn.node_task import NodeTask


class SampledNodeTask(NodeTask):
    """Trains a `NodeClassifier` on sampled subgraphs around batches of nodes.

    Validation and test see the whole graph.

    Args:
        dataset: Node dataset with `graph`, `labels`, `train`, `validation`, `test`.
        model: `NodeClassifier`.
        fanouts: Sequence of int. Edges drawn per node in each hop.
        batch_size: int. Nodes of a step, over all replicas.
        train_steps: int. Number of steps, whose batches set the sizes to pad to.
        replicas: int. Number of replicas that share a step.
        seed: int. Seed of the order of the nodes and of the sampling.
        objective: str. See `NodeTask`.
    """

    def __init__(
        self,
        dataset,
        model,
        fanouts,
        batch_size,
        train_steps,
        replicas=1,
        seed=0,
        objective="accuracy",
    ):
        super().__init__(dataset, model, replicas, objective)
        self.examples_per_step = batch_size
        self._batch_size = batch_size // replicas
        self._replicas = replicas
        self._seed = seed
        self._sampler = NeighborSampler(dataset.graph, fanouts, seed)
        self._spec = merged_spec(spec_from_schema(self._sampler.schema))
        sizes = self._sampler.sizes(dataset.train)
        self._constraints = size_constraints(
            sizes, self._batch_size, seed, train_steps * replicas
        )

    def batches(self, start_step, context):
        """Returns the endless dataset of subgraphs, labels and weights."""
        nodes = self.dataset.train
        return sampled_batches(
            self._sampler,
            nodes,
            self.dataset.labels[nodes],
            self._batch_size,
            self._constraints,
            seed=self._seed,
            start_step=start_step * self._replicas // context.num_input_pipelines,
            num_shards=context.num_input_pipelines,
            shard_index=context.input_pipeline_id,
        )

    def train_step(self, batch):
        """Takes one step on a batch of `batches`; returns its metrics."""
        components, labels, weights = batch
        graphs = unflatten(self._spec, components)
        # The first node of each subgraph is the one that was drawn for.
        inputs = plain_tensors(graphs, root_set=NODES)
        inputs["node_mask"] = tf.gather(weights, inputs["graph_ids"]) > 0
        return self.model.train_step((inputs, labels, weights))
