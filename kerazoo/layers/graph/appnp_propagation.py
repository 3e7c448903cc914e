"""Propagation by personalized PageRank."""

import typing

import keras
from keras import ops

from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.edge_matrix import EdgeMatrix
from kerazoo.layers.graph.normalization import propagation_matrix
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class APPNPPropagation(keras.layers.Layer):
    r"""Spreads predictions over the graph, with a way back to where they came from.

    Computes \(Z_{k+1} = (1 - \alpha) \hat{A} Z_k + \alpha Z_0\), Equation 4 of
    [Gasteiger et al., 2019](https://arxiv.org/abs/1810.05997), with \(\hat{A}\) the
    normalized adjacency of `GCNConv`. It has no weights.

    Args:
        num_steps: int. Number of propagation steps K.
        teleport: float in [0, 1]. Probability alpha of the way back.
        dropout: float in [0, 1). Dropout rate of the edges, drawn anew in each step.
        normalize: bool. Adds self-loops and normalizes; False uses the edge weights as
            they are.
        seed: int or None. Seed of the dropout.

    Call arguments:
        node_features: float `(N, D)`, Z of step 0.
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        edge_weights: float `(E,)`, or None for ones.
        adjacency: Matrix `(N, N)` with `@`, of entries [target, source]. Used as it is,
            in place of `source`, `target` and `edge_weights`, and without dropout.
        training: bool. Drops edges.

    Returns:
        float `(N, D)`.

    Raises:
        ValueError: If `num_steps` or `teleport` is out of range, `node_features` is not
            a matrix, neither edges nor `adjacency` are given, or entries of
            `adjacency` would have to be dropped.

    Example:

    ```python
    layer = APPNPPropagation(num_steps=10, teleport=0.1)
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer(np.ones((3, 8)), source, target)  # (3, 8)
    ```
    """

    def __init__(
        self,
        num_steps: int = 10,
        teleport: float = 0.1,
        dropout: float = 0.0,
        normalize: bool = True,
        seed: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if num_steps < 1:
            raise ValueError(
                f"`num_steps` must be positive. Received: num_steps={num_steps}"
            )
        if not 0 <= teleport <= 1:
            raise ValueError(
                f"`teleport` must be from 0 to 1. Received: teleport={teleport}"
            )
        self.num_steps = num_steps
        self.teleport = teleport
        self.dropout = dropout
        self.normalize = normalize
        self.seed = seed
        self._drop_edges = keras.layers.Dropout(
            dropout, seed=seed, dtype=self.dtype_policy
        )

    def build(self, node_features_shape: tuple[int | None, ...]) -> None:
        feature_size(node_features_shape)

    def call(
        self,
        node_features: Tensor,
        source: Tensor | None = None,
        target: Tensor | None = None,
        edge_weights: Tensor | None = None,
        adjacency: typing.Any = None,
        training: bool = False,
    ) -> Tensor:
        drops_edges = training and self.dropout > 0
        if adjacency is None:
            num_nodes = ops.shape(node_features)[0]
            adjacency = propagation_matrix(
                source, target, num_nodes, edge_weights, self.normalize
            )
        elif drops_edges:
            raise ValueError(
                "Edges can be dropped only from `source` and `target`, not from an "
                f"`adjacency`. Received: dropout={self.dropout} and `adjacency`"
            )
        outputs = node_features
        for _ in range(self.num_steps):
            matrix = self._thinned(adjacency) if drops_edges else adjacency
            outputs = (1 - self.teleport) * (matrix @ outputs)
            outputs = outputs + self.teleport * node_features
        return outputs

    def compute_output_shape(
        self, node_features_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return tuple(node_features_shape)

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "num_steps": self.num_steps,
            "teleport": self.teleport,
            "dropout": self.dropout,
            "normalize": self.normalize,
            "seed": self.seed,
        }

    def _thinned(self, matrix):
        weights = matrix.weights
        if weights is None:
            weights = ops.ones_like(matrix.source, dtype=self.compute_dtype)
        weights = self._drop_edges(weights, training=True)
        return EdgeMatrix(matrix.source, matrix.target, weights, matrix.num_nodes)
