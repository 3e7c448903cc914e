import functools

import keras
import numpy as np
import pytest

from kerazoo.models.gnn.knowledge.knowledge_graph_model import KnowledgeGraphModel

# Two triples and their inverses.
EDGES = np.array([[0, 0, 1], [2, 1, 3], [1, 2, 0], [3, 3, 2]], "int32")
CASES = {
    "complex": {"dropout": 0.3},
    "turned round": {"reciprocal": False, "decoder": "rotate"},
    "rgcn": {"relational_encoder": "rgcn", "num_bases": 2, "decoder": "transe"},
    "comp_gcn": {"relational_encoder": "comp_gcn", "composition": "correlate"},
}


@functools.cache
def make(name):
    """A model, made once for all tests."""
    kwargs = CASES[name]
    model = KnowledgeGraphModel(5, 2, embedding_size=4, num_edges=2, **kwargs)
    random = np.random.default_rng(0)
    for variable in model.trainable_variables:
        variable.assign(random.normal(size=variable.shape))
    model.set_graph(EDGES)
    return model


@pytest.mark.parametrize("name", CASES)
def test_scores_are_those_of_the_tables(name):
    model = make(name)
    heads, relations = np.array([0, 4, 2]), np.array([1, 3, 0])
    found = model({"heads": heads, "relations": relations}).numpy()
    entities, kinds = (table.numpy() for table in model.tables())
    assert len(entities) == 5 and len(kinds) == 4
    query = model.decoder.query(entities[heads], kinds[relations])
    expected = model.decoder.scores(query, entities)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_without_reciprocal_relations_both_ways_have_one_score():
    model = make("turned round")
    assert model.relations.shape == (2, 2)
    ways = model({"heads": np.arange(5), "relations": np.full(5, 1)}).numpy()
    back = model({"heads": np.arange(5), "relations": np.full(5, 3)}).numpy()
    np.testing.assert_allclose(ways, back.T, atol=1e-5)


@pytest.mark.parametrize("name", ["rgcn", "comp_gcn"])
def test_encoder_hands_on_along_the_edges(name):
    model = make(name)
    before = model.tables()[0].numpy()
    entities = model.entities.numpy()
    entities[3] += 1
    model.entities.assign(entities)
    changed = np.abs(model.tables()[0].numpy() - before).max(axis=1) > 1e-4
    entities[3] -= 1
    model.entities.assign(entities)
    assert changed.tolist() == [False, False, True, True, False]


@pytest.mark.parametrize("name", ["complex", "comp_gcn"])
def test_model_can_be_saved_and_loaded(name, tmp_path):
    model = make(name)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded) is KnowledgeGraphModel
    assert loaded.get_config() == model.get_config()
    inputs = {"heads": np.array([1, 3]), "relations": np.array([0, 3])}
    np.testing.assert_array_equal(loaded(inputs), model(inputs))


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"decoder": "dot"}, "transe, distmult.* Received: decoder=dot"),
        ({"relational_encoder": "gcn"}, "Received: relational_encoder=gcn"),
        (
            {"relational_encoder": "comp_gcn", "decoder": "rotate"},
            "comp_gcn .*Received: decoder=rotate",
        ),
        (
            {"relational_encoder": "comp_gcn", "reciprocal": False},
            "comp_gcn .*Received: reciprocal=False",
        ),
    ],
)
def test_choices_that_do_not_go(choices, message):
    with pytest.raises(ValueError, match=message):
        KnowledgeGraphModel(5, 2, embedding_size=4, **choices)
