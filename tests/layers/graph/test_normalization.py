import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.layers.graph import normalization


def dense(source, target, weights, num_nodes):
    matrix = np.zeros((num_nodes, num_nodes))
    edges = [ops.convert_to_numpy(x) for x in (target, source, weights)]
    np.add.at(matrix, tuple(edges[:2]), edges[2])
    return matrix


def inverse_power(degrees, power):
    return np.where(degrees > 0, np.maximum(degrees, 1e-9) ** -power, 0)


def symmetric(matrix):
    scale = inverse_power(matrix.sum(axis=1), 0.5)
    return scale[:, None] * matrix * scale


def mean(matrix):
    return inverse_power(matrix.sum(axis=1), 1)[:, None] * matrix


def directed(matrix):
    scale_in = inverse_power(matrix.sum(axis=1), 0.5)
    return scale_in[:, None] * matrix * inverse_power(matrix.sum(axis=0), 0.5)


NORMALIZATIONS = {"symmetric": symmetric, "mean": mean, "directed": directed}


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("name", NORMALIZATIONS)
def test_weights_are_those_of_the_dense_matrix(graph, name, weighted):
    weights = graph.edge_weights if weighted else None
    normalize = getattr(normalization, f"{name}_normalization")
    result = normalize(graph.source, graph.target, graph.num_nodes, weights)
    assert keras.backend.standardize_dtype(result.dtype) == "float32"
    np.testing.assert_allclose(
        dense(graph.source, graph.target, result, graph.num_nodes),
        NORMALIZATIONS[name](graph.adjacency if weighted else graph.counts),
        atol=1e-6,
    )


@pytest.mark.parametrize("name", NORMALIZATIONS)
def test_gradients_by_weights_are_finite_where_degrees_are_0(graph, name, gradients):
    normalize = getattr(normalization, f"{name}_normalization")
    weights = graph.edge_weights.copy()
    weights[graph.target == 1] = 0
    (gradient,) = gradients(
        keras.layers.Layer(),
        lambda w: normalize(graph.source, graph.target, graph.num_nodes, w),
        weights,
    )
    assert np.isfinite(gradient).all()
    assert gradient.any()


def test_degrees_of_bfloat16_weights_are_not_rounded():
    edges = np.zeros(1000, "int32")
    result = normalization.mean_normalization(
        edges, edges, 1, ops.ones((1000,), "bfloat16")
    )
    np.testing.assert_allclose(ops.convert_to_numpy(result), 1e-3, rtol=1e-6)


def test_self_loops_add_the_identity(graph):
    source, target, weights = normalization.add_self_loops(
        graph.source, graph.target, graph.num_nodes, graph.edge_weights
    )
    np.testing.assert_allclose(
        dense(source, target, weights, graph.num_nodes),
        graph.adjacency + np.eye(graph.num_nodes),
        atol=1e-6,
    )


def test_self_loops_without_weights(graph):
    source, target, weights = normalization.add_self_loops(
        graph.source.astype("int64"), graph.target, graph.num_nodes
    )
    assert weights is None
    assert source.shape == target.shape == (10 + 7,)
    np.testing.assert_array_equal(ops.convert_to_numpy(source)[10:], np.arange(7))


@pytest.mark.parametrize("normalize", [True, False])
def test_propagation_matrix(graph, normalize):
    matrix = normalization.propagation_matrix(
        graph.source, graph.target, graph.num_nodes, graph.edge_weights, normalize
    )
    identity = np.eye(graph.num_nodes, dtype="float32")
    expected = graph.adjacency
    if normalize:
        expected = symmetric(expected + identity)
    result = ops.convert_to_numpy(matrix @ ops.array(identity))
    np.testing.assert_allclose(result, expected, atol=1e-6)
