"""Graph convolution that tells incoming from outgoing edges."""

import typing

import keras
from keras import ops

from kerazoo.layers.graph.base_graph_conv import BaseGraphConv
from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.base_graph_conv import transform
from kerazoo.layers.graph.edge_matrix import EdgeMatrix
from kerazoo.layers.graph.normalization import directed_normalization
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class DirectedConv(BaseGraphConv):
    r"""Sums over incoming and outgoing edges with weights of their own.

    Computes \(X W_{self} + \alpha \hat{A} X W_{in} + (1 - \alpha) \hat{A}^T X W_{out} +
    b\), the convolution of [Rossi et al., 2023](https://arxiv.org/abs/2305.10498),
    Section 3, with \(\hat{A}\) of entries
    \(w_{ji} / \sqrt{d^{out}_j d^{in}_i}\) for an edge from j to i. It has no
    self-loops.

    Args:
        units: int. Width of the output.
        alpha: float. Share of the incoming edges, 1 minus that of the outgoing ones.
        learn_alpha: bool. Trains alpha, from that value on.
        normalize: bool. False uses the edge weights as they are.
        **kwargs: Of `BaseGraphConv`, such as `activation`, `use_bias`,
            `kernel_initializer` and `kernel_regularizer`.

    Call arguments:
        node_features: float `(N, D)`, dense, a sparse tensor of the backend, or by name
            and in a layer that is built, any matrix with `@`.
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        edge_weights: float `(E,)`, or None for ones.
        adjacency: Pair of matrices `(N, N)` with `@`, of entries [target, source] and
            [source, target]. Used as they are, in place of `source`, `target` and
            `edge_weights`.

    Returns:
        float `(N, units)`.

    Raises:
        ValueError: If `units` is not positive, `node_features` is not a matrix, or
            neither edges nor `adjacency` are given.

    Example:

    ```python
    layer = DirectedConv(16, alpha=0.5, activation="relu")
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer(np.ones((3, 8)), source, target)  # (3, 16)
    ```
    """

    def __init__(
        self,
        units: int,
        alpha: float = 0.5,
        learn_alpha: bool = False,
        normalize: bool = True,
        **kwargs: typing.Any,
    ):
        super().__init__(units, **kwargs)
        self.alpha = alpha
        self.learn_alpha = learn_alpha
        self.normalize = normalize

    def build(self, node_features_shape: tuple[int | None, ...]) -> None:
        shape = (feature_size(node_features_shape), self.units)
        self.self_kernel = self.add_kernel("self_kernel", shape)
        self.incoming_kernel = self.add_kernel("incoming_kernel", shape)
        self.outgoing_kernel = self.add_kernel("outgoing_kernel", shape)
        if self.learn_alpha:
            self.alpha_weight = self.add_weight(
                name="alpha",
                shape=(),
                initializer=keras.initializers.Constant(self.alpha),
            )
        self.bias = self.add_bias()

    def call(
        self,
        node_features: Tensor,
        source: Tensor | None = None,
        target: Tensor | None = None,
        edge_weights: Tensor | None = None,
        adjacency: typing.Any = None,
    ) -> Tensor:
        outputs = transform(node_features, self.self_kernel)
        if adjacency is None:
            num_nodes = ops.shape(outputs)[0]
            if self.normalize:
                edge_weights = directed_normalization(
                    source, target, num_nodes, edge_weights
                )
            adjacency = (
                EdgeMatrix(source, target, edge_weights, num_nodes),
                EdgeMatrix(target, source, edge_weights, num_nodes),
            )
        incoming, outgoing = adjacency
        alpha = self.alpha_weight if self.learn_alpha else self.alpha
        incoming = incoming @ transform(node_features, self.incoming_kernel)
        outgoing = outgoing @ transform(node_features, self.outgoing_kernel)
        return self.finish(outputs + alpha * incoming + (1 - alpha) * outgoing)

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "alpha": self.alpha,
            "learn_alpha": self.learn_alpha,
            "normalize": self.normalize,
        }
