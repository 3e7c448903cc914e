import keras
import numpy as np
import pytest

from kerazoo.layers.graph.sage_conv import SAGEConv


def dense_aggregate(graph, aggregator):
    if aggregator == "max":
        return np.stack(
            [
                graph.node_features[row > 0].max(axis=0) if row.any() else np.zeros(6)
                for row in graph.adjacency
            ]
        )
    matrix = graph.adjacency
    if aggregator == "mean":
        matrix = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1e-9)
    return matrix @ graph.node_features


@pytest.mark.parametrize("aggregator", ["mean", "sum", "max"])
def test_equation(graph, randomise, aggregator):
    layer = SAGEConv(4, aggregator=aggregator)
    layer.build(graph.node_features.shape)
    randomise(layer)
    self_kernel, kernel, bias = (
        keras.ops.convert_to_numpy(w)
        for w in (layer.self_kernel, layer.kernel, layer.bias)
    )
    weights = None if aggregator == "max" else graph.edge_weights
    outputs = layer(graph.node_features, graph.source, graph.target, weights)
    expected = graph.node_features @ self_kernel + bias
    expected = expected + dense_aggregate(graph, aggregator) @ kernel
    np.testing.assert_allclose(keras.ops.convert_to_numpy(outputs), expected, atol=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16"])
def test_normalized_outputs_have_norm_1_or_are_0(graph, dtype):
    layer = SAGEConv(4, normalize=True, use_bias=False, dtype=dtype)
    features = graph.node_features.copy()
    features[6] = 0  # Isolated, so that its output is 0 before it is scaled.
    outputs = layer(features, graph.source, graph.target)
    norms = np.linalg.norm(keras.ops.convert_to_numpy(outputs).astype("f"), axis=1)
    np.testing.assert_allclose(norms, [1] * 6 + [0], atol=1e-3)


def test_self_and_neighbours_start_with_kernels_of_their_own(graph):
    layer = SAGEConv(4)
    layer.build(graph.node_features.shape)
    kernel, self_kernel = (
        keras.ops.convert_to_numpy(w) for w in (layer.kernel, layer.self_kernel)
    )
    assert np.abs(kernel - self_kernel).min() > 0


@pytest.mark.parametrize("argument", ["edge_weights", "adjacency"])
def test_maximum_of_weighted_neighbours_raises(graph, argument):
    with pytest.raises(
        ValueError, match=f'"max"` takes neither.*Received: `{argument}`'
    ):
        SAGEConv(4, aggregator="max")(
            graph.node_features,
            graph.source,
            graph.target,
            **{argument: graph.edge_weights},
        )
