import keras
import numpy as np
import pytest

from kerazoo.layers.graph.directed_message_passing import DirectedMessagePassing


def relu(x):
    return np.maximum(x, 0)


def by_hand(layer, graph, edge_features):
    """The paper's equations, edge by edge."""
    weights = {
        v.path.split("/")[-1]: keras.ops.convert_to_numpy(v) for v in layer.weights
    }
    x, edges = graph.node_features, list(zip(graph.source, graph.target))
    start = x[graph.source] @ weights["input_kernel"]
    if edge_features is not None:
        start = start + edge_features @ weights["edge_kernel"]
    states = relu(start)
    for _ in range(layer.num_steps - 1):
        messages = np.zeros_like(states)
        for i, (v, w) in enumerate(edges):
            for j, (k, other) in enumerate(edges):
                if other == v and k != w:
                    messages[i] += states[j]
        states = relu(start + messages @ weights["message_kernel"])
    sums = np.zeros((len(x), layer.units))
    np.add.at(sums, graph.target, states)
    outputs = x @ weights["node_kernel"] + sums @ weights["sum_kernel"]
    return relu(outputs + weights["bias"])


@pytest.mark.parametrize("num_steps", [1, 2, 4])
@pytest.mark.parametrize("has_features", [True, False])
def test_equations(graph, randomise, num_steps, has_features):
    layer = DirectedMessagePassing(5, num_steps)
    # An edge with its reverse, and one that is there twice with its reverse.
    graph.source = np.concatenate([graph.source, [1, 2]]).astype("int32")
    graph.target = np.concatenate([graph.target, [0, 1]]).astype("int32")
    random = np.random.default_rng(3)
    features = random.normal(size=(12, 3)).astype("float32") if has_features else None
    arguments = (graph.node_features, graph.source, graph.target, features)
    layer(*arguments)
    randomise(layer)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(layer(*arguments)),
        by_hand(layer, graph, features),
        rtol=1e-4,
        atol=1e-4,
    )


def test_a_message_does_not_turn_back(randomise):
    """On a chain what is at one end reaches the other, and never comes back."""
    source = np.array([0, 1, 1, 2], "int32")
    target = np.array([1, 0, 2, 1], "int32")
    layer = DirectedMessagePassing(4, num_steps=2, activation="tanh")
    layer(np.ones((3, 2), "float32"), source, target)
    randomise(layer)
    x = np.ones((3, 2), "float32")
    before = keras.ops.convert_to_numpy(layer(x, source, target))
    # The end takes part in its own output by its own kernel alone.
    layer.node_kernel.assign(np.zeros((2, 4)))
    alone = keras.ops.convert_to_numpy(layer(x, source, target))
    x[0] = 5
    after = keras.ops.convert_to_numpy(layer(x, source, target))
    assert np.abs(before - alone).max() > 1e-3
    np.testing.assert_allclose(after[0], alone[0], atol=1e-6)
    assert np.abs(after[1:] - alone[1:]).max(axis=1).min() > 1e-3


def test_no_steps_raise():
    with pytest.raises(ValueError, match="`num_steps` must be positive"):
        DirectedMessagePassing(4, num_steps=0)
