import numpy as np

from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.size_descriptors import size_descriptors


def test_hand_worked_path_of_three_nodes():
    features = np.array([[1.0, 0.0, -2.0], [1.0, 0.0, 0.0], [0.0, 1.0, -1.0]])
    graph = Graph(features, np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1]))
    expected = [np.log(4), 4 / 3, np.log(3), np.log(2), -np.log(4)]
    np.testing.assert_allclose(size_descriptors(graph), expected, rtol=1e-6)


def test_order_of_the_nodes_does_not_matter():
    random = np.random.default_rng(0)
    features = random.normal(size=(5, 3))
    source, target = random.integers(0, 5, (2, 8))
    order = random.permutation(5)
    moved = Graph(features[order], np.argsort(order)[source], np.argsort(order)[target])
    np.testing.assert_allclose(
        size_descriptors(moved),
        size_descriptors(Graph(features, source, target)),
        rtol=1e-6,
    )
