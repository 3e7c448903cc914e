import keras
import numpy as np
import pytest

from kerazoo.layers.graph.gin_conv import GINConv
from kerazoo.layers.graph.gine_conv import GINEConv


def weights_by_name(layer):
    return {
        "/".join(v.path.split("/")[-2:]): keras.ops.convert_to_numpy(v)
        for v in layer.weights
    }


def perceptron(layer, inputs):
    w = weights_by_name(layer)
    hidden = inputs @ w["hidden/kernel"] + w["hidden/bias"]
    if layer.batch_normalization:
        deviation = np.sqrt(w["normalization/moving_variance"] + 1e-3)
        hidden = (hidden - w["normalization/moving_mean"]) / deviation
        hidden = hidden * w["normalization/gamma"] + w["normalization/beta"]
    return np.maximum(hidden, 0) @ w["output/kernel"] + w["output/bias"]


@pytest.mark.parametrize("batch_normalization", [True, False])
@pytest.mark.parametrize("learn_epsilon", [True, False])
def test_gin_equation(graph, randomise, batch_normalization, learn_epsilon):
    layer = GINConv(
        4,
        hidden_units=5,
        batch_normalization=batch_normalization,
        learn_epsilon=learn_epsilon,
        epsilon=0.25,
    )
    layer.build(graph.node_features.shape)
    if learn_epsilon:
        assert float(layer.epsilon_weight) == 0.25
    randomise(layer)
    epsilon = float(layer.epsilon_weight) if learn_epsilon else 0.25
    inputs = (1 + epsilon) * graph.node_features
    inputs = inputs + graph.adjacency @ graph.node_features
    outputs = layer(graph.node_features, graph.source, graph.target, graph.edge_weights)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(outputs), perceptron(layer, inputs), atol=1e-5
    )


def test_gine_equation(graph, randomise):
    layer = GINEConv(4, epsilon=0.25)
    inputs = graph.node_features, graph.source, graph.target, graph.edge_features
    layer(*inputs)
    randomise(layer)
    w = weights_by_name(layer)
    total = 1.25 * graph.node_features
    for source, target, edge in zip(graph.source, graph.target, graph.edge_features):
        message = graph.node_features[source] + edge @ w["edge/kernel"] + w["edge/bias"]
        total[target] += np.maximum(message, 0)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(layer(*inputs)), perceptron(layer, total), atol=1e-5
    )


@pytest.mark.parametrize("layer_class", [GINConv, GINEConv])
def test_masked_nodes_do_not_count_in_the_batch_statistics(graph, layer_class):
    edges = [graph.source, graph.target]
    if layer_class is GINEConv:
        edges.append(graph.edge_features)
    padded = np.concatenate([graph.node_features, np.full((5, 6), 3.0, "f")])
    results = []
    for features, mask in (
        (graph.node_features, None),
        (padded, np.arange(12) < 7),
        (padded, None),
    ):
        keras.utils.set_random_seed(0)
        layer = layer_class(4)
        outputs = layer(features, *edges, node_mask=mask, training=True)
        moving_mean = keras.ops.convert_to_numpy(layer.normalization.moving_mean)
        results.append((keras.ops.convert_to_numpy(outputs)[:7], moving_mean))
    (plain, plain_mean), (masked, masked_mean), (unmasked, unmasked_mean) = results
    np.testing.assert_allclose(masked, plain, atol=1e-5)
    np.testing.assert_allclose(masked_mean, plain_mean, atol=1e-6)
    assert np.abs(unmasked - plain).max() > 0.01
    assert np.abs(unmasked_mean - plain_mean).max() > 0.01


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="needs replicas of tf.distribute"
)
def test_synchronized_reaches_the_batch_normalization(graph):
    layer = GINConv(4, synchronized=True)
    layer.build(graph.node_features.shape)
    assert layer.normalization.synchronized


@pytest.mark.parametrize("layer_class", [GINConv, GINEConv])
def test_no_units_raise(layer_class):
    with pytest.raises(ValueError, match="`units` must be positive. Received: units=0"):
        layer_class(0)
