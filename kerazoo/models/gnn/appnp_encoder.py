"""Predict, then propagate with personalised PageRank."""

import keras
from keras import ops

from kerazoo import layers
from kerazoo.models.gnn.convolution_encoder import gcn_edges
from kerazoo.models.gnn.feature_dense import FeatureDense
from kerazoo.models.gnn.feature_dropout import FeatureDropout
from kerazoo.models.gnn.graph_encoder import GraphEncoder


@keras.saving.register_keras_serializable(package="kerazoo")
class APPNPEncoder(GraphEncoder):
    """APPNP: a dense network on each node, then personalised PageRank of its outputs.

    [Gasteiger et al., 2019](https://arxiv.org/abs/1810.05997), Equation 4.

    Args:
        hidden_units: int. Width of the hidden dense layers.
        num_layers: int. Number of dense layers.
        output_units: int or None. Width of the last dense layer; None for
            `hidden_units`.
        dropout: float. Share of features dropped before each dense layer.
        num_steps: int. Steps of propagation K.
        teleport: float. Probability alpha of returning to the node's own outputs.
        propagation_dropout: float. Share of edges dropped in each step.

    Call arguments:
        inputs: dict of `node_features` `(N, D)`, `source` and `target` `(E,)` and,
            where there are, `edge_weights` `(E,)`.
        adjacency: Matrix made of `propagation_edges`, in place of the edges; with it,
            no edges are dropped.

    Returns:
        float `(N, output_units)`.
    """

    def __init__(
        self,
        hidden_units=64,
        num_layers=2,
        output_units=None,
        dropout=0.5,
        num_steps=10,
        teleport=0.1,
        propagation_dropout=0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.hidden_units = hidden_units
        self.num_layers = num_layers
        self.output_units = output_units
        self.dropout = dropout
        self.num_steps = num_steps
        self.teleport = teleport
        self.propagation_dropout = propagation_dropout
        self.input_dropout = FeatureDropout(dropout)
        widths = [hidden_units] * (num_layers - 1) + [output_units or hidden_units]
        self.dense = [FeatureDense(units) for units in widths]
        self.dropouts = [keras.layers.Dropout(dropout) for _ in range(num_layers - 1)]
        self.propagation = layers.APPNPPropagation(
            num_steps, teleport, dropout=propagation_dropout, normalize=False
        )

    @property
    def input_layers(self):
        return self.dense[:1]

    def propagation_edges(self, source, target, num_nodes, edge_weights=None):
        return gcn_edges(source, target, num_nodes, edge_weights)

    def call(self, inputs, adjacency=None):
        x = inputs["node_features"]
        edges = self.normalized_edges(inputs, adjacency)
        x = self.dense[0](self.input_dropout(x))
        for dense, dropout in zip(self.dense[1:], self.dropouts):
            x = dense(dropout(ops.relu(x)))
        return self.propagation(x, **edges)

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_units": self.hidden_units,
            "num_layers": self.num_layers,
            "output_units": self.output_units,
            "dropout": self.dropout,
            "num_steps": self.num_steps,
            "teleport": self.teleport,
            "propagation_dropout": self.propagation_dropout,
        }
