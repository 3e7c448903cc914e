"""What a model says of graphs of a dataset, in padded batches."""

import typing
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from kerazoo.data.graphs.graph_dataset import GraphDataset
from kerazoo.models.gnn.graph_batching import graph_batches
from kerazoo.models.gnn.graph_tensors import unflatten
from kerazoo.models.gnn.padded_sizes import size_constraints
from kerazoo.models.gnn.tensor_layout import plain_tensors
from kerazoo.progress import track

_BATCH_SIZE = 128


class GraphOutputs:
    """Asks a model about graphs of a dataset, and keeps their batches.

    Args:
        model: The model.
        graphs: The dataset.
        spec: Spec of merged batches of its graphs.
    """

    def __init__(self, model: keras.Model, graphs: GraphDataset, spec: tf.TypeSpec):
        self._model = model
        self._graphs = graphs
        self._spec = spec
        self._batches: dict[bytes, list] = {}
        self._predict = tf.function(self._call, reduce_retracing=True, autograph=False)

    def predict(self, indices: np.ndarray) -> np.ndarray:
        """Returns the logits or values of some graphs."""
        key = np.asarray(indices).tobytes()
        if key not in self._batches:
            self._batches[key] = list(self._ordered_batches(indices))
        batches = track(
            self._batches[key],
            "Graphs",
            total=len(indices),
            unit="graphs",
            size=lambda batch: int(np.count_nonzero(batch[-1])),
        )
        outputs = [
            self._predict(components, weights).numpy()[weights.numpy() > 0]
            for components, _, weights in batches
        ]
        return np.concatenate(outputs)

    def _ordered_batches(self, indices):
        graphs = [self._graphs.graphs[i] for i in indices]
        size = min(_BATCH_SIZE, len(graphs))
        constraints = size_constraints(graphs, size)
        return graph_batches(graphs, self._graphs.labels[indices], size, constraints)

    def _call(self, components, weights):
        return self._model(network_inputs(self._spec, components, weights))


def network_inputs(
    spec: tf.TypeSpec, components: Sequence[tf.Tensor], weights: tf.Tensor
) -> dict[str, typing.Any]:
    """Returns what a model takes of a batch of `graph_batches`.

    Args:
        spec: Spec of merged batches.
        components: The tensors of the graphs.
        weights: float `(C,)`, 0 for graphs that only fill up the batch.
    """
    inputs: dict[str, typing.Any] = plain_tensors(unflatten(spec, components))
    # Nodes that only fill up the batch stay out of batch normalization.
    inputs["node_mask"] = tf.gather(weights, inputs["graph_ids"]) > 0
    inputs["num_graphs"] = tf.size(weights)
    return inputs
