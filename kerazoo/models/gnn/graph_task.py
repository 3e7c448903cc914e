"""Classification and regression of whole graphs, in merged batches."""

import numpy as np
import tensorflow as tf

from kerazoo.models.gnn import metrics
from kerazoo.models.gnn import pictures
from kerazoo.models.gnn.graph_batches import graph_batches
from kerazoo.models.gnn.graph_batches import size_constraints
from kerazoo.models.gnn.graph_tensors import from_graphs
from kerazoo.models.gnn.graph_tensors import merged_spec
from kerazoo.models.gnn.graph_tensors import plain_tensors
from kerazoo.models.gnn.graph_tensors import unflatten
from kerazoo.models.gnn.losses import cross_entropy
from kerazoo.models.gnn.scaled_squared_error import ScaledSquaredError

_EVALUATION_BATCH_SIZE = 128


class GraphTask:
    """Trains and tests a `GraphPredictor` on many graphs.

    Args:
        dataset: Graph dataset with `graphs`, `labels`, `num_classes`, `class_names`.
        split: Triple of int arrays: training, validation (may be empty) and test
            graphs.
        model: `GraphPredictor`.
        batch_size: int. Graphs of a step, over all replicas.
        train_steps: int. Number of steps, whose batches set the sizes to pad to.
        replicas: int. Number of replicas that share a step.
        seed: int. Seed of the order of the graphs.
        watch_test: bool. Evaluates the test graphs during training, as the
            cross-validation of small collections does. Nothing is selected by it.

    Attributes:
        metric: Metric that tells how good the model is.
        objective, mode: Metric of `evaluate` to select by, or None, and which is best.
    """

    has_edge_weights = False

    def __init__(
        self,
        dataset,
        split,
        model,
        batch_size,
        train_steps,
        replicas=1,
        seed=0,
        watch_test=False,
    ):
        self.dataset = dataset
        self.model = model
        self.regression = dataset.num_classes is None
        self.class_names = dataset.class_names
        self.example_graph = dataset.graphs[0]
        self.loss = cross_entropy
        if self.regression:
            self.loss = ScaledSquaredError(float(model.target_scale))
        self.mode = "min" if self.regression else "max"
        self._train, self._validation, self._test = split
        self._watched = self._test if watch_test else self._validation
        self.metric = "rmse" if self.regression else "accuracy"
        if dataset.num_classes == 2 and _has_both(dataset.labels[self._validation]):
            self.metric = "roc_auc"
        selects = len(self._validation) and not watch_test
        self.objective = self.metric if selects else None
        self.examples_per_step = batch_size
        self._batch_size = batch_size // replicas
        self._replicas = replicas
        self._seed = seed
        self._graphs = from_graphs([dataset.graphs[i] for i in self._train])
        self._constraints = size_constraints(
            self._graphs, self._batch_size, seed, train_steps * replicas
        )
        self._spec = merged_spec(self._graphs.spec)
        self._evaluations = {}
        self._predict = tf.function(self._call, reduce_retracing=True)

    def batches(self, start_step, context):
        """Returns the endless dataset of merged graphs, labels and weights."""
        return graph_batches(
            self._graphs,
            self.dataset.labels[self._train],
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
        inputs = self._inputs(components, weights)
        return self.model.train_step((inputs, labels, weights))

    def evaluate(self):
        """Returns metrics of the validation graphs, or of those that are watched."""
        return self._metrics(self._watched if len(self._watched) else self._train)

    def test(self):
        """Returns `test_accuracy` or `test_rmse` and more as a dict."""
        result = self._metrics(self._test)
        return {f"test_{name}": value for name, value in result.items()}

    def predict(self, indices):
        """Returns the logits or values of some graphs of the dataset."""
        key = np.asarray(indices).tobytes()
        if key not in self._evaluations:
            self._evaluations[key] = list(self._ordered_batches(indices))
        outputs = [
            self._predict(components, weights).numpy()[weights.numpy() > 0]
            for components, _, weights in self._evaluations[key]
        ]
        return np.concatenate(outputs)

    def pictures(self):
        """Returns pictures by name, as PNG."""
        outputs, labels = self.predict(self._test), self.dataset.labels[self._test]
        if self.regression:
            name = "value"
            return {"regression": pictures.regression_picture(labels, outputs, name)}
        names = self.dataset.class_names
        picture = pictures.embedding_picture(outputs, labels, names)
        return {"embedding": picture} if picture else {}

    def _ordered_batches(self, indices):
        graphs = [self.dataset.graphs[i] for i in indices]
        size = min(_EVALUATION_BATCH_SIZE, len(graphs))
        constraints = size_constraints(graphs, size)
        return graph_batches(graphs, self.dataset.labels[indices], size, constraints)

    def _call(self, components, weights):
        return self.model(self._inputs(components, weights))

    def _inputs(self, components, weights):
        inputs = plain_tensors(unflatten(self._spec, components))
        # Nodes that only fill up the batch stay out of batch normalization.
        inputs["node_mask"] = tf.gather(weights, inputs["graph_ids"]) > 0
        inputs["num_graphs"] = tf.size(weights)
        return inputs

    def _metrics(self, indices):
        outputs, labels = self.predict(indices), self.dataset.labels[indices]
        if self.regression:
            return metrics.regression_metrics(labels, outputs)
        return metrics.classification_metrics(labels, outputs)


def _has_both(labels):
    return len(np.unique(labels)) == 2
