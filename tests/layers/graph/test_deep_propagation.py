import keras
import numpy as np
import pytest

from kerazoo.layers.graph.appnp_propagation import APPNPPropagation
from kerazoo.layers.graph.edge_matrix import EdgeMatrix
from kerazoo.layers.graph.gcnii_conv import GCNIIConv


def normalized(matrix):
    matrix = matrix + np.eye(len(matrix))
    scale = matrix.sum(axis=1) ** -0.5
    return scale[:, None] * matrix * scale


def test_appnp_with_many_steps_is_personalized_page_rank(graph):
    layer = APPNPPropagation(num_steps=60, teleport=0.3)
    outputs = layer(graph.node_features, graph.source, graph.target, graph.edge_weights)
    # The limit, Equation 3 of Gasteiger et al.
    system = np.eye(7) - 0.7 * normalized(graph.adjacency)
    expected = 0.3 * np.linalg.solve(system, graph.node_features)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(outputs), expected, atol=1e-5)


def test_appnp_with_two_steps(graph):
    layer = APPNPPropagation(num_steps=2, teleport=0.3, normalize=False)
    outputs = layer(graph.node_features, graph.source, graph.target)
    matrix, x = graph.counts, graph.node_features
    expected = 0.49 * matrix @ matrix @ x + 0.21 * matrix @ x + 0.3 * x
    np.testing.assert_allclose(keras.ops.convert_to_numpy(outputs), expected, atol=1e-5)


@pytest.mark.parametrize("normalize", [True, False])
def test_appnp_drops_edges_in_training_and_keeps_the_mean(graph, normalize):
    layer = APPNPPropagation(1, 0.1, dropout=0.5, normalize=normalize, seed=0)
    many = 2000  # Copies of one graph, side by side.
    offsets = np.repeat(np.arange(many, dtype="int32") * 7, len(graph.source))
    inputs = (
        np.tile(graph.node_features, (many, 1)),
        np.tile(graph.source, many) + offsets,
        np.tile(graph.target, many) + offsets,
    )
    still = keras.ops.convert_to_numpy(layer(*inputs))[:7]
    dropped = keras.ops.convert_to_numpy(layer(*inputs, training=True))
    dropped = dropped.reshape(many, 7, -1)
    error = dropped.std(axis=0).max() / many**0.5
    assert error > 1e-3
    np.testing.assert_allclose(dropped.mean(axis=0), still, atol=5 * error)


def test_appnp_cannot_drop_edges_of_an_adjacency(graph):
    matrix = EdgeMatrix(graph.source, graph.target, None, 7)
    layer = APPNPPropagation(dropout=0.5)
    layer(graph.node_features, adjacency=matrix)
    with pytest.raises(ValueError, match=r"dropped only from.*dropout=0.5"):
        layer(graph.node_features, adjacency=matrix, training=True)


@pytest.mark.parametrize("normalize", [True, False])
def test_gcnii_equation(graph, randomise, normalize):
    layer = GCNIIConv(alpha=0.2, beta=0.3, normalize=normalize, activation="tanh")
    inputs = (
        graph.node_features,
        graph.initial_features,
        graph.source,
        graph.target,
        graph.edge_weights,
    )
    layer(*inputs)
    randomise(layer)
    matrix = normalized(graph.adjacency) if normalize else graph.adjacency
    support = 0.8 * matrix @ graph.node_features + 0.2 * graph.initial_features
    kernel = keras.ops.convert_to_numpy(layer.kernel)
    expected = np.tanh(support @ (0.7 * np.eye(6) + 0.3 * kernel))
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(layer(*inputs)), expected, atol=1e-5
    )


@pytest.mark.parametrize(
    ("layer_class", "arguments", "message"),
    [
        (APPNPPropagation, {"num_steps": 0}, "`num_steps` must be.*num_steps=0"),
        (APPNPPropagation, {"teleport": 1.5}, "`teleport` must be.*teleport=1.5"),
        (GCNIIConv, {"alpha": -0.1}, "`alpha` must be.*alpha=-0.1"),
        (GCNIIConv, {"beta": 1.1}, "`beta` must be.*beta=1.1"),
    ],
)
def test_wrong_arguments_raise(layer_class, arguments, message):
    with pytest.raises(ValueError, match=message):
        layer_class(**arguments)


def test_gcnii_features_of_two_widths_raise(graph):
    with pytest.raises(ValueError, match=r"\(nodes, 6\).*initial_.*shape=\(7, 5\)"):
        GCNIIConv()(
            graph.node_features,
            graph.initial_features[:, :5],
            graph.source,
            graph.target,
        )
