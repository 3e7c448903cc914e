"""AttentiveFP's layers as an encoder of graphs."""

import typing

import keras
from keras import ops

from kerazoo import layers
from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.feature_dense import FeatureDense
from kerazoo.models.gnn.feature_dropout import FeatureDropout
from kerazoo.models.gnn.graph_encoder import GraphEncoder


@keras.saving.register_keras_serializable(package="kerazoo")
class AttentiveFPEncoder(GraphEncoder):
    """AttentiveFP: nodes attend to their neighbours and remember in gated units.

    [Xiong et al., 2020](https://doi.org/10.1021/acs.jmedchem.9b00959). Its readout is
    `kerazoo.layers.AttentiveFPPooling`, a `GraphPredictor`'s `pooling="attentive"`.

    Args:
        hidden_size: Width of the nodes.
        num_layers: Number of layers, of which the first takes the edges' features.
        output_units: Width of a dense layer after them; None for none.
        dropout: Share of the features, of the attention and of what is attended to
            that is dropped.

    Call arguments:
        inputs: dict of `node_features` `(N, D)`, `source` and `target` `(E,)` and,
            where there are, `edge_features` `(E, De)`.
        adjacency: Must be None.

    Returns:
        float `(N, output_units)`, or `(N, hidden_size)`.

    Example:

    ```python
    encoder = AttentiveFPEncoder(64, num_layers=2)
    source, target = np.array([0, 1]), np.array([1, 0])
    x = np.ones((2, 8), "float32")
    encoder({"node_features": x, "source": source, "target": target})  # (2, 64)
    ```
    """

    def __init__(
        self,
        hidden_size: int = 200,
        num_layers: int = 2,
        output_units: int | None = None,
        dropout: float = 0.0,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.output_units = output_units
        self.dropout = dropout
        self.input_dense = FeatureDense(hidden_size)
        self.blocks = [layers.AttentiveFPBlock(dropout) for _ in range(num_layers)]
        self.output_dropout = FeatureDropout(dropout)
        self.head = keras.layers.Dense(output_units) if output_units else None

    @property
    def input_layers(self) -> list[keras.Layer]:
        return [self.input_dense]

    def call(self, inputs: dict[str, Tensor], adjacency: typing.Any = None) -> Tensor:
        source, target = inputs["source"], inputs["target"]
        edge_features = inputs.get("edge_features")
        x = ops.leaky_relu(self.input_dense(inputs["node_features"]), 0.01)
        for block in self.blocks:
            x = block(x, source, target, edge_features=edge_features)
            edge_features = None
        x = self.output_dropout(x)
        return x if self.head is None else self.head(x)

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "hidden_size": self.hidden_size,
            "num_layers": self.num_layers,
            "output_units": self.output_units,
            "dropout": self.dropout,
        }
