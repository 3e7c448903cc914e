import functools

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.data.graphs.known_tails import KnownTails
from kerazoo.data.graphs.triple_dataset import both_ways
from kerazoo.models.gnn.knowledge import serving_knowledge_graph
from kerazoo.models.gnn.knowledge.knowledge_graph_model import KnowledgeGraphModel
from kerazoo.models.gnn.knowledge.serving_knowledge_graph import ServingKnowledgeGraph
from kerazoo.serving.compression import CompressedServing
from kerazoo.serving.exporting import export
from kerazoo.serving.limits import Limits
from kerazoo.serving.worker import Worker
from tests.serving.odd_requests import ask
from tests.serving.odd_requests import assert_odd_requests_end_well

ENTITIES = ["ann", "bób", "cy", "dee", "eve"]
RELATIONS = ["knows", "likes"]
KNOWN = np.array([[0, 0, 1], [0, 0, 3], [2, 0, 1], [4, 1, 0]])


class Served:
    """An exported model, beside the scores that the Keras model gives."""

    def __init__(self, folder):
        self.folder = folder
        self.model = KnowledgeGraphModel(5, 2, embedding_size=4)
        random = np.random.default_rng(0)
        self.model.set_weights(
            [random.normal(size=w.shape) for w in self.model.get_weights()]
        )
        limits = Limits(max_examples=6, max_edges=20)
        names = ENTITIES, RELATIONS
        self.serving = ServingKnowledgeGraph(
            self.model, *names, KnownTails(KNOWN, 2), limits
        )

    @functools.cached_property
    def path(self):
        return export(self.serving.module, self.serving.endpoints, self.folder)

    def scores(self, heads, relations):
        inputs = {"heads": np.array(heads), "relations": np.array(relations)}
        return self.model(inputs).numpy()

    def ask(self, signature, **request):
        return ask(self.serving.endpoints[signature], request)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    return Served(tmp_path_factory.mktemp("served"))


def expected_ranking(scores, left_out, k):
    order = [i for i in np.argsort(-scores, kind="stable") if i not in left_out][:k]
    names = [ENTITIES[i] for i in order] + [""] * (k - len(order))
    return names, [scores[i] for i in order]


def decoded(names):
    return [[name.decode() for name in row] for row in names]


@pytest.mark.parametrize("block", [1, 3, 2**22])
@pytest.mark.parametrize("leave_out", [False, True])
def test_tails_are_ranked_as_the_model_scores_them(
    served, leave_out, block, monkeypatch
):
    monkeypatch.setattr(serving_knowledge_graph, "_MOST_SCORES", 5 * block)
    serving = ServingKnowledgeGraph(
        served.model, ENTITIES, RELATIONS, KnownTails(KNOWN, 2), Limits()
    )
    heads, relations = [0, 2, 4, 4, 1], [0, 0, 1, 0, 1]
    found = serving.rank_tails(
        tf.constant([ENTITIES[i] for i in heads]),
        tf.constant([RELATIONS[i] for i in relations]),
        tf.constant(4),
        tf.constant(leave_out),
    )
    scores = served.scores(heads, relations)
    for row, (head, relation) in enumerate(zip(heads, relations)):
        known = {t for h, r, t in KNOWN if (h, r) == (head, relation)}
        names, expected = expected_ranking(scores[row], known if leave_out else {}, 4)
        assert decoded(found["entities"].numpy())[row] == names
        values = found["scores"].numpy()[row]
        np.testing.assert_allclose(values[: len(expected)], expected, rtol=1e-5)
        assert (values[len(expected) :] == np.finfo("float32").min).all()


