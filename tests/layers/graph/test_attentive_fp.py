"""AttentiveFP's block and pooling against their equations, node by node."""

import keras
import numpy as np
import pytest
from scipy import special

from kerazoo.layers.graph.attentive_fp_block import AttentiveFPBlock
from kerazoo.layers.graph.attentive_fp_pooling import AttentiveFPPooling


def leaky_relu(x):
    return np.where(x > 0, x, 0.01 * x)


def elu(x):
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def weights_of(layer):
    return {
        "/".join(v.path.split("/")[1:]): keras.ops.convert_to_numpy(v)
        for v in layer.weights
    }


def dense(weights, name, x):
    outputs = x @ weights[f"{name}/kernel"]
    return outputs + weights.get(f"{name}/bias", 0)


def gated(weights, context, state):
    """A gated recurrent unit whose reset gate comes after the product, and a ReLU."""
    bias, own_bias = weights["unit/bias"]
    update, reset, candidate = np.split(
        context @ weights["unit/kernel"] + bias, 3, axis=-1
    )
    own_update, own_reset, own_candidate = np.split(
        state @ weights["unit/recurrent_kernel"] + own_bias, 3, axis=-1
    )
    gate = special.expit(update + own_update)
    new = np.tanh(candidate + special.expit(reset + own_reset) * own_candidate)
    return np.maximum(gate * state + (1 - gate) * new, 0)


def attended(scores, values):
    attention = special.softmax(leaky_relu(np.array(scores)))
    return elu(np.sum(attention[:, None] * np.array(values), axis=0))


@pytest.mark.parametrize("has_features", [True, False])
def test_block(graph, randomise, has_features):
    layer = AttentiveFPBlock(dropout=0.5)  # Of no effect outside of training.
    features = graph.edge_features if has_features else None
    arguments = (graph.node_features, graph.source, graph.target, features)
    layer(*arguments)
    randomise(layer)
    weights, x = weights_of(layer), graph.node_features
    expected = []
    for i, own in enumerate(x):
        scores, values = [], []
        for edge in np.flatnonzero(graph.target == i):
            neighbour = x[graph.source[edge]]
            if has_features:
                neighbour = dense(weights, "neighbour", neighbour)
                neighbour = neighbour + dense(weights, "edge", features[edge])
                neighbour = leaky_relu(neighbour)
            score = dense(weights, "node_score", own)
            score = score + dense(weights, "neighbour_score", neighbour)
            scores.append(float(score[0]))
            values.append(dense(weights, "value", neighbour))
        context = attended(scores, values) if scores else np.zeros_like(own)
        expected.append(gated(weights, context, own))
    found = keras.ops.convert_to_numpy(layer(*arguments))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_pooling(graph, randomise):
    layer = AttentiveFPPooling(num_steps=3, dropout=0.5)
    ids = np.array([0, 0, 0, 1, 1, 3, 3], "int32")  # The third graph has no nodes.
    layer(graph.node_features, ids, num_graphs=4)
    randomise(layer)
    weights, x = weights_of(layer), graph.node_features
    expected = []
    for number in range(4):
        own = x[ids == number]
        state = np.maximum(own.sum(axis=0), 0)
        for _ in range(3):
            score = dense(weights, "graph_score", state)
            scores = (score + dense(weights, "node_score", own))[:, 0]
            context = np.zeros_like(state)
            if len(own):
                context = attended(scores, dense(weights, "value", own))
            state = gated(weights, context, state)
        expected.append(state)
    found = layer(graph.node_features, ids, num_graphs=4)
    found = keras.ops.convert_to_numpy(found)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_gradients_of_the_pooling_reach_every_weight(graph, randomise, gradients):
    layer = AttentiveFPPooling()
    ids = np.array([0, 0, 0, 1, 1, 1, 1], "int32")
    layer(graph.node_features, ids, num_graphs=2)
    randomise(layer)
    found = gradients(layer, lambda x: layer(x, ids, num_graphs=2), graph.node_features)
    for variable, gradient in zip(layer.trainable_variables, found):
        assert np.isfinite(gradient).all() and gradient.any(), variable.path


def test_config_of_the_pooling():
    layer = AttentiveFPPooling(3, 0.1, seed=2, name="pooling")
    again = AttentiveFPPooling.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    with pytest.raises(ValueError, match="`num_steps` must be positive"):
        AttentiveFPPooling(0)
