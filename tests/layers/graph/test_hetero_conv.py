import keras
import numpy as np
import pytest

from kerazoo import layers
from kerazoo.layers.graph.hetero_conv import HeteroConv

ENDS = {
    "writes": ("author", "paper"),
    "cites": ("paper", "paper"),
    "owns": ("venue", "paper"),
}
EDGES = {
    "writes": {"source": [0, 1, 1, 0], "target": [2, 2, 0, 0]},
    "cites": {"source": [0, 1, 3], "target": [1, 1, 2]},
    "owns": {"source": [0], "target": [3]},
}
SIZES = {"author": 2, "paper": 4, "venue": 1}


def nodes():
    random = np.random.default_rng(0)
    return {k: random.normal(size=(n, 5)).astype("float32") for k, n in SIZES.items()}


def edges():
    return {
        name: {k: np.array(v, "int32") for k, v in ends.items()}
        for name, ends in EDGES.items()
    }


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def test_sum_of_means_over_each_set_of_edges(randomise):
    convolutions = {name: layers.SAGEConv(3) for name in ENDS}
    layer = HeteroConv(ENDS, convolutions)
    layer(nodes(), edges())
    for convolution in convolutions.values():
        randomise(convolution)
    found = layer(nodes(), edges())
    assert found.keys() == {"paper"}
    expected: np.ndarray = np.zeros((4, 3))
    for name, (start, _) in ENDS.items():
        matrix = np.zeros((4, SIZES[start]))
        np.add.at(matrix, (EDGES[name]["target"], EDGES[name]["source"]), 1)
        matrix /= np.maximum(matrix.sum(axis=1, keepdims=True), 1)
        convolution = convolutions[name]
        own, kernel, bias = map(
            array, (convolution.self_kernel, convolution.kernel, convolution.bias)
        )
        expected += nodes()["paper"] @ own + matrix @ nodes()[start] @ kernel + bias
    np.testing.assert_allclose(array(found["paper"]), expected, atol=1e-5)


def test_attention_between_two_sets_is_that_of_one_graph_of_both(randomise):
    convolution = layers.GATv2Conv(4, num_heads=2)
    ends = {"writes": ("author", "paper")}
    layer = HeteroConv(ends, {"writes": convolution})
    layer(nodes(), edges())
    randomise(convolution)
    found = layer(nodes(), edges())["paper"]
    both = np.concatenate([nodes()["paper"], nodes()["author"]])
    source = np.array(EDGES["writes"]["source"]) + SIZES["paper"]
    whole = convolution(both, source, np.array(EDGES["writes"]["target"]))
    np.testing.assert_allclose(array(found), array(whole)[:4], atol=1e-6)


def test_comes_back_from_its_configuration(randomise):
    convolutions = {
        "writes": layers.GCNConv(3),
        "cites": layers.GATConv(3, num_heads=1),
    }
    layer = HeteroConv({k: ENDS[k] for k in convolutions}, convolutions)
    first = layer(nodes(), edges())["paper"]
    again = HeteroConv.from_config(layer.get_config())
    assert again.ends == layer.ends
    again(nodes(), edges())
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(array(again(nodes(), edges())["paper"]), array(first))


def test_sets_without_a_layer_raise():
    with pytest.raises(ValueError, match="`convolutions` .* writes, cites, owns. .*no"):
        HeteroConv(ENDS, {"no": layers.SAGEConv(3)})
