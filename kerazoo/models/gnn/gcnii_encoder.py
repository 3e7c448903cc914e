"""Deep graph convolutions with initial residual and identity mapping."""

import math

import keras
from keras import ops

from kerazoo import layers
from kerazoo.models.gnn.convolution_encoder import gcn_edges
from kerazoo.models.gnn.feature_dense import FeatureDense
from kerazoo.models.gnn.feature_dropout import FeatureDropout
from kerazoo.models.gnn.graph_encoder import GraphEncoder


@keras.saving.register_keras_serializable(package="kerazoo")
class GCNIIEncoder(GraphEncoder):
    r"""GCNII: as deep as one likes without over-smoothing.

    A dense layer, L convolutions that mix in its output and stay near the identity
    with \(\beta_l = \log(\lambda / l + 1)\), a dense layer
    ([Chen et al., 2020](https://arxiv.org/abs/2007.02133), Equation 5).

    Args:
        hidden_units: int. Width of all convolutions.
        num_layers: int. Number of convolutions L.
        output_units: int or None. Width of the last dense layer; None for no such.
        dropout: float. Share of features dropped before each layer.
        teleport: float. Share alpha of the first dense layer's output.
        identity_decay: float. Lambda.

    Call arguments:
        inputs: dict of `node_features` `(N, D)`, `source` and `target` `(E,)` and,
            where there are, `edge_weights` `(E,)`.
        adjacency: Matrix made of `propagation_edges`, in place of the edges.

    Returns:
        float `(N, output_units)`.
    """

    def __init__(
        self,
        hidden_units=64,
        num_layers=64,
        output_units=None,
        dropout=0.6,
        teleport=0.1,
        identity_decay=0.5,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.hidden_units = hidden_units
        self.num_layers = num_layers
        self.output_units = output_units
        self.dropout = dropout
        self.teleport = teleport
        self.identity_decay = identity_decay
        self.input_dropout = FeatureDropout(dropout)
        self.projection = FeatureDense(hidden_units, activation="relu")
        self.convolutions = [
            layers.GCNIIConv(
                alpha=teleport,
                beta=math.log(identity_decay / (i + 1) + 1),
                normalize=False,
            )
            for i in range(num_layers)
        ]
        self.dropouts = [keras.layers.Dropout(dropout) for _ in range(num_layers + 1)]
        self.head = keras.layers.Dense(output_units) if output_units else None

    @property
    def input_layers(self):
        return [self.projection] + ([self.head] if self.head is not None else [])

    def propagation_edges(self, source, target, num_nodes, edge_weights=None):
        return gcn_edges(source, target, num_nodes, edge_weights)

    def call(self, inputs, adjacency=None):
        x = inputs["node_features"]
        edges = self.normalized_edges(inputs, adjacency)
        x = initial = self.projection(self.input_dropout(x))
        for convolution, dropout in zip(self.convolutions, self.dropouts):
            x = dropout(x)
            x = ops.relu(convolution(x, initial, **edges))
        if self.head is None:
            return x
        return self.head(self.dropouts[-1](x))

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_units": self.hidden_units,
            "num_layers": self.num_layers,
            "output_units": self.output_units,
            "dropout": self.dropout,
            "teleport": self.teleport,
            "identity_decay": self.identity_decay,
        }
