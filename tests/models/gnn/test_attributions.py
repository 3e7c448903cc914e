import kerazoo.models.gnn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.layers import edge_mask
from kerazoo.models.gnn import ConvolutionEncoder
from kerazoo.models.gnn import NodeClassifier
from kerazoo.models.gnn.attributions import gradient_times_input
from kerazoo.models.gnn.attributions import integrated_gradients


@pytest.fixture
def score(graph):
    """Function of the name of a convolution to a score of node 1, and its inputs."""

    def function(convolution):
        keras.utils.set_random_seed(0)
        own = graph()
        model = NodeClassifier(ConvolutionEncoder(convolution, 8, 2, 3), 12)
        inputs = {"source": own.source, "target": own.target, "nodes": np.array([1])}

        def call(features, mask):
            with edge_mask(mask):
                return model({**inputs, "node_features": features})[0, 2]

        return call, tf.constant(own.node_features), own.num_edges

    return function


@pytest.mark.parametrize("convolution", ["gcn", "sage", "gatv2"])
def test_integrated_gradients_are_complete(score, convolution):
    call, features, edges = score(convolution)
    found = integrated_gradients(call, features, edges, steps=256)
    nothing = call(tf.zeros_like(features), tf.zeros(edges))
    whole = float(call(features, tf.ones(edges)) - nothing)
    assert abs(whole) > 0.01
    assert found.nodes.sum() + found.edges.sum() == pytest.approx(whole, abs=2e-3)
    assert found.features.sum() == pytest.approx(found.nodes.sum(), abs=1e-6)


def test_gradient_times_input_is_that_of_differences(score):
    call, features, edges = score("gcn")
    found = gradient_times_input(call, features, edges)
    ones, small = np.ones(edges, "float32"), 1e-2
    for edge in range(edges):
        step = small * np.eye(edges, dtype="float32")[edge]
        ends = [float(call(features, ones + sign * step)) for sign in (1, -1)]
        expected = (ends[0] - ends[1]) / (2 * small)
        assert found.edges[edge] == pytest.approx(expected, abs=1e-3)
    assert np.count_nonzero(found.edges) < edges  # Some are too far away.
    assert np.abs(found.edges).max() > 0.01


def test_parts_that_a_score_does_not_depend_on_matter_nothing():
    features = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    for method in (gradient_times_input, integrated_gradients):
        found = method(lambda x, mask: x[1, 0] * 2, features, 3)
        np.testing.assert_allclose(found.nodes, [0, 6], rtol=1e-5)
        np.testing.assert_allclose(found.features, [6, 0], rtol=1e-5)
        np.testing.assert_array_equal(found.edges, np.zeros(3))
