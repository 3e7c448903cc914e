"""Deep graph convolutions with initial residual and identity mapping."""

import math
import typing

import keras
from keras import ops

from kerazoo import layers
from kerazoo.layers.tensor import Tensor
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
        hidden_size: Width of all convolutions.
        num_layers: Number of convolutions L.
        output_units: Width of the last dense layer; None for no such.
        dropout: Share of features dropped before each layer.
        teleport: Share alpha of the first dense layer's output.
        identity_decay: Lambda.

    Call arguments:
        inputs: dict of `node_features` `(N, D)`, `source` and `target` `(E,)` and,
            where there are, `edge_weights` `(E,)`.
        adjacency: Matrix made of `propagation_edges`, in place of the edges.

    Returns:
        float `(N, output_units)`.

    Example:

    ```python
    encoder = GCNIIEncoder(64, num_layers=64, output_units=7)
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    x = np.ones((3, 8), "float32")
    encoder({"node_features": x, "source": source, "target": target})  # (3, 7)
    ```
    """

    prepare_edges = staticmethod(layers.renormalized_edges)

    def __init__(
        self,
        hidden_size: int = 64,
        num_layers: int = 64,
        output_units: int | None = None,
        dropout: float = 0.6,
        teleport: float = 0.1,
        identity_decay: float = 0.5,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.output_units = output_units
        self.dropout = dropout
        self.teleport = teleport
        self.identity_decay = identity_decay
        self.input_dropout = FeatureDropout(dropout)
        self.projection = FeatureDense(hidden_size, activation="relu")
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
    def input_layers(self) -> list[keras.Layer]:
        return [self.projection] + ([self.head] if self.head is not None else [])

    def call(self, inputs: dict[str, Tensor], adjacency: typing.Any = None) -> Tensor:
        x = inputs["node_features"]
        edges = self.normalized_edges(inputs, adjacency)
        x = initial = self.projection(self.input_dropout(x))
        for convolution, dropout in zip(self.convolutions, self.dropouts):
            x = dropout(x)
            x = ops.relu(convolution(x, initial, **edges))
        if self.head is None:
            return x
        return self.head(self.dropouts[-1](x))

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "hidden_size": self.hidden_size,
            "num_layers": self.num_layers,
            "output_units": self.output_units,
            "dropout": self.dropout,
            "teleport": self.teleport,
            "identity_decay": self.identity_decay,
        }
