"""Weights that make adjacency matrices of bounded norm.

Degrees are summed in float32 whatever the precision of the weights. All functions take
`source` and `target`, int `(E,)`, `num_nodes`, int (or on TensorFlow a scalar tensor),
and `edge_weights`, float `(E,)` or None for ones.
"""

from keras import ops

from kerazoo.layers.graph.edge_matrix import EdgeMatrix
from kerazoo.layers.graph.edge_matrix import as_edges
from kerazoo.layers.graph.kept_results import kept_result
from kerazoo.layers.tensor import Tensor


def add_self_loops(
    source: Tensor,
    target: Tensor,
    num_nodes: int | Tensor,
    edge_weights: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor | None]:
    r"""Appends an edge of weight 1 from each node to itself, \(A + I\).

    Self-loops that are there already stay.

    Returns:
        Source and target, int `(E + N,)`, and the weights, float `(E + N,)`, or None
        where `edge_weights` is None.
    """
    source, target = as_edges(source, target)
    nodes = ops.arange(num_nodes, dtype="int32")
    source = ops.concatenate([source, ops.cast(nodes, source.dtype)])
    target = ops.concatenate([target, ops.cast(nodes, target.dtype)])
    if edge_weights is not None:
        edge_weights = ops.convert_to_tensor(edge_weights)
        loops = ops.ones_like(nodes, dtype=edge_weights.dtype)
        edge_weights = ops.concatenate([edge_weights, loops])
    return source, target, edge_weights


def symmetric_normalization(
    source: Tensor,
    target: Tensor,
    num_nodes: int | Tensor,
    edge_weights: Tensor | None = None,
) -> Tensor:
    r"""Returns \(w_{ji} / \sqrt{d_j d_i}\), the weights of \(D^{-1/2} A D^{-1/2}\).

    The degree \(d_i\) is the sum of the weights of the edges to node i. Edges of a node
    of degree 0 get weight 0.

    Returns:
        float32 `(E,)`.
    """
    source, target = as_edges(source, target)
    weights = _float_weights(source, edge_weights)
    scale = _inverse_sqrt(ops.segment_sum(weights, target, num_nodes))
    return weights * ops.take(scale, source, axis=0) * ops.take(scale, target, axis=0)


def mean_normalization(
    source: Tensor,
    target: Tensor,
    num_nodes: int | Tensor,
    edge_weights: Tensor | None = None,
) -> Tensor:
    r"""Returns \(w_{ji} / \sum_k w_{ki}\), the weights of \(D^{-1} A\).

    Returns:
        float32 `(E,)`, 0 for the edges of a node whose weights sum to 0.
    """
    source, target = as_edges(source, target)
    weights = _float_weights(source, edge_weights)
    total = ops.segment_sum(weights, target, num_nodes)
    present = ops.not_equal(total, 0)
    inverse = ops.where(present, 1 / ops.where(present, total, 1.0), 0.0)
    return weights * ops.take(inverse, target, axis=0)


def directed_normalization(
    source: Tensor,
    target: Tensor,
    num_nodes: int | Tensor,
    edge_weights: Tensor | None = None,
) -> Tensor:
    r"""Returns \(w_{ji} / \sqrt{d^{out}_j d^{in}_i}\), as for directed graphs.

    See [Rossi et al., 2023](https://arxiv.org/abs/2305.10498), Section 3. Edges of a
    node of degree 0 get weight 0.

    Returns:
        float32 `(E,)`.
    """
    source, target = as_edges(source, target)
    weights = _float_weights(source, edge_weights)
    source_scale = _inverse_sqrt(ops.segment_sum(weights, source, num_nodes))
    target_scale = _inverse_sqrt(ops.segment_sum(weights, target, num_nodes))
    source_scale = ops.take(source_scale, source, axis=0)
    return weights * source_scale * ops.take(target_scale, target, axis=0)


def renormalized_edges(
    source: Tensor,
    target: Tensor,
    num_nodes: int | Tensor,
    edge_weights: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    r"""Returns the edges with self-loops and the weights of the `propagation_matrix`.

    Returns:
        Source and target, int `(E + N,)`, and the weights, float32 `(E + N,)`.
    """
    source, target, edge_weights = add_self_loops(
        source, target, num_nodes, edge_weights
    )
    weights = symmetric_normalization(source, target, num_nodes, edge_weights)
    return source, target, weights


def propagation_matrix(
    source: Tensor,
    target: Tensor,
    num_nodes: int | Tensor,
    edge_weights: Tensor | None = None,
    normalize: bool = True,
) -> EdgeMatrix:
    r"""Returns the `EdgeMatrix` of a graph convolution.

    With `normalize` it is \(\hat{D}^{-1/2} (A + I) \hat{D}^{-1/2}\), the
    renormalization trick of
    [Kipf & Welling, 2017](https://arxiv.org/abs/1609.02907), else \(A\).
    """
    source, target = as_edges(source, target)
    if not normalize:
        return EdgeMatrix(source, target, edge_weights, num_nodes)
    if edge_weights is None:
        kept = kept_result(renormalized_edges, source, target, num_nodes)
        edges = kept or renormalized_edges(source, target, num_nodes)
        source, target, edge_weights = edges
        return EdgeMatrix(source, target, edge_weights, num_nodes)
    kept = kept_result(add_self_loops, source, target, num_nodes)
    with_loops = add_self_loops(source, target, num_nodes, edge_weights)
    source, target = (kept or with_loops)[:2]
    edge_weights = symmetric_normalization(source, target, num_nodes, with_loops[2])
    return EdgeMatrix(source, target, edge_weights, num_nodes)


def _float_weights(source, edge_weights):
    if edge_weights is None:
        return ops.ones_like(source, dtype="float32")
    return ops.cast(edge_weights, "float32")


def _inverse_sqrt(degree):
    # The inner `where` keeps the gradient of the branch not taken finite.
    present = degree > 0
    return ops.where(present, ops.rsqrt(ops.where(present, degree, 1.0)), 0.0)
