"""Predicts whether two nodes are linked."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.graph_model import GraphModel


@keras.saving.register_keras_serializable(package="kerazoo")
class LinkPredictor(GraphModel):
    r"""Gives pairs of nodes the logit of being linked.

    The encoder embeds the nodes, the decoder scores a pair \((z_u, z_v)\): `"dot"`
    \(z_u^\top z_v\) ([Kipf & Welling, 2016](https://arxiv.org/abs/1611.07308),
    Equation 2), `"bilinear"` \(z_u^\top W z_v\) with a symmetric W, or `"mlp"`, a
    hidden layer on the element-wise product.

    Args:
        encoder: Layer whose output is the embedding, such as
            `ConvolutionEncoder(output_units=64)`.
        node_feature_size: Width D of the node features.
        decoder: `"dot"`, `"bilinear"` or `"mlp"`.
        **kwargs: See `GraphModel`.

    Call arguments:
        inputs: dict of `node_features` `(N, D)`, `source`, `target` `(E,)`, where
            there are `edge_weights` and `edge_features`, and `pairs` `(P, 2)` of
            nodes; without them, all nodes' embeddings are returned.
        adjacency: Matrix of the encoder's `propagation_edges`, in place of the edges.

    Returns:
        float `(P,)`, logits, or `(N, U)`, embeddings.

    Example:

    ```python
    model = LinkPredictor(ConvolutionEncoder("gcn", output_units=64), 7)
    edges = {"source": np.array([0, 1]), "target": np.array([1, 2])}
    inputs = {"node_features": np.ones((3, 7)), **edges}
    logits = model({**inputs, "pairs": np.array([[0, 1], [0, 2]])})  # (2,)
    ```
    """

    def __init__(
        self,
        encoder: keras.Layer,
        node_feature_size: int,
        decoder: str = "dot",
        **kwargs: typing.Any,
    ):
        super().__init__(encoder, node_feature_size, **kwargs)
        if decoder not in ("dot", "bilinear", "mlp"):
            raise ValueError(
                f"`decoder` must be dot, bilinear or mlp. Received: decoder={decoder}"
            )
        self.decoder = decoder
        self.bilinear: typing.Any = None
        self.hidden: typing.Any = None
        self.score: typing.Any = None
        units = encoder.output_units or encoder.hidden_size
        if decoder == "bilinear":
            self.bilinear = keras.layers.Dense(units, use_bias=False)
        elif decoder == "mlp":
            self.hidden = keras.layers.Dense(units, activation="relu")
            self.score = keras.layers.Dense(1)
        self.build_on_example()

    def example_inputs(self) -> dict[str, Tensor]:
        return {**super().example_inputs(), "pairs": ops.zeros((1, 2), "int32")}

    def call(
        self,
        inputs: dict[str, Tensor],
        adjacency: typing.Any = None,
        prepared: bool = False,
    ) -> Tensor:
        embeddings = ops.cast(self.encode(inputs, adjacency, prepared), "float32")
        if "pairs" not in inputs:
            return embeddings
        return self.decode(embeddings, inputs["pairs"])

    def decode(self, embeddings: Tensor, pairs: Tensor) -> Tensor:
        """Returns the logits of pairs `(P, 2)` of rows of the embeddings."""
        u = ops.take(embeddings, pairs[:, 0], axis=0)
        v = ops.take(embeddings, pairs[:, 1], axis=0)
        match self.decoder:
            case "dot":
                return ops.sum(u * v, axis=-1)
            case "bilinear":  # Symmetric: a link has no direction here.
                both = ops.cast(self.bilinear(u), "float32") * v
                both += ops.cast(self.bilinear(v), "float32") * u
                return ops.sum(both, axis=-1) / 2
            case "mlp":
                logits = self.score(self.hidden(u * v))
                return ops.cast(ops.squeeze(logits, axis=-1), "float32")

    def get_config(self) -> dict[str, typing.Any]:
        return {**super().get_config(), "decoder": self.decoder}
