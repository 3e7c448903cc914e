"""Embeddings of nodes that know themselves again in another view of their graph."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.graph_model import GraphModel

_SMALL = 1e-4  # Beside squares of lengths.


@keras.saving.register_keras_serializable(package="kerazoo")
class ContrastiveEmbedder(GraphModel):
    r"""GRACE: two views of a node are alike, and unlike those of all other nodes.

    With the cosine \(\theta\) of two nodes' projections, the loss of \(u_i\) and
    \(v_i\), the same node in two views, is

    \[-\log \frac{e^{\theta(u_i, v_i) / \tau}}{
    \sum_k e^{\theta(u_i, v_k) / \tau} + \sum_{k \ne i} e^{\theta(u_i, u_k) / \tau}}\]

    and that of a node the mean of both directions
    ([Zhu et al., 2020](https://arxiv.org/abs/2006.04131), Equations 1 and 2).

    Args:
        encoder: Layer whose output goes through `activation` and is the embedding.
        node_feature_size: Width D of the node features.
        projection_size: Width of the hidden layer of the projection, which only the
            loss sees.
        temperature: Tau.
        activation: Name of the activation of the embedding.
        **kwargs: See `GraphModel`.

    Call arguments:
        inputs: dict of `node_features` `(N, D)`, `source`, `target` `(E,)`, where
            there are `edge_weights` and `edge_features`. To learn, a dict of `views`,
            a pair of such dicts; `nodes` `(M,)` to give the losses of; and optionally
            `others` `(K,)`, the nodes that they are told from, default all.
        adjacency: Matrix of the encoder's `propagation_edges`, in place of the edges;
            of views a pair.

    Returns:
        float `(N, U)`, embeddings; or `(M,)`, losses.

    Example:

    ```python
    model = ContrastiveEmbedder(ConvolutionEncoder("gcn", output_units=4), 7)
    edges = {"source": np.array([0, 1]), "target": np.array([1, 2])}
    view = {"node_features": np.ones((3, 7)), **edges}
    embeddings = model(view)  # (3, 4)
    losses = model({"views": [view, view], "nodes": np.array([0, 2])})  # (2,)
    ```
    """

    def __init__(
        self,
        encoder: keras.Layer,
        node_feature_size: int,
        projection_size: int = 64,
        temperature: float = 0.5,
        activation: str = "relu",
        **kwargs: typing.Any,
    ):
        super().__init__(encoder, node_feature_size, **kwargs)
        if not temperature > 0:
            raise ValueError(
                f"`temperature` must be above 0. Received: temperature={temperature}"
            )
        units = encoder.output_units or encoder.hidden_size
        self.projection_size = projection_size
        self.temperature = temperature
        self.activation = keras.activations.get(activation)
        self.hidden = keras.layers.Dense(projection_size, activation="elu")
        self.projection = keras.layers.Dense(units)
        self.build_on_example()

    def build_on_example(self) -> None:
        view = self.example_inputs()
        self({"views": [view, view], "nodes": ops.zeros((1,), "int32")})

    def call(
        self,
        inputs: dict[str, Tensor],
        adjacency: typing.Any = None,
        prepared: bool = False,
    ) -> Tensor:
        if "views" not in inputs:
            return self._embed(inputs, adjacency, prepared)
        adjacencies = adjacency or (None, None)
        one, other = (
            self._project(self._embed(view, matrix, prepared))
            for view, matrix in zip(inputs["views"], adjacencies)
        )
        nodes, others = inputs["nodes"], inputs.get("others")
        forth = _losses(one, other, nodes, others, self.temperature)
        back = _losses(other, one, nodes, others, self.temperature)
        return (forth + back) / 2

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "projection_size": self.projection_size,
            "temperature": self.temperature,
            "activation": keras.activations.serialize(self.activation),
        }

    def _embed(self, inputs, adjacency, prepared):
        outputs = self.activation(self.encode(inputs, adjacency, prepared))
        return ops.cast(outputs, "float32")

    def _project(self, embeddings):
        outputs = ops.cast(self.projection(self.hidden(embeddings)), "float32")
        # A node without features may begin at zero, where a direction has no gradient.
        squares = ops.sum(ops.square(outputs), axis=-1, keepdims=True)
        return outputs * ops.rsqrt(squares + _SMALL)


def _losses(one, other, nodes, others, temperature):
    """Returns the losses `(M,)` of nodes of one view, told from all of both."""
    ours = ops.take(one, nodes, axis=0) / temperature
    theirs = ops.take(other, nodes, axis=0)
    keys = [one, other]
    if others is None:
        others = ops.arange(ops.shape(one)[0], dtype="int32")
    else:
        keys = [ops.take(view, others, axis=0) for view in keys]
    within, across = (ops.matmul(ours, ops.transpose(view)) for view in keys)
    is_self = ops.equal(ops.expand_dims(nodes, 1), ops.expand_dims(others, 0))
    within = ops.where(is_self, -1e9, within)
    scores = ops.concatenate([within, across], axis=1)
    return ops.logsumexp(scores, axis=1) - ops.sum(ours * theirs, axis=1)
