"""The answer of a model of graphs that is to be explained."""

import dataclasses
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.data.graphs.graph import Graph
from kerazoo.layers import edge_mask
from kerazoo.models.gnn.link_predictor import LinkPredictor


@dataclasses.dataclass
class ExplainedAnswer:
    """What a model says about a graph, as functions of its features and edges.

    Args:
        model: `NodeClassifier`, `LinkPredictor`, `GraphPredictor` or `GraphEnsemble`.
        graph: The graph.
        asked: What else the model takes: `nodes` or `pairs`, of one.
        names: Names of the classes, or of the targets; None for their numbers.
        output: Number of the class or target; None for the likeliest class or the first
            target.

    Attributes:
        name: Name of the class or target.
        probability: Of the answer; None of a value.
        value: The value; None of a class.
    """

    model: keras.Model
    graph: Graph
    asked: dict[str, typing.Any]
    names: list[str] | None = None
    output: int | None = None

    def __post_init__(self):
        features = self.graph.node_features
        dense = features if isinstance(features, np.ndarray) else features.toarray()
        self.features = tf.constant(dense, tf.float32)
        self._inputs = {**self.asked}
        for field in ("source", "target", "edge_features", "edge_weights"):
            values = getattr(self.graph, field)
            if values is not None:
                is_end = field in ("source", "target")
                dtype = tf.int32 if is_end else tf.float32
                self._inputs[field] = tf.constant(values, dtype)
        if self.graph.context_features is not None:
            context = self.graph.context_features[np.newaxis]
            self._inputs["context_features"] = tf.constant(context, tf.float32)
        self._call = tf.function(self._outputs, reduce_retracing=True, autograph=False)
        outputs = self._call(self.features, self._inputs).numpy()
        self._is_value = getattr(self.model, "regression", False)
        self._is_yes_or_no = isinstance(self.model, LinkPredictor) or getattr(
            self.model, "independent", False
        )
        chosen = self.output
        if chosen is None:
            several = not (self._is_value or self._is_yes_or_no)
            chosen = int(outputs.argmax()) if several else 0
        if not 0 <= chosen < len(outputs):
            raise ValueError(
                f"`output` must be from 0 to {len(outputs) - 1}. Received: {chosen}"
            )
        self.output = chosen
        self._start = outputs[chosen]
        self._sign = 1.0
        if self._is_value:
            # The models of an ensemble have learnt from the same targets.
            model = getattr(self.model, "members", [self.model])[0]
            self._scale = np.ravel(model.target_scale)[chosen]
        self.name = self.names[chosen] if self.names else str(chosen)
        if self._is_yes_or_no:
            self._sign = 1.0 if self._start > 0 else -1.0
        self.value = float(self._start) if self._is_value else None
        self.probability = None if self._is_value else self.of(None)

    @property
    def is_yes(self) -> bool | None:
        """Whether the answer to a question is yes; None of classes and values."""
        return self._sign > 0 if self._is_yes_or_no else None

    def score(self, features: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        """Returns the logit or the value under a mask of the edges `(E,)`."""
        with edge_mask(mask):
            return self._sign * self._outputs(features, self._inputs)[self.output]

    def loss(self, features: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        """Returns minus the logarithm of the probability, of a value its error.

        Errors are squares, in deviations of the targets of training.
        """
        with edge_mask(mask):
            outputs = self._outputs(features, self._inputs)
        if self._is_value:
            return tf.square((outputs[self.output] - self._start) / self._scale)
        if self._is_yes_or_no:
            return tf.nn.softplus(-self._sign * outputs[self.output])
        return -tf.nn.log_softmax(outputs)[self.output]

    def of(self, kept: np.ndarray | None) -> float:
        """Returns the answer's probability, or minus the error of the value.

        Args:
            kept: bool `(E,)`. Edges that are in the graph; None for all.
        """
        inputs = self._inputs
        if kept is not None:
            inputs = {
                name: tf.boolean_mask(value, kept)
                if name in ("source", "target", "edge_features", "edge_weights")
                else value
                for name, value in inputs.items()
            }
        outputs = self._call(self.features, inputs).numpy()
        if self._is_value:
            return -abs(float(outputs[self.output] - self._start))
        if self._is_yes_or_no:
            return float(tf.sigmoid(self._sign * outputs[self.output]))
        return float(tf.nn.softmax(outputs)[self.output])

    def _outputs(self, features, inputs):
        """Returns the outputs as a vector."""
        outputs = self.model({"node_features": features, **inputs}, training=False)
        return tf.reshape(outputs, [-1])
