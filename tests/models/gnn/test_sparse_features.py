import kerazoo.models.gnn  # noqa: F401

# isort: split
import numpy as np
import pytest
import tensorflow as tf

from kerazoo import layers
from kerazoo.models.gnn.feature_dense import FeatureDense
from kerazoo.models.gnn.feature_dropout import FeatureDropout
from kerazoo.models.gnn.sparse_features import SparseFeatures

RANDOM = np.random.default_rng(0)
DENSE = RANDOM.normal(size=(9, 20)) * (RANDOM.random((9, 20)) < 0.3)
DENSE = DENSE.astype("float32")
DENSE[4] = 0


def sparse_features(dense=DENSE):
    indices = np.argwhere(dense)
    return SparseFeatures(indices, dense[tuple(indices.T)], dense.shape)


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "function"])
@pytest.mark.parametrize("width", [1, 7, 31, 32, 33, 65])
def test_product_and_gradient_are_those_of_the_dense_matrix(width, compiled):
    kernel = RANDOM.normal(size=(20, width)).astype("float32")
    upstream = RANDOM.normal(size=(9, width)).astype("float32")
    features = sparse_features()

    def call(kernel):
        with tf.GradientTape() as tape:
            tape.watch(kernel)
            product = features @ kernel
            loss = tf.reduce_sum(product * upstream)
        return product, tape.gradient(loss, kernel)

    call = tf.function(call) if compiled else call
    product, gradient = call(tf.constant(kernel))
    np.testing.assert_allclose(product, DENSE @ kernel, atol=1e-5)
    np.testing.assert_allclose(gradient, DENSE.T @ upstream, atol=1e-5)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_kernel_of_half_precision(dtype):
    kernel = tf.cast(RANDOM.normal(size=(20, 5)), dtype)
    product = sparse_features() @ kernel
    assert product.dtype == dtype
    np.testing.assert_allclose(
        tf.cast(product, tf.float32),
        DENSE @ tf.cast(kernel, tf.float32),
        rtol=5e-3,
        atol=1e-4,
    )


def test_new_values_at_the_same_places():
    doubled = sparse_features().with_values(sparse_features().values * 2)
    assert isinstance(doubled, SparseFeatures)
    np.testing.assert_array_equal(tf.sparse.to_dense(doubled), 2 * DENSE)


@pytest.mark.parametrize(
    "layer",
    [
        layers.GCNConv(5),
        layers.SAGEConv(5),
        layers.GATConv(5, num_heads=2),
        layers.GATv2Conv(5, num_heads=2),
        layers.RGCNConv(5, num_relations=2, num_bases=1),
        layers.DirectedConv(5),
        FeatureDense(5, activation="relu"),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_layer_takes_sparse_features_as_dense_ones(layer):
    source, target = RANDOM.integers(0, 9, (2, 20)).astype("int32")
    edges = {} if isinstance(layer, FeatureDense) else {"source": source}
    if edges:
        edges["target"] = target
    if isinstance(layer, layers.RGCNConv):
        edges["edge_types"] = RANDOM.integers(0, 2, 20).astype("int32")

    def call(features):
        with tf.GradientTape() as tape:
            outputs = layer(features, **edges)
            loss = tf.reduce_sum(outputs**2)
        return outputs, tape.gradient(loss, layer.trainable_variables)

    expected, expected_gradients = call(tf.constant(DENSE))
    assert expected.shape[0] == 9
    outputs, gradients = call(sparse_features())
    np.testing.assert_allclose(outputs, expected, atol=1e-5)
    for one, other in zip(gradients, expected_gradients, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("is_sparse", [False, True], ids=["dense", "sparse"])
def test_dropout_keeps_zeros_and_the_expectation(is_sparse):
    layer = FeatureDropout(0.75, seed=0)
    inputs = sparse_features() if is_sparse else tf.constant(DENSE)

    @tf.function
    def draw():
        outputs = layer(inputs, training=True)
        return tf.sparse.to_dense(outputs) if is_sparse else outputs

    draws = np.array([draw() for _ in range(400)])
    kept = draws != 0
    assert not kept[:, DENSE == 0].any()
    scaled = np.broadcast_to(4 * DENSE, draws.shape)
    np.testing.assert_allclose(draws[kept], scaled[kept], rtol=1e-6)
    assert kept[:, DENSE != 0].mean() == pytest.approx(0.25, abs=0.01)
    # Every entry by itself is kept a quarter of the time: 6 standard deviations.
    each = kept[:, DENSE != 0].mean(axis=0)
    np.testing.assert_allclose(each, 0.25, atol=6 * np.sqrt(0.25 * 0.75 / 400))


def test_dropped_sparse_features_still_multiply_without_detours():
    outputs = FeatureDropout(0.5)(sparse_features(), training=True)
    assert isinstance(outputs, SparseFeatures)
    np.testing.assert_allclose(
        outputs @ tf.eye(20), tf.sparse.to_dense(outputs), atol=1e-6
    )


@pytest.mark.parametrize(("rate", "training"), [(0.5, False), (0.0, True)])
def test_dropout_is_off_in_inference_and_at_rate_0(rate, training):
    layer = FeatureDropout(rate)
    outputs = layer(sparse_features(), training=training)
    np.testing.assert_array_equal(tf.sparse.to_dense(outputs), DENSE)
    np.testing.assert_array_equal(layer(DENSE, training=training), DENSE)
    np.testing.assert_array_equal(layer(DENSE), DENSE)


def test_dropout_is_saved_with_its_rate():
    layer = FeatureDropout(0.3, seed=5)
    assert FeatureDropout.from_config(layer.get_config()).rate == 0.3
