import kerazoo.models.gnn  # noqa: F401

# isort: split
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.layers.graph.sparse_product import sparse_product
from kerazoo.models.gnn.adjacency_matrix import AdjacencyMatrix

# Both kernels, and widths that are and are not multiples of the vector unit's.
WIDTHS = [1, 7, 16, 31, 32, 33, 65]
NUM_NODES = 11
RANDOM = np.random.default_rng(0)
# Edges in no order, many twice; nothing enters or leaves the last node.
SOURCE, TARGET = RANDOM.integers(0, NUM_NODES - 1, (2, 60))
WEIGHTS = RANDOM.normal(size=60).astype("float32")


def dense_matrix(weights=WEIGHTS):
    matrix = np.zeros((NUM_NODES, NUM_NODES))
    np.add.at(matrix, (TARGET, SOURCE), weights)
    return matrix


def product_and_gradient(matrix, features, upstream):
    with tf.GradientTape() as tape:
        tape.watch(features)
        product = matrix @ features
        loss = tf.reduce_sum(product * upstream)
    return product, tape.gradient(loss, features)


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "function"])
@pytest.mark.parametrize("width", WIDTHS)
def test_product_and_gradient_are_those_of_the_dense_matrix(width, compiled):
    matrix = AdjacencyMatrix(SOURCE, TARGET, WEIGHTS, NUM_NODES)
    features = RANDOM.normal(size=(NUM_NODES, width)).astype("float32")
    upstream = RANDOM.normal(size=(NUM_NODES, width)).astype("float32")
    call = tf.function(product_and_gradient) if compiled else product_and_gradient
    product, gradient = call(matrix, tf.constant(features), upstream)
    assert product.shape == (NUM_NODES, width)
    np.testing.assert_allclose(product, dense_matrix() @ features, atol=1e-5)
    np.testing.assert_allclose(gradient, dense_matrix().T @ upstream, atol=1e-5)


def test_entries_without_weights_are_ones():
    matrix = AdjacencyMatrix(SOURCE, TARGET, None, NUM_NODES)
    assert matrix.shape == (NUM_NODES, NUM_NODES)
    expected = dense_matrix(np.ones(60))
    assert expected.max() > 1
    np.testing.assert_array_equal(matrix @ tf.eye(NUM_NODES), expected)


@pytest.mark.parametrize("width", [3, 40])
def test_matrix_without_entries(width):
    matrix = AdjacencyMatrix(np.zeros(0, "int32"), np.zeros(0, "int32"), None, 5)
    product, gradient = product_and_gradient(matrix, tf.ones((5, width)), 1.0)
    np.testing.assert_array_equal(product, np.zeros((5, width)))
    np.testing.assert_array_equal(gradient, np.zeros((5, width)))


@pytest.mark.parametrize("width", [3, 40])
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_goes_in_and_comes_out(width, dtype):
    matrix = AdjacencyMatrix(SOURCE, TARGET, WEIGHTS, NUM_NODES)
    features = tf.cast(RANDOM.normal(size=(NUM_NODES, width)), dtype)
    upstream = tf.cast(RANDOM.normal(size=(NUM_NODES, width)), dtype)
    product, gradient = product_and_gradient(matrix, features, upstream)
    assert product.dtype == gradient.dtype == dtype
    for found, expected in (
        (product, dense_matrix() @ tf.cast(features, tf.float64)),
        (gradient, dense_matrix().T @ tf.cast(upstream, tf.float64)),
    ):
        # Summed in single precision, so rounded once.
        found = tf.cast(found, tf.float64)
        np.testing.assert_allclose(found, expected, rtol=5e-3, atol=1e-4)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("transpose", [False, True])
def test_product_of_a_matrix_that_is_not_square(width, transpose):
    entries = RANDOM.normal(size=(6, 9)) * (RANDOM.random((6, 9)) < 0.3)
    dense = RANDOM.normal(size=(6 if transpose else 9, width)).astype("float32")
    matrix = tf.sparse.from_dense(tf.constant(entries, tf.float32))
    product = sparse_product(matrix, tf.constant(dense), transpose=transpose)
    expected = (entries.T if transpose else entries) @ dense
    assert product.shape == expected.shape
    np.testing.assert_allclose(product, expected, atol=1e-5)
