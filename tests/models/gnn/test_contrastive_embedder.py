import keras
import numpy as np
import pytest

from kerazoo.models.gnn import ContrastiveEmbedder
from kerazoo.models.gnn import ConvolutionEncoder
from kerazoo.models.gnn import from_graph
from kerazoo.models.gnn import plain_tensors


@pytest.fixture
def model(randomise):
    encoder = ConvolutionEncoder("gcn", 6, 1, output_units=4, dropout=0.0)
    return randomise(ContrastiveEmbedder(encoder, 12, 5, 0.3))


def loss_by_hand(one, other, i, others):
    """Equation 1 of the paper, a pair of nodes at a time."""

    def similarity(a, b):
        return np.exp(a @ b / np.linalg.norm(a) / np.linalg.norm(b) / 0.3)

    across = sum(similarity(one[i], other[k]) for k in others)
    within = sum(similarity(one[i], one[k]) for k in others if k != i)
    return -np.log(similarity(one[i], other[i]) / (across + within))


@pytest.mark.parametrize("others", [None, [1, 2, 5, 7]])
def test_losses_are_those_of_the_paper(others, graph, model):
    view = plain_tensors(from_graph(graph()))
    views = [view, {**view, "node_features": 2 - view["node_features"]}]
    nodes = np.array([2, 7])
    projected = []
    for one in views:
        embeddings = model(one)
        assert embeddings.shape == (9, 4) and (embeddings.numpy() >= 0).all()
        projected.append(model.projection(model.hidden(embeddings)).numpy())
    inputs = {"views": views, "nodes": nodes}
    if others is not None:
        inputs["others"] = np.array(others)
    keys = range(9) if others is None else others
    expected = [
        np.mean([loss_by_hand(*pair, i, keys) for pair in (projected, projected[::-1])])
        for i in nodes
    ]
    np.testing.assert_allclose(model(inputs), expected, rtol=1e-4)


def test_can_be_saved(graph, model, tmp_path):
    inputs = plain_tensors(from_graph(graph()))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(inputs), model(inputs))
    assert loaded.temperature == 0.3 and loaded.projection_size == 5


def test_temperature_is_above_zero():
    with pytest.raises(ValueError, match="Received: temperature=0"):
        ContrastiveEmbedder(ConvolutionEncoder("gcn", 4), 3, temperature=0)
