import keras
import numpy as np
import pytest

from kerazoo.models.gnn import ConvolutionEncoder
from kerazoo.models.gnn import InfomaxEmbedder
from kerazoo.models.gnn import from_graph
from kerazoo.models.gnn import plain_tensors


@pytest.fixture
def model(randomise):
    encoder = ConvolutionEncoder("gcn", num_layers=1, output_units=4, dropout=0.0)
    return randomise(InfomaxEmbedder(encoder, 12))


def embedding(model, graph, features):
    """Dense matrices of the paper: PReLU of the propagated features."""
    kernel, bias, alpha, _ = model.get_weights()
    adjacency = np.eye(9)
    np.add.at(adjacency, (graph.target, graph.source), 1)
    scale = adjacency.sum(axis=1) ** -0.5
    outputs = scale[:, None] * adjacency * scale @ features @ kernel + bias
    return np.where(outputs > 0, outputs, alpha * outputs)


def test_logits_are_those_of_the_paper(graph, model):
    graph = graph()
    random = np.random.default_rng(0)
    order, nodes = random.permutation(9), np.array([0, 3, 8])
    own = embedding(model, graph, graph.node_features)
    other = embedding(model, graph, graph.node_features[order])
    inputs = plain_tensors(from_graph(graph))
    np.testing.assert_allclose(model(inputs), own, rtol=1e-4, atol=1e-5)
    summary = 1 / (1 + np.exp(-own.mean(axis=0)))
    scores = summary @ model.get_weights()[-1]
    expected = [rows[nodes] @ scores for rows in (own, other)]
    inputs["corrupted_features"] = graph.node_features[order]
    found = model({**inputs, "nodes": nodes})
    np.testing.assert_allclose(found, np.concatenate(expected), rtol=1e-4, atol=1e-5)
    assert model(inputs).shape == (18,)


def test_can_be_saved(graph, model, tmp_path):
    inputs = plain_tensors(from_graph(graph()))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(inputs), model(inputs))
