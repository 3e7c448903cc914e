import keras
import numpy as np
import pytest

from kerazoo.layers.graph.comp_gcn_conv import COMPOSITIONS
from kerazoo.layers.graph.comp_gcn_conv import CompGCNConv
from kerazoo.layers.graph.edge_mask import edge_mask


def correlation(a, b):
    """Equation 7 of Nickel et al., 2016, as a double loop."""
    size = a.shape[-1]
    return np.stack(
        [
            sum(a[..., i] * b[..., (k + i) % size] for i in range(size))
            for k in range(size)
        ],
        axis=-1,
    )


DENSE = {
    "subtract": np.subtract,
    "multiply": np.multiply,
    "correlate": correlation,
}


@pytest.mark.parametrize("size", [5, 6])
def test_correlation(size):
    random = np.random.default_rng(0)
    nodes, relations = random.normal(size=(2, 4, size)).astype("float32")
    found = COMPOSITIONS["correlate"](*map(keras.ops.array, (nodes, relations)))
    found = keras.ops.convert_to_numpy(found)
    np.testing.assert_allclose(found, correlation(nodes, relations), atol=1e-5)


@pytest.mark.parametrize("composition", DENSE)
def test_equation(graph, randomise, composition):
    layer = CompGCNConv(3, composition, activation="tanh")
    relations = np.random.default_rng(1).normal(size=(4, 6)).astype("float32")
    edges = graph.source, graph.target, graph.edge_types
    layer(graph.node_features, relations, *edges)
    randomise(layer)
    weights = {
        v.path.split("/")[-1]: keras.ops.convert_to_numpy(v) for v in layer.weights
    }
    compose = DENSE[composition]
    x = graph.node_features
    expected = compose(x, weights["loop_relation"]) @ weights["loop_kernel"]
    for kernel, types in (("kernel", (0, 1)), ("inverse_kernel", (2, 3))):
        kept = np.isin(graph.edge_types, types)
        source, target = graph.source[kept], graph.target[kept]
        counts = np.zeros((7, 7))
        np.add.at(counts, (target, source), 1)
        outgoing, incoming = counts.sum(axis=0), counts.sum(axis=1)
        messages = compose(x[source], relations[graph.edge_types[kept]])
        for s, t, message in zip(source, target, messages):
            scale = np.sqrt(outgoing[s] * incoming[t])
            expected[t] += message @ weights[kernel] / scale
    expected = np.tanh(expected / 3 + weights["bias"])
    nodes, others = layer(graph.node_features, relations, *edges)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(nodes), expected, atol=1e-5)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(others),
        relations @ weights["relation_kernel"],
        atol=1e-5,
    )


def test_masked_messages_do_not_pass(graph, randomise):
    layer = CompGCNConv(3)
    edges = graph.source, graph.target, graph.edge_types
    layer(graph.node_features, np.ones((4, 6), "float32"), *edges)
    randomise(layer)
    outputs = []
    for size in (1, 2):
        relations = np.full((4, 6), size, "float32")
        with edge_mask(np.zeros(10, "float32")):
            nodes, _ = layer(graph.node_features, relations, *edges)
        outputs.append(keras.ops.convert_to_numpy(nodes))
    np.testing.assert_array_equal(*outputs)  # Relations are heard of by messages.
    nodes, _ = layer(graph.node_features, relations, *edges)
    assert np.abs(keras.ops.convert_to_numpy(nodes) - outputs[1]).max() > 1e-3


def test_config_makes_the_same_layer():
    layer = CompGCNConv(3, "correlate", use_bias=False, activation="tanh")
    other = CompGCNConv.from_config(layer.get_config())
    assert other.get_config() == layer.get_config()
    assert other.compute_output_shape((7, 6), (4, 6)) == ((7, 3), (4, 3))


def test_unknown_composition():
    with pytest.raises(ValueError, match="subtract, multiply.*composition=add"):
        CompGCNConv(3, "add")
