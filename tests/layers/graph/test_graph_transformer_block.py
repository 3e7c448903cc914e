import keras
import numpy as np
import pytest

from kerazoo.layers.graph.graph_transformer_block import GraphTransformerBlock

HEADS = 2


def reference(graph, layer, edge_features):
    w = {
        "/".join(v.path.split("/")[-2:]): keras.ops.convert_to_numpy(v)
        for v in layer.weights
    }

    def dense(x, name):
        return x @ w[f"{name}/kernel"] + w[f"{name}/bias"]

    def norm(x, name):
        x = x - x.mean(axis=1, keepdims=True)
        x = x / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
        return x * w[f"{name}/gamma"] + w[f"{name}/beta"]

    x = graph.node_features
    attended = np.zeros_like(x)
    for node in range(len(x)):
        edges = np.flatnonzero(graph.target == node)
        query = dense(x[node], "query")
        keys = dense(x[graph.source[edges]], "key")
        values = dense(x[graph.source[edges]], "value")
        if edge_features is not None:
            keys = keys + edge_features[edges] @ w["edge/kernel"]
            values = values + edge_features[edges] @ w["edge/kernel"]
        for head in range(HEADS if len(edges) else 0):
            columns = slice(3 * head, 3 * head + 3)
            scores = keys[:, columns] @ query[columns] / np.sqrt(3)
            attention = np.exp(scores) / np.exp(scores).sum()
            attended[node, columns] = attention @ values[:, columns]
    h = norm(x + dense(attended, "projection"), "attention_norm")
    hidden = np.maximum(dense(h, "hidden"), 0)
    return norm(h + dense(hidden, "output"), "output_norm")


@pytest.mark.parametrize("with_edge_features", [False, True])
def test_equation(graph, randomise, with_edge_features):
    layer = GraphTransformerBlock(HEADS, hidden_units=5, activation="relu")
    edge_features = graph.edge_features if with_edge_features else None
    inputs = graph.node_features, graph.source, graph.target, edge_features
    layer(*inputs)
    randomise(layer)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(layer(*inputs)),
        reference(graph, layer, edge_features),
        atol=1e-5,
    )


def test_hidden_width_is_twice_the_width_if_none():
    layer = GraphTransformerBlock(HEADS)
    layer.build((None, 6))
    assert layer.hidden.units == 12


def test_dropout_acts_in_training_only(graph):
    layer = GraphTransformerBlock(HEADS, dropout=0.5, seed=0)
    inputs = graph.node_features, graph.source, graph.target
    still, again, dropped = (
        keras.ops.convert_to_numpy(layer(*inputs, training=training))
        for training in (False, False, True)
    )
    np.testing.assert_array_equal(still, again)
    assert np.abs(dropped - still).max() > 0.1


def test_width_that_heads_do_not_divide_raises(graph):
    with pytest.raises(ValueError, match=r"multiple.*width=6, num_heads=4"):
        GraphTransformerBlock(4)(graph.node_features, graph.source, graph.target)


@pytest.mark.parametrize("first", [False, True])
def test_edge_features_that_come_or_go_raise(graph, first):
    layer = GraphTransformerBlock(HEADS)
    inputs = graph.node_features, graph.source, graph.target
    layer(*inputs, graph.edge_features if first else None)
    shape = "None" if first else r"\(10, 3\)"
    with pytest.raises(ValueError, match=f"every call or in none.*shape={shape}"):
        layer(*inputs, None if first else graph.edge_features)


def test_no_heads_raise():
    with pytest.raises(ValueError, match="`num_heads` must be.*num_heads=0"):
        GraphTransformerBlock(0)
