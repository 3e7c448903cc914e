"""Relational graph convolution."""

import typing

import keras
from keras import ops

from kerazoo.layers.graph.base_graph_conv import BaseGraphConv
from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.base_graph_conv import transform
from kerazoo.layers.graph.edge_matrix import EdgeMatrix
from kerazoo.layers.graph.edge_matrix import as_edges
from kerazoo.layers.graph.normalization import mean_normalization
from kerazoo.layers.tensor import Tensor

AGGREGATORS = ("mean", "sum")


@keras.saving.register_keras_serializable(package="kerazoo")
class RGCNConv(BaseGraphConv):
    r"""Transforms the features of the neighbours by the type of the edge.

    Computes \(W_0 x_i + \sum_r \frac{1}{c_{ir}} \sum_{j \to_r i} W_r x_j + b\),
    Equation 2 of [Schlichtkrull et al., 2018](https://arxiv.org/abs/1703.06103), with
    \(c_{ir}\) the number of edges of type r to node i (their weights' sum where they
    have weights), or 1. With `num_bases`, \(W_r = \sum_b a_{rb} V_b\), Equation 3.

    Memory is that of `(N, num_relations, units)` without bases, and of `num_bases`
    times `(E, units)` with them, whatever D.

    Args:
        units: int. Width of the output.
        num_relations: int. Number of edge types R.
        num_bases: int or None. Number of basis matrices; None for one matrix per type.
        aggregator: `"mean"` over the edges of each type, or `"sum"`.
        **kwargs: Of `BaseGraphConv`, such as `activation`, `use_bias`,
            `kernel_initializer` and `kernel_regularizer`.

    Call arguments:
        node_features: float `(N, D)`, dense, a sparse tensor of the backend, or by name
            and in a layer that is built, any matrix with `@`.
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        edge_types: int `(E,)`, in `[0, num_relations)`.
        edge_weights: float `(E,)`, or None for ones.

    Returns:
        float `(N, units)`.

    Raises:
        ValueError: If a number is not positive, `aggregator` is unknown, or the inputs
            have wrong shapes.

    Example:

    ```python
    layer = RGCNConv(16, num_relations=2, num_bases=1)
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer(np.ones((3, 8)), source, target, edge_types=np.array([0, 1, 1]))  # (3, 16)
    ```
    """

    def __init__(
        self,
        units: int,
        num_relations: int,
        num_bases: int | None = None,
        aggregator: str = "mean",
        **kwargs: typing.Any,
    ):
        super().__init__(units, **kwargs)
        if num_relations < 1:
            raise ValueError(
                "`num_relations` must be positive. "
                f"Received: num_relations={num_relations}"
            )
        if num_bases is not None and num_bases < 1:
            raise ValueError(
                f"`num_bases` must be positive or None. Received: num_bases={num_bases}"
            )
        if aggregator not in AGGREGATORS:
            raise ValueError(
                f"`aggregator` must be one of {', '.join(AGGREGATORS)}. "
                f"Received: aggregator={aggregator}"
            )
        self.num_relations = num_relations
        self.num_bases = num_bases
        self.aggregator = aggregator

    def build(self, node_features_shape: tuple[int | None, ...]) -> None:
        size = feature_size(node_features_shape)
        self.self_kernel = self.add_kernel("self_kernel", (size, self.units))
        self.kernels = self.add_kernel(
            "kernels", (self.num_bases or self.num_relations, size, self.units)
        )
        if self.num_bases:
            self.coefficients = self.add_kernel(
                "coefficients", (self.num_relations, self.num_bases)
            )
        self.bias = self.add_bias()

    def call(
        self,
        node_features: Tensor,
        source: Tensor,
        target: Tensor,
        edge_types: Tensor,
        edge_weights: Tensor | None = None,
    ) -> Tensor:
        source, target = as_edges(source, target)
        edge_types = ops.cast(edge_types, source.dtype)
        outputs = transform(node_features, self.self_kernel)
        num_nodes = ops.shape(outputs)[0]
        if self.aggregator == "mean":
            edge_weights = mean_normalization(
                source,
                target * self.num_relations + edge_types,
                num_nodes * self.num_relations,
                edge_weights,
            )
        combine = self._from_bases if self.num_bases else self._per_relation
        outputs = outputs + combine(
            node_features, source, target, edge_types, edge_weights, num_nodes
        )
        return self.finish(outputs)

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "num_relations": self.num_relations,
            "num_bases": self.num_bases,
            "aggregator": self.aggregator,
        }

    def _per_relation(self, node_features, source, target, types, weights, num_nodes):
        # Every node once per relation, as if node n were R nodes n * R + r.
        kernel = ops.reshape(
            ops.transpose(self.kernels, (1, 0, 2)),
            (-1, self.num_relations * self.units),
        )
        transformed = ops.reshape(
            transform(node_features, kernel), (-1, self.units)
        )  # (N * R, units)
        source = source * self.num_relations + types
        return EdgeMatrix(source, target, weights, num_nodes) @ transformed

    def _from_bases(self, node_features, source, target, types, weights, num_nodes):
        total = 0
        for basis in range(self.num_bases):
            coefficients = ops.take(self.coefficients[:, basis], types, axis=0)
            if weights is not None:
                coefficients = coefficients * ops.cast(weights, coefficients.dtype)
            transformed = transform(node_features, self.kernels[basis])
            matrix = EdgeMatrix(source, target, coefficients, num_nodes)
            total = total + matrix @ transformed
        return total
