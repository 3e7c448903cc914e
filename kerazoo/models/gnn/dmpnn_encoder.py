"""Messages between directed edges as an encoder of graphs."""

import typing

import keras

from kerazoo import layers
from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.feature_dropout import FeatureDropout
from kerazoo.models.gnn.graph_encoder import GraphEncoder


@keras.saving.register_keras_serializable(package="kerazoo")
class DMPNNEncoder(GraphEncoder):
    """D-MPNN: edges pass messages on that never turn back, and nodes sum them.

    [Yang et al., 2019](https://arxiv.org/abs/1904.01561); its package is Chemprop.

    Args:
        hidden_size: Width of the edges and of the nodes.
        num_layers: States that an edge goes through.
        output_units: Width of a dense layer after it; None for none.
        dropout: Share of the edges' and of the nodes' features dropped.
        activation: Name or function.

    Call arguments:
        inputs: dict of `node_features` `(N, D)`, `source` and `target` `(E,)` and,
            where there are, `edge_features` `(E, De)`.
        adjacency: Must be None.

    Returns:
        float `(N, output_units)`, or `(N, hidden_size)`.

    Example:

    ```python
    encoder = DMPNNEncoder(64, num_layers=3)
    source, target = np.array([0, 1]), np.array([1, 0])
    x = np.ones((2, 8), "float32")
    encoder({"node_features": x, "source": source, "target": target})  # (2, 64)
    ```
    """

    def __init__(
        self,
        hidden_size: int = 300,
        num_layers: int = 3,
        output_units: int | None = None,
        dropout: float = 0.0,
        activation: str = "relu",
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.output_units = output_units
        self.dropout = dropout
        self.activation = keras.activations.get(activation)
        self.passing = layers.DirectedMessagePassing(
            hidden_size, num_layers, dropout, activation=activation
        )
        self.output_dropout = FeatureDropout(dropout)
        self.head = keras.layers.Dense(output_units) if output_units else None

    @property
    def input_layers(self) -> list[keras.Layer]:
        return [self.passing]

    def call(self, inputs: dict[str, Tensor], adjacency: typing.Any = None) -> Tensor:
        names = ("node_features", "source", "target")
        arguments = [inputs[name] for name in names]
        x = self.passing(*arguments, edge_features=inputs.get("edge_features"))
        x = self.output_dropout(x)
        return x if self.head is None else self.head(x)

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "hidden_size": self.hidden_size,
            "num_layers": self.num_layers,
            "output_units": self.output_units,
            "dropout": self.dropout,
            "activation": keras.activations.serialize(self.activation),
        }
