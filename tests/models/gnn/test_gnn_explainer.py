"""Learnt masks, on a graph with houses whose classes are the colours of their roofs."""

import kerazoo.models.gnn  # noqa: F401

# isort: split
import keras
import networkx
import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import roc_auc_score

from kerazoo.layers import edge_mask
from kerazoo.models.gnn import ConvolutionEncoder
from kerazoo.models.gnn import NodeClassifier
from kerazoo.models.gnn.gnn_explainer import GNNExplainerConfig
from kerazoo.models.gnn.gnn_explainer import gnn_explainer

BASE, HOUSES = 40, 12
HOUSE = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 4), (3, 4)]  # Roof, walls, floor.


def houses_on_a_graph():
    """Returns a graph and classes: that of a house is the colour of its roof.

    Returns:
        Features of the nodes, 1 and two colours; edges int `(2, E)`; the house of each,
        -1 for edges of none; the classes of the nodes, 0 for those in no house.
    """
    graph = networkx.barabasi_albert_graph(BASE, 3, seed=0)
    pairs, houses = list(graph.edges), [-1] * graph.number_of_edges()
    features = [(1, 0, 0)] * BASE
    colors = np.random.default_rng(0).integers(0, 2, HOUSES)
    for house, color in enumerate(colors):
        first = BASE + 5 * house
        pairs += [(first + a, first + b) for a, b in HOUSE]
        pairs.append((first + 3, 3 * house))
        houses += [house] * len(HOUSE) + [-1]
        features += [(1, 1 - color, color), *[(1, 0, 0)] * 4]
    ends = np.array(pairs, "int32").T
    both = np.concatenate([ends, ends[::-1]], axis=1)
    classes = np.concatenate([np.zeros(BASE, int), np.repeat(1 + colors, 5)])
    return np.array(features, "float32"), both, np.tile(houses, 2), classes


@pytest.fixture(scope="module")
def learnt():
    keras.utils.set_random_seed(0)
    features, (source, target), houses, classes = houses_on_a_graph()
    model = NodeClassifier(ConvolutionEncoder("gcn", 16, 3, 3, dropout=0.0), 3)
    inputs = {"node_features": features, "source": source, "target": target}
    inputs = {name: tf.constant(value) for name, value in inputs.items()}
    optimizer = keras.optimizers.Adam(0.02)
    optimizer.build(model.trainable_variables)

    @tf.function(autograph=False)
    def step():
        with tf.GradientTape() as tape:
            logits = model(inputs)
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
            )
        variables = model.trainable_variables
        optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)

    for _ in range(150):
        step()
    assert (model(inputs).numpy().argmax(axis=1) == classes).mean() > 0.95
    return model, inputs, houses, classes


def loss_of(model, inputs, node, answer):
    def loss(features, mask):
        with edge_mask(mask):
            logits = model(
                {**inputs, "node_features": features, "nodes": np.array([node])}
            )
        return -tf.nn.log_softmax(logits)[0, answer]

    return loss


@pytest.mark.slow
def test_edges_of_the_motif_matter_most(learnt):
    model, inputs, houses, classes = learnt
    ends = inputs["source"].numpy(), inputs["target"].numpy()
    aucs = []
    for house in range(3):
        node = BASE + 5 * house + 3  # Of the floor, where the house is joined.
        loss = loss_of(model, inputs, node, classes[node])
        found = gnn_explainer(loss, inputs["node_features"], *ends)
        assert found.edges.min() >= 0 and found.edges.max() <= 1
        reached, own = found.edges > 0, houses == house
        assert reached.sum() > 2 * own.sum()
        aucs.append(roc_auc_score(own[reached], found.edges[reached]))
    assert np.mean(aucs) > 0.85, aucs


def test_same_seed_gives_the_same_masks(learnt):
    model, inputs, _, _ = learnt
    ends = inputs["source"].numpy(), inputs["target"].numpy()
    loss, config = loss_of(model, inputs, BASE, 1), GNNExplainerConfig(steps=5)
    masks = [
        gnn_explainer(loss, inputs["node_features"], *ends, seed, config).edges
        for seed in (0, 0, 1)
    ]
    np.testing.assert_array_equal(masks[0], masks[1])
    assert np.abs(masks[0] - masks[2]).max() > 1e-3


def test_nodes_have_their_heaviest_edge_and_columns_a_mask():
    features = tf.ones((3, 2))
    source, target = np.array([0, 1, 2]), np.array([1, 0, 2])
    found = gnn_explainer(
        lambda x, mask: 4 * (1 - mask[0] * x[0, 0]) ** 2, features, source, target
    )
    assert found.edges[0] > 0.6
    np.testing.assert_array_equal(found.edges[1:], [0, 0])
    np.testing.assert_array_equal(found.nodes, found.edges[[0, 0, 2]])
    assert found.features[0] > 0.5 and found.features[1] == 0
