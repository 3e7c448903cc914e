"""Convolution of a graph whose relations have embeddings, too."""

import typing

import keras
from keras import ops

from kerazoo.layers.graph.base_graph_conv import BaseGraphConv
from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.edge_mask import masked
from kerazoo.layers.graph.edge_matrix import as_edges
from kerazoo.layers.graph.normalization import directed_normalization
from kerazoo.layers.graph.segment_ops import segment_sum
from kerazoo.layers.tensor import Tensor


def _correlate(nodes, relations):
    r"""Returns the circular correlation, \(c_k = \sum_i a_i b_{(i + k) \bmod D}\)."""
    size = nodes.shape[-1]
    (a, b), (c, d) = ops.rfft(nodes), ops.rfft(relations)
    product = a * c + b * d, a * d - b * c  # The first is conjugated.
    return ops.irfft(product, fft_length=size)


# How a relation changes what a neighbour says: functions of `(E, D)` and `(E, D)`.
COMPOSITIONS: dict[str, typing.Callable[[Tensor, Tensor], Tensor]] = {
    "subtract": lambda nodes, relations: nodes - relations,
    "multiply": lambda nodes, relations: nodes * relations,
    "correlate": _correlate,
}


@keras.saving.register_keras_serializable(package="kerazoo")
class CompGCNConv(BaseGraphConv):
    r"""Embeds nodes and relations together.

    Computes \(x_i' = \frac{1}{3} (W_S\, \phi(x_i, z_S) + \sum_{j \to_r i} a_{ij}
    W_{\lambda(r)}\, \phi(x_j, z_r)) + b\) and \(z_r' = W_R z_r\), Equations 3 and 4 of
    [Vashishth et al., 2020](https://arxiv.org/abs/1911.03082), with the mean of the
    three directions of its published code: \(\lambda\) tells edges as they stand,
    their inverses, and the loop of a node to itself apart, \(\phi\) composes a node
    with a relation, and \(a_{ij} = 1 / \sqrt{d_j d_i}\) has the edges of this direction
    that leave j and reach i.

    Relations come in pairs: r and its inverse, \(r + R\).

    Args:
        units: int. Width of both outputs.
        composition: `"subtract"`, `"multiply"` or `"correlate"`.
        **kwargs: Of `BaseGraphConv`, such as `activation` and `use_bias`, both of the
            nodes alone.

    Call arguments:
        node_features: float `(N, D)`.
        relation_features: float `(2 R, D)`, with inverses from R.
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        edge_types: int `(E,)`, in `[0, 2 R)`.

    Returns:
        float `(N, units)` and `(2 R, units)`, nodes and relations.

    Raises:
        ValueError: If `units` is not positive, or `composition` is unknown.

    Example:

    ```python
    layer = CompGCNConv(16)
    source, target = np.array([0, 1]), np.array([1, 0])  # An edge and its inverse.
    nodes, relations = layer(
        np.ones((2, 8)), np.ones((2, 8)), source, target, edge_types=np.array([0, 1])
    )  # (2, 16), (2, 16)
    ```
    """

    def __init__(self, units: int, composition: str = "subtract", **kwargs: typing.Any):
        super().__init__(units, **kwargs)
        if composition not in COMPOSITIONS:
            raise ValueError(
                f"`composition` must be one of {', '.join(COMPOSITIONS)}. "
                f"Received: composition={composition}"
            )
        self.composition = composition

    def build(self, node_features_shape: tuple[int | None, ...]) -> None:
        size = feature_size(node_features_shape)
        self.loop_relation = self.add_kernel("loop_relation", (1, size))
        shape = size, self.units
        self.loop_kernel = self.add_kernel("loop_kernel", shape)
        self.kernel = self.add_kernel("kernel", shape)
        self.inverse_kernel = self.add_kernel("inverse_kernel", shape)
        self.relation_kernel = self.add_kernel("relation_kernel", shape)
        self.bias = self.add_bias()

    def call(
        self,
        node_features: Tensor,
        relation_features: Tensor,
        source: Tensor,
        target: Tensor,
        edge_types: Tensor,
    ) -> tuple[Tensor, Tensor]:
        source, target = as_edges(source, target)
        nodes = ops.convert_to_tensor(node_features, self.compute_dtype)
        relations = ops.convert_to_tensor(relation_features, self.compute_dtype)
        compose = COMPOSITIONS[self.composition]
        messages = compose(
            ops.take(nodes, source, axis=0), ops.take(relations, edge_types, axis=0)
        )
        messages = masked(messages)
        num_nodes = ops.shape(nodes)[0]
        is_inverse = ops.cast(edge_types, "int32") >= relations.shape[0] // 2
        outputs = ops.matmul(compose(nodes, self.loop_relation), self.loop_kernel)
        for kept, kernel in (
            (ops.logical_not(is_inverse), self.kernel),
            (is_inverse, self.inverse_kernel),
        ):
            weights = directed_normalization(
                source, target, num_nodes, ops.cast(kept, messages.dtype)
            )
            summed = segment_sum(messages * weights[:, None], target, num_nodes)
            outputs = outputs + ops.matmul(summed, kernel)
        return self.finish(outputs / 3), ops.matmul(relations, self.relation_kernel)

    def compute_output_shape(  # type: ignore[override]
        self,
        node_features_shape: tuple[int | None, ...],
        relation_features_shape: tuple[int | None, ...],
    ) -> tuple[tuple[int | None, ...], tuple[int | None, ...]]:
        return (
            (node_features_shape[0], self.units),
            (relation_features_shape[0], self.units),
        )

    def get_config(self) -> dict[str, typing.Any]:
        return {**super().get_config(), "composition": self.composition}
