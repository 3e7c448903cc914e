"""Classifies whole graphs, or predicts numbers of them."""

import typing

import keras
import numpy as np
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
    by the graph's own standardised features, and goes through hidden layers.

    A graph may have several components, such as the molecules of a mixture or the
    sides of a reaction. The last features of a node then tell which component it is of.
    Each is pooled by itself, and these are joined.

    Args:
        encoder: Layer that returns the list of its layers' outputs, such as
            `ConvolutionEncoder("gin", return_all=True)`; with `"mlp"` it may return
            the last one alone.
        node_feature_size: Width D of the node features.
        output_units: Number of classes, or of values or questions.
        pooling: `"sum"`, `"mean"`, `"max"`, `"attention"`, or `"attentive"` of
            `kerazoo.layers.AttentiveFPPooling`.
        readout: `"jumping"` or `"mlp"`.
        dropout: Dropout of the readout.
        regression: Returns values in the unit of the targets, which
            `set_target_statistics` tells the model.
        independent: The outputs are the logits of questions of yes or no, instead of
            the classes of one question.
        pooling_steps: Steps of `"attentive"` pooling.
        num_components: Number of components K. Of more than one, the last K features
            of a node are 1 for its component and else 0, which the encoder does not
            see.
        readout_layers: Hidden layers of `"mlp"`, twice as wide as the encoder.
        joining: How components are joined: `"concatenate"`, in their order; or
            `"difference"`: the last less the first, then all but the last. Of
            reactants, agents and products that is what the reaction changes.
        **kwargs: See `GraphModel`.

    Call arguments:
        inputs: dict of `node_features` `(N, D)`, `source`, `target` `(E,)`,
            `graph_ids` `(N,)`, `num_graphs`, and where there are, `edge_features`
            `(E, De)` and `context_features` `(B, F)`; without `graph_ids` all nodes
            are one graph.

    Returns:
        float `(B, output_units)` logits or values; `(B,)` of one value.

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
        independent: bool = False,
        pooling_steps: int = 2,
        num_components: int = 1,
        joining: str = "concatenate",
        readout_layers: int = 1,
        **kwargs: typing.Any,
    ):
        super().__init__(encoder, node_feature_size, **kwargs)
        for argument, value, values in (
            ("readout", readout, ("jumping", "mlp")),
            ("joining", joining, ("concatenate", "difference")),
        ):
            if value not in values:
                raise ValueError(
                    f"`{argument}` must be {' or '.join(values)}. "
                    f"Received: {argument}={value}"
                )
        self.output_units = output_units
        self.pooling = pooling
        self.readout = readout
        self.dropout = dropout
        self.regression = regression
        self.independent = independent
        self.pooling_steps = pooling_steps
        self.num_components = num_components
        self.joining = joining
        self.readout_layers = readout_layers
        depth = encoder.num_layers + 1 if readout == "jumping" else 1
        self.poolings = [self._pooling() for _ in range(depth)]
        self.dropouts = [keras.layers.Dropout(dropout) for _ in range(depth)]
        self.heads = [keras.layers.Dense(output_units) for _ in range(depth)]
        self.hidden: typing.Any = None
        if readout == "mlp":
            self.hidden = self._hidden()
        more = range(readout_layers - 1 if readout == "mlp" else 0)
        self.more_hidden = [self._hidden() for _ in more]
        self.more_dropouts = [keras.layers.Dropout(dropout) for _ in more]
        size = self.context_feature_size
        self.context_mean = self._statistic("context_mean", (size,), "zeros")
        self.context_scale = self._statistic("context_scale", (size,), "ones")
        shape = (output_units,) if regression and output_units > 1 else ()
        self.target_mean = self._statistic("target_mean", shape, "zeros")
        self.target_scale = self._statistic("target_scale", shape, "ones")
        self.build_on_example()

    def set_target_statistics(self, targets: Tensor) -> None:
        """Centres and scales the outputs by training targets `(B,)` or `(B, T)`.

        Those that are not known are NaN.
        """
        targets = ops.convert_to_numpy(targets)
        self.target_mean.assign(np.nanmean(targets, axis=0))
        self.target_scale.assign(np.maximum(np.nanstd(targets, axis=0), 1e-6))

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
        graph_ids = inputs.get("graph_ids")
        num_graphs: typing.Any = inputs.get("num_graphs")
        if graph_ids is None:
            num_nodes = ops.shape(inputs["node_features"])[0]
            graph_ids, num_graphs = ops.zeros((num_nodes,), "int32"), 1
        if self.num_components > 1:
            features = inputs["node_features"]
            component = ops.argmax(features[:, -self.num_components :], axis=-1)
            graph_ids = graph_ids * self.num_components
            graph_ids = graph_ids + ops.cast(component, graph_ids.dtype)
            num_graphs = num_graphs * self.num_components
            features = features[:, : -self.num_components]
            inputs = {**inputs, "node_features": features}
        outputs = self.encode(inputs, adjacency, prepared)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        pooled = [
            self._join(pooling(output, graph_ids, num_graphs=num_graphs))
            for pooling, output in zip(self.poolings, outputs[-len(self.poolings) :])
        ]
        if self.readout == "mlp":
            if self.context_feature_size:
                context = ops.cast(inputs["context_features"], "float32")
                context = (context - self.context_mean) / self.context_scale
                # Few descriptors have heavy tails that would drown the others.
                context = ops.clip(context, -5.0, 5.0)
                pooled.append(ops.cast(context, self.compute_dtype))
            value = self.hidden(ops.concatenate(pooled, axis=-1))
            for dropout, hidden in zip(self.more_dropouts, self.more_hidden):
                value = hidden(dropout(value))
            pooled = [value]
        outputs = sum(
            dropout(head(value)) if self.readout == "jumping" else head(dropout(value))
            for value, head, dropout in zip(pooled, self.heads, self.dropouts)
        )
        outputs = ops.cast(outputs, "float32")
        if not self.regression:
            return outputs
        if self.output_units == 1:
            outputs = ops.squeeze(outputs, -1)
        return outputs * self.target_scale + self.target_mean

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "output_units": self.output_units,
            "pooling": self.pooling,
            "readout": self.readout,
            "dropout": self.dropout,
            "regression": self.regression,
            "independent": self.independent,
            "pooling_steps": self.pooling_steps,
            "num_components": self.num_components,
            "joining": self.joining,
            "readout_layers": self.readout_layers,
        }

    def _hidden(self):
        return keras.layers.Dense(2 * self.encoder.hidden_size, "relu")

    def _pooling(self):
        if self.pooling == "attentive":
            return layers.AttentiveFPPooling(self.pooling_steps)
        return layers.GlobalPooling(self.pooling)

    def _join(self, pooled):
        """Returns `(B * K, D)` as one row per graph."""
        if self.num_components == 1:
            return pooled
        size = pooled.shape[-1]
        if self.joining == "concatenate":
            return ops.reshape(pooled, (-1, self.num_components * size))
        pooled = ops.reshape(pooled, (-1, self.num_components, size))
        difference = pooled[:, -1:] - pooled[:, :1]
        pooled = ops.concatenate([difference, pooled[:, :-1]], axis=1)
        return ops.reshape(pooled, (-1, self.num_components * size))

    def _statistic(self, name, shape, initializer):
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=initializer,
            trainable=False,
            autocast=False,
        )
