import keras
import numpy as np

from kerazoo.layers.graph.reverse_edges import ReverseEdges


def test_sums_by_hand(graph):
    values = np.random.default_rng(2).normal(size=(len(graph.source), 3))
    values = values.astype("float32")
    pairs = list(zip(graph.source, graph.target))
    expected = [
        sum((values[i] for i, own in enumerate(pairs) if own == pair), np.zeros(3))
        for pair in ((target, source) for source, target in pairs)
    ]
    assert any(np.any(row) for row in expected) and not all(map(np.any, expected))
    reverse = ReverseEdges(graph.source, graph.target, graph.num_nodes)
    found = keras.ops.convert_to_numpy(reverse.sum(keras.ops.array(values)))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_both_directions_of_each_edge_are_exchanged():
    ends = np.array([[0, 1], [1, 2], [3, 1], [2, 3]], "int32")
    source, target = np.concatenate([ends, ends[:, ::-1]]).T
    values = keras.ops.reshape(keras.ops.arange(8, dtype="float32"), (8, 1))
    found = ReverseEdges(source, target, 4).sum(values)
    found = keras.ops.convert_to_numpy(found)[:, 0]
    np.testing.assert_array_equal(found, [4, 5, 6, 7, 0, 1, 2, 3])


def test_no_edges():
    none = np.zeros(0, "int32")
    found = ReverseEdges(none, none, 3).sum(keras.ops.ones((0, 2)))
    assert tuple(found.shape) == (0, 2)
