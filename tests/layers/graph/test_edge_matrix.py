import numpy as np
import pytest
from keras import ops

from kerazoo.layers.graph.edge_matrix import EdgeMatrix


@pytest.mark.parametrize("weighted", [True, False])
def test_product_is_the_dense_matrix_product(graph, weighted):
    weights = graph.edge_weights if weighted else None
    matrix = EdgeMatrix(graph.source, graph.target, weights, graph.num_nodes)
    dense = graph.adjacency if weighted else graph.counts
    result = matrix @ ops.array(graph.node_features)
    expected = dense @ graph.node_features
    np.testing.assert_allclose(ops.convert_to_numpy(result), expected, atol=1e-5)


def test_weights_take_the_dtype_of_the_features(graph):
    matrix = EdgeMatrix(graph.source, graph.target, graph.edge_weights, 7)
    result = matrix @ ops.ones((7, 2), "bfloat16")
    sums = ops.convert_to_numpy(ops.cast(result, "float32"))[:, 0]
    np.testing.assert_allclose(sums, graph.adjacency.sum(axis=1), rtol=2e-2)


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        (None, [0], "or an `adjacency` where.*Received: source=None"),
        ([0], None, "must both be given.*Received: target=None"),
        ([[0, 1], [1, 0]], [0, 1], r"vectors of one length.*source.shape=\(2, 2\)"),
        ([0, 1], [0, 1, 2], r"vectors of one length.*target.shape=\(3,\)"),
        ([0, 1], [0.0, 1.0], r"`target` must hold.*target.dtype=float32"),
    ],
)
def test_wrong_edges_raise(source, target, message):
    with pytest.raises(ValueError, match=message):
        EdgeMatrix(source, target, None, 3)
