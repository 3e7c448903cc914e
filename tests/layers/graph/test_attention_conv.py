import keras
import numpy as np
import pytest

from kerazoo.layers.graph.gat_conv import GATConv
from kerazoo.layers.graph.gatv2_conv import GATv2Conv

HEADS, UNITS = 2, 4


def leaky_relu(x):
    return np.where(x > 0, x, 0.2 * x)


def gat_score(weights, head, x_source, x_target, edge):
    kernel = weights["kernel"][:, head * UNITS : (head + 1) * UNITS]
    score = weights["source_attention"][head] @ (x_source @ kernel)
    score += weights["target_attention"][head] @ (x_target @ kernel)
    if edge is not None:
        score += edge @ weights["edge_kernel"][:, head]
    return leaky_relu(score)


def gatv2_score(weights, head, x_source, x_target, edge):
    columns = slice(head * UNITS, (head + 1) * UNITS)
    hidden = x_source @ weights["kernel"][:, columns]
    hidden = hidden + x_target @ weights["target_kernel"][:, columns]
    if edge is not None:
        hidden = hidden + edge @ weights["edge_kernel"][:, columns]
    return weights["attention"][head] @ leaky_relu(hidden)


def expected_heads(graph, weights, score, self_loops, edge_features):
    """Loops over nodes, heads and edges; `(N, H, C)`."""
    x = graph.node_features
    outputs = np.zeros((graph.num_nodes, HEADS, UNITS))
    for node in range(graph.num_nodes):
        edges = np.flatnonzero(graph.target == node)
        sources = list(graph.source[edges])
        features = [None] * len(edges)
        if edge_features is not None:
            features = list(edge_features[edges])
        if self_loops:
            sources.append(node)
            mean = None
            if edge_features is not None:
                mean = np.mean(features, axis=0) if features else np.zeros(3)
            features.append(mean)
        for head in range(HEADS if sources else 0):
            scores = [
                score(weights, head, x[s], x[node], f)
                for s, f in zip(sources, features)
            ]
            attention = np.exp(scores) / np.exp(scores).sum()
            kernel = weights["kernel"][:, head * UNITS : (head + 1) * UNITS]
            outputs[node, head] = attention @ (x[sources] @ kernel)
    return outputs


@pytest.mark.parametrize("with_edge_features", [False, True])
@pytest.mark.parametrize("self_loops", [False, True])
@pytest.mark.parametrize("concat_heads", [False, True])
@pytest.mark.parametrize(
    ("layer_class", "score"), [(GATConv, gat_score), (GATv2Conv, gatv2_score)]
)
def test_equation(
    graph, randomise, layer_class, score, concat_heads, self_loops, with_edge_features
):
    layer = layer_class(
        UNITS,
        num_heads=HEADS,
        concat_heads=concat_heads,
        add_self_loops=self_loops,
        activation="elu",
    )
    inputs = [graph.node_features, graph.source, graph.target]
    edge_features = graph.edge_features if with_edge_features else None
    layer(*inputs, edge_features)
    randomise(layer)
    weights = {w.name: keras.ops.convert_to_numpy(w) for w in layer.weights}
    heads = expected_heads(graph, weights, score, self_loops, edge_features)
    expected = heads.reshape(7, -1) if concat_heads else heads.mean(axis=1)
    expected = expected + weights["bias"]
    expected = np.where(expected > 0, expected, np.expm1(expected))
    outputs = keras.ops.convert_to_numpy(layer(*inputs, edge_features))
    np.testing.assert_allclose(outputs, expected, atol=1e-5)


def test_only_dynamic_attention_ranks_neighbours_by_the_node(randomise):
    # Nodes 0 and 1 hear 2 and 3.
    source, target = np.array([2, 3, 2, 3]), np.array([0, 0, 1, 1])
    features = np.array([[0, 1], [0, -1], [1, 0], [-1, 0]], "float32")

    def preference(layer):
        """Score of 2 minus score of 3, at nodes 0 and 1."""
        values = keras.ops.matmul(features, layer.kernel)[:, None]
        scores = layer.scores(keras.ops.array(features), values, source, target, None)
        scores = keras.ops.convert_to_numpy(scores)[:, 0]
        return scores[[0, 2]] - scores[[1, 3]]

    static, dynamic = GATConv(2, use_bias=False), GATv2Conv(2, use_bias=False)
    static.build(features.shape)
    for seed in range(5):
        at_0, at_1 = preference(randomise(static, seed))
        assert at_0 * at_1 > 0
    dynamic.build(features.shape)
    # LeakyReLU(z) + LeakyReLU(-z) = 0.8 |z| of z = source's 1st + target's 2nd feature.
    dynamic.kernel.assign([[1, -1], [0, 0]])
    dynamic.target_kernel.assign([[0, 0], [1, -1]])
    dynamic.attention.assign([[1, 1]])
    np.testing.assert_allclose(preference(dynamic), [1.6, -1.6], rtol=1e-6)


@pytest.mark.parametrize("layer_class", [GATConv, GATv2Conv])
def test_attention_dropout_keeps_the_mean(graph, layer_class):
    keras.utils.set_random_seed(0)
    layer = layer_class(UNITS, num_heads=HEADS, attention_dropout=0.4, seed=1)
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


@pytest.mark.parametrize("layer_class", [GATConv, GATv2Conv])
def test_feature_dropout_acts_in_training_only(graph, layer_class):
    layer = layer_class(UNITS, feature_dropout=0.5, seed=1)
    inputs = graph.node_features, graph.source, graph.target
    still, again, dropped = (
        keras.ops.convert_to_numpy(layer(*inputs, training=training))
        for training in (False, False, True)
    )
    np.testing.assert_array_equal(still, again)
    # An isolated node hears itself alone: every feature is dropped or doubled.
    ratio = dropped[6] / still[6]
    np.testing.assert_allclose(ratio, np.where(ratio > 1, 2, 0), atol=1e-5)


@pytest.mark.parametrize("layer_class", [GATConv, GATv2Conv])
@pytest.mark.parametrize("first", [False, True])
def test_edge_features_that_come_or_go_raise(graph, layer_class, first):
    layer = layer_class(UNITS)
    inputs = graph.node_features, graph.source, graph.target
    layer(*inputs, graph.edge_features if first else None)
    shape = "None" if first else r"\(10, 3\)"
    with pytest.raises(ValueError, match=f"every call or in none.*shape={shape}"):
        layer(*inputs, None if first else graph.edge_features)
