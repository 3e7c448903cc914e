"""Communities of nodes, learnt from modularity."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.graph_model import GraphModel


@keras.saving.register_keras_serializable(package="kerazoo")
class CommunityModel(GraphModel):
    r"""DMoN: soft communities of as much modularity as can be learnt.

    The encoder gives nodes logits, whose softmax C `(N, K)` is the probabilities of
    communities. With the adjacency matrix A, degrees d and \(2m = \sum_i d_i\), the
    loss is

    \[-\frac{1}{2m} \text{Tr}\Big(C^\top A C - \frac{C^\top d d^\top C}{2m}\Big)
    + \lambda \Big(\frac{\sqrt{K}}{N} \Big\lVert \sum_i C_i \Big\rVert - 1\Big)\]

    ([Tsitsulin et al., 2023](https://arxiv.org/abs/2006.16904), Equation 5), a mean
    over the nodes, each of which has its part of the trace.

    Args:
        encoder: Layer with outputs of width K, such as
            `ConvolutionEncoder("gcn", output_units=16)`.
        node_feature_size: Width D of the node features.
        collapse_weight: Lambda; 0 for modularity alone.
        **kwargs: See `GraphModel`.

    Call arguments:
        inputs: dict of `node_features` `(N, D)`, `source`, `target` `(E,)`, and where
            there are `edge_weights` and `edge_features`; to learn also `nodes` `(M,)`
            to give the losses of.
        adjacency: Matrix of the encoder's `propagation_edges`, in place of the edges.
        neighbors: A, whose product with C is taken in place of a sum over the edges.

    Returns:
        float `(N, K)`, logits, or `(M,)`, losses.

    Example:

    ```python
    model = CommunityModel(ConvolutionEncoder("gcn", output_units=2), 7)
    edges = {"source": np.array([0, 1]), "target": np.array([1, 0])}
    inputs = {"node_features": np.ones((3, 7)), **edges}
    logits = model(inputs)  # (3, 2)
    losses = model({**inputs, "nodes": np.arange(3)})  # (3,)
    ```
    """

    def __init__(
        self,
        encoder: keras.Layer,
        node_feature_size: int,
        collapse_weight: float = 1.0,
        **kwargs: typing.Any,
    ):
        super().__init__(encoder, node_feature_size, **kwargs)
        self.collapse_weight = collapse_weight
        self.build_on_example()

    @property
    def num_communities(self) -> int:
        return self.encoder.output_units

    def call(
        self,
        inputs: dict[str, Tensor],
        adjacency: typing.Any = None,
        prepared: bool = False,
        neighbors: typing.Any = None,
    ) -> Tensor:
        logits = ops.cast(self.encode(inputs, adjacency, prepared), "float32")
        if "nodes" not in inputs:
            return logits
        shares = ops.softmax(logits, axis=-1)
        losses = self._modularity_losses(shares, inputs, neighbors)
        losses = ops.take(losses, inputs["nodes"], axis=0)
        if not self.collapse_weight:
            return losses
        sizes = ops.mean(shares, axis=0)
        norm = ops.sqrt(ops.sum(ops.square(sizes)))
        collapse = self.num_communities**0.5 * norm - 1
        return losses + self.collapse_weight * collapse

    def get_config(self) -> dict[str, typing.Any]:
        return {**super().get_config(), "collapse_weight": self.collapse_weight}

    def _modularity_losses(self, shares, inputs, neighbors):
        """Returns each node's part of the modularity, negative, `(N,)`."""
        source, target = inputs["source"], inputs["target"]
        count = ops.shape(shares)[0]
        weights = inputs.get("edge_weights")
        if weights is None:
            weights = ops.ones_like(source, dtype="float32")
        degrees = ops.segment_sum(weights, target, count)
        if neighbors is None:
            sent = ops.take(shares, source, axis=0) * ops.expand_dims(weights, 1)
            linked = ops.segment_sum(sent, target, count)
        else:
            linked = neighbors @ shares
        total = ops.sum(degrees)
        degrees = ops.expand_dims(degrees, 1)
        expected = degrees * ops.sum(degrees * shares, axis=0, keepdims=True) / total
        parts = ops.sum(shares * (linked - expected), axis=1)
        return -parts * ops.cast(count, "float32") / total