def test_heads_and_scores_without_python(served):
    request = {
        "tails": np.array(["bób".encode(), b"ann"], object),
        "relations": np.array([b"knows", b"likes"], object),
        "k": np.array(5, np.int32),
        "leave_out_known": np.array(True),
    }
    triples = {
        "heads": np.array([b"cy", b"eve", b"ann"], object),
        "relations": np.array([b"likes", b"knows", b"knows"], object),
        "tails": np.array([b"dee", b"eve", b"cy"], object),
    }
    with Worker(served.path) as worker:
        heads = worker.run("rank_heads", request)
        scores = worker.run("score", triples)["scores"]
    inverse = served.scores([1, 0], [2, 3])
    for row, known in enumerate([{0, 2}, {4}]):
        names, expected = expected_ranking(inverse[row], known, 5)
        assert decoded(heads["entities"])[row] == names
        found = heads["scores"][row][: len(expected)]
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    there = served.scores([2, 4, 0], [1, 0, 0])[[0, 1, 2], [3, 4, 2]]
    back = served.scores([3, 4, 2], [3, 2, 2])[[0, 1, 2], [2, 4, 0]]
    np.testing.assert_allclose(scores, (there + back) / 2, rtol=1e-5)


def test_examples_are_answered(served):
    requests = served.serving.example()
    assert requests.keys() == served.serving.endpoints.keys()
    for name, request in requests.items():
        for value in served.ask(name, **request).values():
            assert len(value) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"heads": ["zoe"]}, "`heads` must be names of entities .*Received: zoe"),
        ({"heads": [b"\xff\x00"]}, "`heads` must be names of entities"),
        ({"relations": ["ann"]}, "`relations` must be names of relations .*: ann"),
        ({"relations": ["likes", "likes"]}, "`relations` must have as many rows as"),
        ({"k": 0}, "`k` must be from 1 to 5. Received: 0"),
        ({"k": 6}, "`k` must be from 1 to 5. Received: 6"),
        ({"heads": ["ann"] * 7}, "`heads` must have at most 6 rows. Received: 7"),
        (
            {"heads": ["ann"] * 5, "relations": ["likes"] * 5, "k": 5},
            "`k` must ask for at most 20 entities in all rows. Received: 25",
        ),
    ],
)
def test_wrong_requests_name_the_input(served, changes, message):
    request = {
        "heads": ["ann"],
        "relations": ["knows"],
        "k": 2,
        "leave_out_known": False,
        **changes,
    }
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        served.ask("rank_tails", **request)


def test_no_rows_get_no_answers(served):
    empty = np.array([], object)
    request = {"heads": empty, "relations": empty, "k": 2, "leave_out_known": True}
    assert served.ask("rank_tails", **request)["entities"].shape == (0, 2)


@pytest.mark.parametrize("signature", ["rank_tails", "rank_heads", "score"])
def test_odd_requests_end_well(served, signature):
    function = served.serving.endpoints[signature]
    assert_odd_requests_end_well(function, served.serving.example()[signature], 40)


@pytest.mark.parametrize("kind", ["rgcn", "comp_gcn"])
def test_what_an_encoder_made_is_served(kind):
    model = KnowledgeGraphModel(
        *(5, 2, "distmult", 4), relational_encoder=kind, num_edges=4, num_layers=1
    )
    model.set_graph(both_ways(KNOWN, 2))
    random = np.random.default_rng(0)
    for variable in model.trainable_variables:
        variable.assign(random.normal(size=variable.shape))
    names = ENTITIES, RELATIONS
    serving = ServingKnowledgeGraph(model, *names, KnownTails(KNOWN, 2))
    triples = (tf.constant([name]) for name in ("ann", "likes", "eve"))
    found = serving.score(*triples)["scores"].numpy()
    inputs = {"heads": np.array([0, 4]), "relations": np.array([1, 3])}
    scores = model(inputs).numpy()
    np.testing.assert_allclose(found, (scores[0, 4] + scores[1, 0]) / 2, rtol=1e-4)


@pytest.mark.slow
def test_smaller_weights_answer_much_the_same(served):
    names = ENTITIES, RELATIONS
    serving = ServingKnowledgeGraph(served.model, *names, KnownTails(KNOWN, 2))
    compressed = CompressedServing(serving, served.model, "int8")
    assert {v.dtype for v in compressed.module.weights} == {tf.int8, tf.float32}
    request = serving.example()["score"]
    found = ask(compressed.endpoints["score"], request)["scores"]
    expected = served.ask("score", **request)["scores"]
    np.testing.assert_allclose(found, expected, atol=0.1)
