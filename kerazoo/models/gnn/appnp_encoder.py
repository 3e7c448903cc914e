"""Predict, then propagate with personalised PageRank."""

import typing

import keras
from keras import ops

from kerazoo import layers
from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.feature_dense import FeatureDense
from kerazoo.models.gnn.feature_dropout import FeatureDropout
from kerazoo.models.gnn.graph_encoder import GraphEncoder


@keras.saving.register_keras_serializable(package="kerazoo")
class APPNPEncoder(GraphEncoder):
    """APPNP: a dense network on each node, then personalised PageRank of its outputs.

    [Gasteiger et al., 2019](https://arxiv.org/abs/1810.05997), Equation 4.

    Args:
        hidden_size: Width of the hidden dense layers.
        num_layers: Number of dense layers.
        output_units: Width of the last dense layer; None for `hidden_size`.
        dropout: Share of features dropped before each dense layer.
        num_steps: Steps of propagation K.
        teleport: Probability alpha of returning to the node's own outputs.
        propagation_dropout: Share of edges dropped in each step.

    Call arguments:
        inputs: dict of `node_features` `(N, D)`, `source` and `target` `(E,)` and,
            where there are, `edge_weights` `(E,)`.
        adjacency: Matrix made of `propagation_edges`, in place of the edges; with it,
            no edges are dropped.

    Returns:
        float `(N, output_units)`.

    Example:

    ```python
    encoder = APPNPEncoder(64, num_layers=2, output_units=7, teleport=0.1)
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    x = np.ones((3, 8), "float32")
    encoder({"node_features": x, "source": source, "target": target})  # (3, 7)
    ```
    """

    prepare_edges = staticmethod(layers.renormalized_edges)

    def __init__(
        self,
        hidden_size: int = 64,
        num_layers: int = 2,
        output_units: int | None = None,
        dropout: float = 0.5,
        num_steps: int = 10,
        teleport: float = 0.1,
        propagation_dropout: float = 0.0,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.output_units = output_units
        self.dropout = dropout
        self.num_steps = num_steps
        self.teleport = teleport
        self.propagation_dropout = propagation_dropout
        self.input_dropout = FeatureDropout(dropout)
        widths = [hidden_size] * (num_layers - 1) + [output_units or hidden_size]
        self.dense = [FeatureDense(units) for units in widths]
        self.dropouts = [keras.layers.Dropout(dropout) for _ in range(num_layers - 1)]
        self.propagation = layers.APPNPPropagation(
            num_steps, teleport, dropout=propagation_dropout, normalize=False
        )

    @property
    def input_layers(self) -> list[keras.Layer]:
        return self.dense[:1]

    def call(self, inputs: dict[str, Tensor], adjacency: typing.Any = None) -> Tensor:
        x = inputs["node_features"]
        edges = self.normalized_edges(inputs, adjacency)
        x = self.dense[0](self.input_dropout(x))
        for dense, dropout in zip(self.dense[1:], self.dropouts):
            x = dense(dropout(ops.relu(x)))
        return self.propagation(x, **edges)

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "hidden_size": self.hidden_size,
            "num_layers": self.num_layers,
            "output_units": self.output_units,
            "dropout": self.dropout,
            "num_steps": self.num_steps,
            "teleport": self.teleport,
            "propagation_dropout": self.propagation_dropout,
        }
