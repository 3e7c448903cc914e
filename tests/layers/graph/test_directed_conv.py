import keras
import numpy as np
import pytest

from kerazoo.layers.graph.directed_conv import DirectedConv


def normalized(matrix):
    scale_in = np.maximum(matrix.sum(axis=1), 1e-9) ** -0.5
    scale_out = np.maximum(matrix.sum(axis=0), 1e-9) ** -0.5
    return scale_in[:, None] * matrix * scale_out


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("learn_alpha", [True, False])
def test_equation(graph, randomise, learn_alpha, normalize):
    layer = DirectedConv(4, alpha=0.3, learn_alpha=learn_alpha, normalize=normalize)
    layer.build(graph.node_features.shape)
    if learn_alpha:
        assert float(layer.alpha_weight) == pytest.approx(0.3)
    randomise(layer)
    alpha = float(layer.alpha_weight) if learn_alpha else 0.3
    matrix = normalized(graph.adjacency) if normalize else graph.adjacency
    own, incoming, outgoing, bias = (
        keras.ops.convert_to_numpy(w)
        for w in (
            layer.self_kernel,
            layer.incoming_kernel,
            layer.outgoing_kernel,
            layer.bias,
        )
    )
    x = graph.node_features
    expected = x @ own + bias + alpha * matrix @ x @ incoming
    expected = expected + (1 - alpha) * matrix.T @ x @ outgoing
    outputs = layer(x, graph.source, graph.target, graph.edge_weights)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(outputs), expected, atol=1e-5)


def test_reversed_edges_with_exchanged_kernels_give_the_same(graph):
    layer, mirrored = DirectedConv(4, alpha=0.3), DirectedConv(4, alpha=0.7)
    outputs = layer(graph.node_features, graph.source, graph.target)
    mirrored.build(graph.node_features.shape)
    mirrored.self_kernel.assign(layer.self_kernel)
    mirrored.incoming_kernel.assign(layer.outgoing_kernel)
    mirrored.outgoing_kernel.assign(layer.incoming_kernel)
    reverse = mirrored(graph.node_features, graph.target, graph.source)
    np.testing.assert_allclose(
        *(keras.ops.convert_to_numpy(x) for x in (outputs, reverse)), atol=1e-6
    )
