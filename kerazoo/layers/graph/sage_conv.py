"""GraphSAGE convolution."""

import typing

import keras
from keras import ops

from kerazoo.layers.graph.base_graph_conv import BaseGraphConv
from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.base_graph_conv import transform
from kerazoo.layers.graph.edge_mask import masked
from kerazoo.layers.graph.edge_matrix import EdgeMatrix
from kerazoo.layers.graph.edge_matrix import as_edges
from kerazoo.layers.graph.normalization import mean_normalization
from kerazoo.layers.graph.segment_ops import segment_max
from kerazoo.layers.tensor import Tensor

AGGREGATORS = ("mean", "sum", "max")


@keras.saving.register_keras_serializable(package="kerazoo")
class SAGEConv(BaseGraphConv):
    r"""Adds a node's own features and an aggregate of its neighbours'.

    Computes \(W_{self} x_i + W_{neigh} \operatorname{agg}_{j \to i} x_j + b\), lines 4
    and 5 of Algorithm 1 of [Hamilton et al., 2017](https://arxiv.org/abs/1706.02216).
    The aggregate of a node without incoming edges is 0.

    Args:
        units: int. Width of the output.
        aggregator: `"mean"` (weighted by the edge weights), `"sum"` or `"max"` (per
            feature).
        normalize: bool. Scales each output to Euclidean norm 1, line 7 of the
            algorithm, after the activation.
        **kwargs: Of `BaseGraphConv`, such as `activation`, `use_bias`,
            `kernel_initializer` and `kernel_regularizer`.

    Call arguments:
        node_features: float `(N, D)`, dense or, except for `"max"`, a sparse tensor of
            the backend, or by name and in a layer that is built, any matrix with `@`.
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        edge_weights: float `(E,)`, or None for ones; not for `"max"`.
        adjacency: Matrix `(N, N)` with `@`, of entries [target, source], not for
            `"max"`. Used as it is, in place of `source`, `target` and `edge_weights`:
            for a mean its rows sum to 1.

    Returns:
        float `(N, units)`.

    Raises:
        ValueError: If `aggregator` is unknown, `node_features` is not a matrix, neither
            edges nor `adjacency` are given, or weights are given for `"max"`.

    Example:

    ```python
    layer = SAGEConv(16, aggregator="max", activation="relu")
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer(np.ones((3, 8)), source, target)  # (3, 16)
    ```
    """

    def __init__(
        self,
        units: int,
        aggregator: str = "mean",
        normalize: bool = False,
        **kwargs: typing.Any,
    ):
        super().__init__(units, **kwargs)
        if aggregator not in AGGREGATORS:
            raise ValueError(
                f"`aggregator` must be one of {', '.join(AGGREGATORS)}. "
                f"Received: aggregator={aggregator}"
            )
        self.aggregator = aggregator
        self.normalize = normalize

    def build(self, node_features_shape: tuple[int | None, ...]) -> None:
        size = feature_size(node_features_shape)
        self.self_kernel = self.add_kernel("self_kernel", (size, self.units))
        self.kernel = self.add_kernel("kernel", (size, self.units))
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
        num_nodes = ops.shape(outputs)[0]
        if self.aggregator == "max":
            if adjacency is not None or edge_weights is not None:
                given = "edge_weights" if adjacency is None else "adjacency"
                raise ValueError(
                    '`aggregator="max"` takes neither `edge_weights` nor `adjacency`. '
                    f"Received: `{given}`"
                )
            source, target = as_edges(source, target)
            messages = ops.take(node_features, source, axis=0)
            maximum = segment_max(masked(messages), target, num_nodes)
            outputs = outputs + ops.matmul(maximum, self.kernel)
        else:
            if adjacency is None:
                if self.aggregator == "mean":
                    edge_weights = mean_normalization(
                        source, target, num_nodes, edge_weights
                    )
                adjacency = EdgeMatrix(source, target, edge_weights, num_nodes)
            outputs = outputs + adjacency @ transform(node_features, self.kernel)
        outputs = self.finish(outputs)
        if self.normalize:  # In float32: float16 cannot hold the smallest norm squared.
            norm_one = ops.normalize(ops.cast(outputs, "float32"), axis=-1)
            outputs = ops.cast(norm_one, outputs.dtype)
        return outputs

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "aggregator": self.aggregator,
            "normalize": self.normalize,
        }
