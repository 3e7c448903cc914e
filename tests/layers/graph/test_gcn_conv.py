import keras
import numpy as np
import pytest

from kerazoo.layers.graph.gcn_conv import GCNConv


def numpy_weights(layer):
    return [keras.ops.convert_to_numpy(weight) for weight in layer.weights]


@pytest.mark.parametrize("weighted", [True, False])
def test_equation(graph, randomise, weighted):
    layer = GCNConv(4, activation="tanh")
    weights = graph.edge_weights if weighted else None
    layer.build(graph.node_features.shape)
    kernel, bias = numpy_weights(randomise(layer))
    matrix = graph.adjacency if weighted else graph.counts
    matrix = matrix + np.eye(graph.num_nodes)
    scale = matrix.sum(axis=1) ** -0.5
    expected = scale[:, None] * matrix * scale @ graph.node_features @ kernel + bias
    outputs = layer(graph.node_features, graph.source, graph.target, weights)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(outputs), np.tanh(expected), atol=1e-5
    )


def test_without_normalization_the_weights_are_used_as_they_are(graph, randomise):
    layer = GCNConv(4, normalize=False, use_bias=False)
    layer.build(graph.node_features.shape)
    (kernel,) = numpy_weights(randomise(layer))
    outputs = layer(graph.node_features, graph.source, graph.target, graph.edge_weights)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(outputs),
        graph.adjacency @ graph.node_features @ kernel,
        atol=1e-5,
    )


def test_regularizer_adds_the_loss_of_the_kernel_alone(graph):
    layer = GCNConv(
        4, kernel_regularizer=keras.regularizers.L2(0.5), bias_initializer="ones"
    )
    layer(graph.node_features, graph.source, graph.target)
    kernel = keras.ops.convert_to_numpy(layer.kernel)
    (loss,) = layer.losses
    assert float(loss) == pytest.approx(0.5 * (kernel**2).sum(), rel=1e-5)
