"""Classifies whole graphs, or predicts numbers of them."""

import typing

import keras
from keras import ops

from kerazoo import layers
from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.graph_model import GraphModel


@keras.saving.register_keras_serializable(package="kerazoo")
class GraphPredictor(GraphModel):
    """Gives each graph of a merged batch its logits or its value.

    With `readout="jumping"` every layer of the encoder is pooled over the nodes of a
    graph and transformed linearly, and the sum of these is the output
    ([Xu et al., 2019](https://arxiv.org/abs/1810.00826), Equation 4.2, with the
    classifier of its published code). With `"mlp"` the last layer is pooled, joined
    by the graph's own standardised features, and goes through a hidden layer.

    Args:
        encoder: Layer that returns the list of its layers' outputs, such as
            `ConvolutionEncoder("gin", return_all=True)`.
        node_feature_size: Width D of the node features.
        output_units: Number of classes, or 1 for regression.
        pooling: `"sum"`, `"mean"`, `"max"` or `"attention"`.
        readout: `"jumping"` or `"mlp"`.
        dropout: Dropout of the readout.
        regression: Returns `(B,)` values in the unit of the targets, which
            `set_target_statistics` tells the model.
        **kwargs: See `GraphModel`.

    Call arguments:
        inputs: dict of `node_features` `(N, D)`, `source`, `target` `(E,)`,
            `graph_ids` `(N,)`, `num_graphs`, and where there are, `edge_features`
            `(E, De)` and `context_features` `(B, F)`; without `graph_ids` all nodes
            are one graph.

    Returns:
        float `(B, output_units)` logits, or `(B,)` values.

    Example:

    ```python
    encoder = ConvolutionEncoder("gin", 32, num_layers=4, return_all=True)
    model = GraphPredictor(encoder, node_feature_size=7, output_units=2)
    edges = {"source": np.array([0, 1]), "target": np.array([1, 2])}
    logits = model({"node_features": np.ones((3, 7)), **edges})  # (1, 2)
    ```
    """

    def __init__(
        self,
        encoder: keras.Layer,
        node_feature_size: int,
        output_units: int,
        pooling: str = "sum",
        readout: str = "jumping",
        dropout: float = 0.5,
        regression: bool = False,
        **kwargs: typing.Any,
    ):
        super().__init__(encoder, node_feature_size, **kwargs)
        if readout not in ("jumping", "mlp"):
            raise ValueError(
                f"`readout` must be jumping or mlp. Received: readout={readout}"
            )
        self.output_units = output_units
        self.pooling = pooling
        self.readout = readout
        self.dropout = dropout
        self.regression = regression
        depth = encoder.num_layers + 1 if readout == "jumping" else 1
        self.poolings = [layers.GlobalPooling(pooling) for _ in range(depth)]
        self.dropouts = [keras.layers.Dropout(dropout) for _ in range(depth)]
        self.heads = [keras.layers.Dense(output_units) for _ in range(depth)]
        self.hidden: typing.Any = None
        if readout == "mlp":
            self.hidden = keras.layers.Dense(2 * encoder.hidden_size, "relu")
        size = self.context_feature_size
        self.context_mean = self._statistic("context_mean", (size,), "zeros")
        self.context_scale = self._statistic("context_scale", (size,), "ones")
        self.target_mean = self._statistic("target_mean", (), "zeros")
        self.target_scale = self._statistic("target_scale", (), "ones")
        self.build_on_example()

    def set_target_statistics(self, targets: Tensor) -> None:
        """Centres and scales the outputs by these training targets `(B,)`."""
        self.target_mean.assign(ops.mean(targets))
        self.target_scale.assign(ops.maximum(ops.std(targets), 1e-6))

    def set_context_statistics(self, context_features: Tensor) -> None:
        """Standardises the graphs' features by these of the training set `(B, F)`."""
        self.context_mean.assign(ops.mean(context_features, axis=0))
        deviation = ops.std(context_features, axis=0)
        self.context_scale.assign(ops.where(deviation > 1e-6, deviation, 1.0))

    def call(
        self,
        inputs: dict[str, Tensor],
        adjacency: typing.Any = None,
        prepared: bool = False,
    ) -> Tensor:
        outputs = self.encode(inputs, adjacency, prepared)
        graph_ids, num_graphs = inputs.get("graph_ids"), inputs.get("num_graphs")
        if graph_ids is None:
            num_nodes = ops.shape(inputs["node_features"])[0]
            graph_ids, num_graphs = ops.zeros((num_nodes,), "int32"), 1
        pooled = [
            pooling(output, graph_ids, num_graphs=num_graphs)
            for pooling, output in zip(self.poolings, outputs[-len(self.poolings) :])
        ]
        if self.readout == "mlp":
            if self.context_feature_size:
                context = ops.cast(inputs["context_features"], "float32")
                context = (context - self.context_mean) / self.context_scale
                # Few descriptors have heavy tails that would drown the others.
                context = ops.clip(context, -5.0, 5.0)
                pooled.append(ops.cast(context, self.compute_dtype))
            pooled = [self.hidden(ops.concatenate(pooled, axis=-1))]
        outputs = sum(
            dropout(head(value)) if self.readout == "jumping" else head(dropout(value))
            for value, head, dropout in zip(pooled, self.heads, self.dropouts)
        )
        outputs = ops.cast(outputs, "float32")
        if not self.regression:
            return outputs
        return ops.squeeze(outputs, -1) * self.target_scale + self.target_mean

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "output_units": self.output_units,
            "pooling": self.pooling,
            "readout": self.readout,
            "dropout": self.dropout,
            "regression": self.regression,
        }

    def _statistic(self, name, shape, initializer):
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=initializer,
            trainable=False,
            autocast=False,
        )
