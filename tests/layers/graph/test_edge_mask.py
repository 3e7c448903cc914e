import keras
import numpy as np
import pytest

from kerazoo import layers
from kerazoo.layers.graph.edge_mask import edge_mask
from tests.layers.graph.test_graph_layers import CASES
from tests.layers.graph.test_graph_layers import create

MASK = np.linspace(0, 1, 10).astype("float32")
# Node 2 attends to itself the less, the more it attends to node 1.
ATTEND_THEMSELVES = {"gat", "gatv2", "gatv2_edges"}


def masked_call(layer, inputs, mask):
    with edge_mask(mask):
        return keras.ops.convert_to_numpy(layer(**inputs))


@pytest.mark.parametrize("case", CASES)
def test_messages_that_do_not_pass_say_nothing(graph, randomise, case):
    layer, inputs = create(case, graph)
    layer(**inputs)
    randomise(layer)
    outputs = keras.ops.convert_to_numpy(layer(**inputs))
    ones = masked_call(layer, inputs, np.ones(10, "float32"))
    np.testing.assert_allclose(ones, outputs, atol=1e-5)
    # Without messages a node knows nothing of the features of the others.
    zeros = np.zeros(10, "float32")
    alone = masked_call(layer, inputs, zeros)
    assert np.abs(alone - outputs).max() > 1e-3
    others = dict(inputs)
    for name in ("node_features", "initial_features"):
        if name in inputs:
            others[name] = inputs[name].copy()
            others[name][1] = [1, -2, 3, 0, 1, -1]
    changed = masked_call(layer, others, zeros)
    others = np.setdiff1d(np.arange(7), [1, 2] if case in ATTEND_THEMSELVES else [1])
    np.testing.assert_allclose(changed[others], alone[others], atol=1e-5)
    has_own = case not in {"gcn_plain", "gat_edges"}
    assert (np.abs(changed[1] - alone[1]).max() > 1e-3) == has_own


@pytest.mark.parametrize("weighted", [False, True])
def test_normalization_stays_that_of_all_edges(graph, randomise, weighted):
    layer = layers.GCNConv(4, use_bias=False)
    layer.build(graph.node_features.shape)
    (kernel,) = map(keras.ops.convert_to_numpy, randomise(layer).weights)
    weights = graph.edge_weights if weighted else np.ones(10, "float32")
    matrix, kept = np.zeros((2, 7, 7))
    np.add.at(matrix, (graph.target, graph.source), weights)
    np.add.at(kept, (graph.target, graph.source), weights * MASK)
    scale = (matrix + np.eye(7)).sum(axis=1) ** -0.5
    expected = scale[:, None] * (kept + np.eye(7)) * scale @ graph.node_features
    inputs = {"node_features": graph.node_features, "edge_weights": weights}
    inputs |= {"source": graph.source, "target": graph.target}
    if not weighted:
        del inputs["edge_weights"]
    found = masked_call(layer, inputs, MASK)
    np.testing.assert_allclose(found, expected @ kernel, atol=1e-5)


def test_mask_ends_with_its_block(graph):
    layer, inputs = create("gcn", graph)
    before = keras.ops.convert_to_numpy(layer(**inputs))
    with pytest.raises(RuntimeError, match="inside"), edge_mask(MASK):
        raise RuntimeError("inside")
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(layer(**inputs)), before)
