"""The product on TensorFlow, in each of the ways that its edges can be given."""

import gc

import keras
import numpy as np
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("TensorFlow has a product of its own", allow_module_level=True)
import tensorflow as tf

from kerazoo import layers
from kerazoo.layers.graph import kept_results
from kerazoo.layers.graph.edge_matrix import EdgeMatrix
from kerazoo.layers.graph.edge_product import portable_products
from kerazoo.layers.graph.normalization import propagation_matrix

UNKNOWN = [
    tf.TensorSpec([None], tf.int32),
    tf.TensorSpec([None], tf.int32),
    tf.TensorSpec([None], tf.float32),
]


def product_and_gradients(source, target, weights, features, upstream):
    with tf.GradientTape() as tape:
        tape.watch([weights, features])
        product = (
            EdgeMatrix(source, target, weights, keras.ops.shape(features)[0]) @ features
        )
        loss = tf.reduce_sum(product * tf.cast(upstream, product.dtype))
    gradients = tape.gradient(loss, [features, weights])
    return product, *map(tf.convert_to_tensor, gradients)


def first(*inputs):
    return product_and_gradients(*inputs)


def again(*inputs):
    product_and_gradients(*inputs)
    return product_and_gradients(*inputs)


def closed_over(source, target, weights, *inputs):
    return tf.function(
        lambda *values: product_and_gradients(source, target, weights, *values)
    )(*inputs)


def of_arguments(*inputs):
    shapes = [tf.TensorSpec([None, x.shape[1]], x.dtype) for x in inputs[3:]]
    return tf.function(product_and_gradients, input_signature=UNKNOWN + shapes)(*inputs)


def compiled(*inputs):
    return tf.function(product_and_gradients, jit_compile=True)(*inputs)


@pytest.mark.parametrize("way", [first, again, closed_over, of_arguments, compiled])
@pytest.mark.parametrize(
    ("width", "dtype"), [(3, "float32"), (45, "float32"), (3, "bfloat16")]
)
def test_product_and_gradients_are_those_of_the_dense_matrix(graph, way, width, dtype):
    random = np.random.default_rng(1)
    features, upstream = random.normal(size=(2, 7, width))
    features = tf.cast(features, dtype)
    edges = tf.constant(graph.source), tf.constant(graph.target)
    found = way(*edges, tf.constant(graph.edge_weights), features, upstream)
    x, dense = np.asarray(tf.cast(features, tf.float64)), graph.adjacency
    by_edge = (upstream[graph.target] * x[graph.source]).sum(axis=1)
    tolerance = 1e-4 if dtype == "float32" else 0.1
    for value, expected in zip(found, (dense @ x, dense.T @ upstream, by_edge)):
        value = tf.cast(value, tf.float64)
        np.testing.assert_allclose(value, expected, atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("kept", [False, True])
def test_gradient_of_the_gradient(graph, kept):
    source, target = tf.constant(graph.source), tf.constant(graph.target)
    features = tf.constant(graph.node_features, tf.float64)

    def loss(features):
        return tf.reduce_sum((EdgeMatrix(source, target, None, 7) @ features) ** 4)

    def norm(features):
        with tf.GradientTape() as tape:
            tape.watch(features)
            value = loss(features)
        return tf.reduce_sum(tape.gradient(value, features) ** 2)

    if kept:
        loss(features)
    theory, numbers = tf.test.compute_gradient(norm, [features])
    scale = np.abs(numbers[0]).max()
    np.testing.assert_allclose(theory[0] / scale, numbers[0] / scale, atol=1e-5)


@pytest.mark.parametrize("weighted", [False, True])
def test_gradients_of_a_layer_are_those_of_differences(graph, weighted):
    edges = tf.constant(graph.source), tf.constant(graph.target)
    inputs = [tf.constant(graph.node_features[:, :2], tf.float64)]
    if weighted:
        inputs.append(tf.constant(graph.edge_weights, tf.float64))
    layer = layers.GCNConv(1, activation="tanh", dtype="float64")

    def call(features, weights=None):
        return layer(features, *edges, weights)

    call(*inputs)  # Builds the layer; the second call keeps what it found.
    # Degrees are summed in float32, in which smaller differences are lost.
    theory, numbers = tf.test.compute_gradient(call, inputs, delta=1e-2)
    for found, expected in zip(theory, numbers):
        np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.slow
def test_what_is_kept_goes_with_the_edges(graph):
    gc.collect()
    before = set(kept_results._kept)
    source, target = tf.constant(graph.source), tf.constant(graph.target)
    features = tf.constant(graph.node_features)
    calls = [propagation_matrix(source, target, 7) for _ in range(3)]
    assert calls[1].source is calls[2].source  # No new edges with their self-loops.
    for call in calls:
        np.testing.assert_allclose(call @ features, calls[0] @ features, atol=1e-5)
    EdgeMatrix(source, target, None, 7) @ features
    assert len(set(kept_results._kept) - before) >= 3
    del source, target, calls, call
    gc.collect()
    assert not set(kept_results._kept) - before


def test_same_edges_among_more_nodes(graph):
    source, target = tf.constant(graph.source), tf.constant(graph.target)
    for _ in range(3):
        for nodes in (7, 9):
            product = EdgeMatrix(source, target, None, nodes) @ tf.ones((nodes, 2))
            degrees = np.bincount(graph.target, minlength=nodes)
            np.testing.assert_array_equal(product[:, 0], degrees)


@pytest.mark.parametrize("name", ["source", "target"])
def test_edges_of_nodes_that_are_not_there_raise(graph, name):
    ends = {"source": graph.source, "target": graph.target}
    ends[name] = np.where(np.arange(10) == 4, 7, ends[name])
    ends = {key: tf.constant(value) for key, value in ends.items()}
    matrix = EdgeMatrix(**ends, weights=None, num_nodes=7)
    with pytest.raises(tf.errors.InvalidArgumentError, match="out of bounds"):
        matrix @ tf.ones((7, 2))
    with pytest.raises(ValueError, match=f"`{name}` must hold.*7 nodes.*from . to 7"):
        matrix @ tf.ones((7, 2))


def test_portable_products_have_no_sparse_operations(graph):
    def operations():
        call = tf.function(
            lambda x: EdgeMatrix(graph.source, graph.target, None, 7) @ x
        ).get_concrete_function(tf.TensorSpec([7, 4]))
        return {operation.type for operation in call.graph.get_operations()}

    assert any("Sparse" in name for name in operations())
    with portable_products():
        assert not any("Sparse" in name for name in operations())
