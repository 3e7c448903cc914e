"""Embeddings of nodes that tell their graph from a shuffled one."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.graph_model import GraphModel


@keras.saving.register_keras_serializable(package="kerazoo")
class InfomaxEmbedder(GraphModel):
    r"""Deep Graph Infomax: embeddings that agree with the summary of their graph.

    The summary is \(s = \sigma(\frac{1}{N} \sum_i h_i)\), and the discriminator's
    logit of a node \(h_i^\top W s\). It learns to tell nodes of the graph from
    those of the same edges with the features of other nodes
    ([Velickovic et al., 2019](https://arxiv.org/abs/1809.10341)).

    Args:
        encoder: Layer whose output goes through a PReLU and is the embedding, such as
            `ConvolutionEncoder("gcn", num_layers=1, output_units=512)`.
        node_feature_size: Width D of the node features.
        **kwargs: See `GraphModel`.

    Call arguments:
        inputs: dict of `node_features` `(N, D)`, `source`, `target` `(E,)`, where
            there are `edge_weights` and `edge_features`; and to learn
            `corrupted_features`, the rows of the features in another order, and
            optionally `nodes` `(M,)` to give the logits of.
        adjacency: Matrix of the encoder's `propagation_edges`, in place of the edges.

    Returns:
        float `(N, U)`, embeddings; or `(2 M,)`, logits of the nodes, then of the same
        nodes of the shuffled graph.

    Example:

    ```python
    encoder = ConvolutionEncoder("gcn", num_layers=1, output_units=4)
    model = InfomaxEmbedder(encoder, 7)
    edges = {"source": np.array([0, 1]), "target": np.array([1, 2])}
    embeddings = model({"node_features": np.ones((3, 7)), **edges})  # (3, 4)
    ```
    """

    def __init__(
        self, encoder: keras.Layer, node_feature_size: int, **kwargs: typing.Any
    ):
        super().__init__(encoder, node_feature_size, **kwargs)
        units = encoder.output_units or encoder.hidden_size
        self.activation = keras.layers.PReLU(
            alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1]
        )
        self.discriminator = keras.layers.Dense(units, use_bias=False)
        self.build_on_example()

    def example_inputs(self) -> dict[str, Tensor]:
        inputs = super().example_inputs()
        return {**inputs, "corrupted_features": inputs["node_features"]}

    def call(
        self,
        inputs: dict[str, Tensor],
        adjacency: typing.Any = None,
        prepared: bool = False,
    ) -> Tensor:
        embeddings = self._embed(inputs, adjacency, prepared)
        if "corrupted_features" not in inputs:
            return embeddings
        corrupted = {**inputs, "node_features": inputs["corrupted_features"]}
        shuffled = self._embed(corrupted, adjacency, prepared)
        summary = ops.sigmoid(ops.mean(embeddings, axis=0, keepdims=True))
        direction = self.discriminator(summary)[0]
        if "nodes" in inputs:
            embeddings, shuffled = (
                ops.take(rows, inputs["nodes"], axis=0)
                for rows in (embeddings, shuffled)
            )
        return ops.concatenate(
            [ops.matmul(rows, direction) for rows in (embeddings, shuffled)]
        )

    def _embed(self, inputs, adjacency, prepared):
        outputs = self.activation(self.encode(inputs, adjacency, prepared))
        return ops.cast(outputs, "float32")
