import keras
import networkx
import numpy as np
import pytest
from scipy import special

from kerazoo.models.gnn import AdjacencyMatrix
from kerazoo.models.gnn import CommunityModel
from kerazoo.models.gnn import ConvolutionEncoder
from kerazoo.models.gnn import from_graph
from kerazoo.models.gnn import plain_tensors


def model_of(collapse_weight=1.0, **kwargs):
    encoder = ConvolutionEncoder("gcn", 5, 1, output_units=3, dropout=0.0, **kwargs)
    return CommunityModel(encoder, 12, collapse_weight)


@pytest.fixture
def inputs(graph):
    """A graph whose edges go both ways, with weights."""
    found = plain_tensors(from_graph(graph(weights=True)))
    source, target = found["source"].numpy(), found["target"].numpy()
    weights = found["edge_weights"].numpy()
    return {
        "node_features": found["node_features"].numpy(),
        "source": np.append(source, target),
        "target": np.append(target, source),
        "edge_weights": np.append(weights, weights),
    }


@pytest.mark.parametrize("collapse_weight", [0.0, 0.7])
def test_losses_are_the_paper_of_dense_matrices(collapse_weight, inputs, randomise):
    model = randomise(model_of(collapse_weight))
    shares = special.softmax(model(inputs).numpy(), axis=1)
    adjacency = np.zeros((9, 9))
    ends = inputs["target"], inputs["source"]
    np.add.at(adjacency, ends, inputs["edge_weights"])
    degrees = adjacency.sum(axis=1, keepdims=True)
    total = degrees.sum()
    modularity = adjacency - degrees @ degrees.T / total
    expected = -np.trace(shares.T @ modularity @ shares) / total
    sizes = np.linalg.norm(shares.sum(axis=0))
    expected += collapse_weight * (3**0.5 / 9 * sizes - 1)
    losses = model({**inputs, "nodes": np.arange(9)}).numpy()
    assert losses.mean() == pytest.approx(expected, abs=1e-5)
    some = model({**inputs, "nodes": np.array([4, 0])}).numpy()
    np.testing.assert_allclose(some, losses[[4, 0]], rtol=1e-5)
    neighbors = AdjacencyMatrix(*ends[::-1], inputs["edge_weights"], 9)
    fast = model({**inputs, "nodes": np.arange(9)}, neighbors=neighbors)
    np.testing.assert_allclose(fast, losses, rtol=1e-4, atol=1e-5)


def test_loss_of_certain_communities_is_their_modularity():
    club = networkx.karate_club_graph()
    groups = networkx.community.greedy_modularity_communities(club, weight=None)
    communities = np.array(
        [next(i for i, g in enumerate(groups) if n in g) for n in club]
    )
    source, target = np.array(club.edges).T
    encoder = ConvolutionEncoder("gcn", num_layers=1, output_units=len(groups))
    model = CommunityModel(encoder, 34, 0.0)
    model.encode = lambda *_: 50.0 * np.eye(len(groups), dtype="float32")[communities]
    loss = model(
        {
            "node_features": np.eye(34, dtype="float32"),
            "source": np.append(source, target),
            "target": np.append(target, source),
            "nodes": np.arange(34),
        }
    )
    expected = networkx.community.modularity(club, groups, weight=None)
    assert -np.mean(loss) == pytest.approx(expected, rel=1e-5)


def test_can_be_saved(inputs, randomise, tmp_path):
    model = randomise(model_of(0.2, normalization="batch"))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(inputs), model(inputs))
    assert loaded.collapse_weight == 0.2 and loaded.num_communities == 3
