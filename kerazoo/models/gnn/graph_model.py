"""What the models of all graph tasks share."""

import typing

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.training.replica_model import ReplicaModel
from kerazoo.training.replica_model import num_replicas


class GraphModel(ReplicaModel):
    """Keras model of a graph in plain tensors: an encoder of nodes, and a task.

    All weights exist once the model does, because the sizes of the features are
    arguments; it can be saved, loaded and exported before it has seen a graph.

    Args:
        encoder: Layer of `(inputs, adjacency)` to node features, such as a
            `ConvolutionEncoder`.
        node_feature_size: Width D of the node features.
        edge_feature_size: Width of the edge features, 0 for none.
        context_feature_size: Width of the features of a whole graph, 0 for none.
        feature_normalization: `"none"`, or `"row"` to divide each node's features by
            the sum of their absolute values.

    Attributes:
        input_weight_decay, hidden_weight_decay: L2 penalty of the kernels that
            see the features and of all others: this times the kernel is added to the
            gradient.
    """

    input_weight_decay: float = 0.0
    hidden_weight_decay: float = 0.0

    def __init__(
        self,
        encoder: keras.Layer,
        node_feature_size: int,
        edge_feature_size: int = 0,
        context_feature_size: int = 0,
        feature_normalization: str = "none",
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if feature_normalization not in ("none", "row"):
            raise ValueError(
                "`feature_normalization` must be none or row. Received: "
                f"feature_normalization={feature_normalization}"
            )
        self.encoder = encoder
        self.node_feature_size = node_feature_size
        self.edge_feature_size = edge_feature_size
        self.context_feature_size = context_feature_size
        self.feature_normalization = feature_normalization

    def build_on_example(self) -> None:
        """Creates all weights by a call on a graph of one node and one edge."""
        self(self.example_inputs())

    def example_inputs(self) -> dict[str, Tensor]:
        """Returns a graph of one node and one edge, as `call` takes it."""
        inputs = {
            "node_features": np.ones((1, self.node_feature_size), "float32"),
            "source": np.zeros(1, "int32"),
            "target": np.zeros(1, "int32"),
        }
        if self.edge_feature_size:
            inputs["edge_features"] = np.ones((1, self.edge_feature_size), "float32")
        if self.context_feature_size:
            context = np.ones((1, self.context_feature_size), "float32")
            inputs["context_features"] = context
        return inputs

    def prepare(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """Returns the inputs with normalised features, as calls do at first."""
        if self.feature_normalization == "none":
            return inputs
        features = _divide_by_row_sum(inputs["node_features"])
        return {**inputs, "node_features": features}

    def encode(
        self,
        inputs: dict[str, Tensor],
        adjacency: typing.Any = None,
        prepared: bool = False,
    ) -> Tensor:
        """Returns the encoder's output for a graph.

        Args:
            inputs: dict of tensors, as `call` takes it.
            adjacency: Matrix of the encoder's `propagation_edges`, or None.
            prepared: Whether the inputs come from `prepare`.
        """
        if not prepared:
            inputs = self.prepare(inputs)
        return self.encoder(inputs, adjacency=adjacency)

    # Always those of all variables.
    def apply_gradients(  # type: ignore[override]
        self, gradients: list[Tensor | None]
    ) -> None:
        inputs = {
            id(variable)
            for layer in self.encoder.input_layers
            for variable in layer.trainable_variables
        }
        decayed = []
        for gradient, variable in zip(gradients, self.trainable_variables, strict=True):
            is_input = id(variable) in inputs
            rate = self.input_weight_decay if is_input else self.hidden_weight_decay
            if rate and gradient is not None and len(variable.shape) > 1:
                # Gradients come scaled as the loss is, in float16.
                share = self.optimizer.scale_loss(rate / num_replicas())
                gradient += share * variable.value
            decayed.append(gradient)
        super().apply_gradients(decayed)

    def get_config(self) -> dict[str, typing.Any]:
        return {
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "node_feature_size": self.node_feature_size,
            "edge_feature_size": self.edge_feature_size,
            "context_feature_size": self.context_feature_size,
            "feature_normalization": self.feature_normalization,
            "name": self.name,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
        }

    @classmethod
    def from_config(cls, config: dict[str, typing.Any]) -> "GraphModel":
        before = keras.config.dtype_policy()
        # The layers inside take the policy of the moment, which was the model's.
        keras.config.set_dtype_policy(keras.dtype_policies.deserialize(config["dtype"]))
        try:
            encoder = keras.saving.deserialize_keras_object(config["encoder"])
            return cls(**{**config, "encoder": encoder})
        finally:
            keras.config.set_dtype_policy(before)

    def build_from_config(self, config: dict[str, typing.Any]) -> None:
        """Does nothing: the weights exist already."""


def _divide_by_row_sum(features):
    if isinstance(features, tf.SparseTensor):
        rows = features.indices[:, 0]
        sums = tf.math.segment_sum(tf.abs(features.values), rows)
        scale = tf.math.divide_no_nan(1.0, tf.gather(sums, rows))
        return features.with_values(features.values * scale)
    sums = ops.sum(ops.abs(features), axis=-1, keepdims=True)
    return ops.divide_no_nan(features, sums)
