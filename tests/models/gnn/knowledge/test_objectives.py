import numpy as np
import pytest
import tensorflow as tf
from scipy import special

from kerazoo.models.gnn.knowledge.knowledge_graph_model import KnowledgeGraphModel
from kerazoo.models.gnn.knowledge.objectives import SelfAdversarial
from kerazoo.models.gnn.knowledge.objectives import Softmax

QUERIES = np.array([[0, 0], [3, 1], [4, 3]], "int32")
TAILS = np.array([[1, 2, -1], [0, -1, -1], [0, 1, 4]], "int32")


class Drawn:
    """Numbers that a test knows."""

    def __init__(self, numbers):
        self.numbers = numbers

    def uniform(self, shape):
        assert self.numbers.shape[1:] == shape
        return tf.constant(self.numbers, tf.float32)


@pytest.fixture(scope="module")
def model():
    model = KnowledgeGraphModel(5, 2, embedding_size=4)
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def scores(model):
    inputs = {"heads": QUERIES[:, 0], "relations": QUERIES[:, 1]}
    return model(inputs).numpy().astype(float)


def tails_of(row):
    return [tail for tail in TAILS[row] if tail >= 0]


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_softmax_is_the_cross_entropy_of_each_tail(model, scores, smoothing):
    losses, penalties = Softmax(0.0, smoothing)(model, QUERIES, TAILS, None)
    logarithms = scores - special.logsumexp(scores, axis=1, keepdims=True)
    for row, loss in enumerate(losses.numpy()):
        targets = [
            (1 - smoothing) * np.eye(5)[tail] + smoothing / 5 for tail in tails_of(row)
        ]
        expected = np.mean([-target @ logarithms[row] for target in targets])
        assert loss == pytest.approx(expected, rel=1e-5)
    assert not penalties.numpy().any()


def test_penalty_is_of_each_triple(model):
    _, penalties = Softmax(0.3)(model, QUERIES, TAILS, None)
    entities, relations = (table.numpy() for table in model.tables())

    def cubes(values):
        return (np.hypot(values[:2], values[2:]) ** 3).sum()

    for row, (head, relation) in enumerate(QUERIES):
        each = [
            cubes(entities[head]) + cubes(relations[relation]) + cubes(entities[tail])
            for tail in tails_of(row)
        ]
        assert penalties[row].numpy() == pytest.approx(0.3 * np.mean(each), rel=1e-5)


@pytest.mark.parametrize("temperature", [0.0, 0.5])
def test_self_adversarial_is_equation_5(model, scores, temperature):
    numbers = np.random.default_rng(1).random((3, 6)).astype("float32")
    numbers[0, 0] = np.nextafter(np.float32(1), np.float32(0))  # The last entity.
    objective = SelfAdversarial(0.0, 6, temperature)
    losses, _ = objective(model, QUERIES, TAILS, Drawn(numbers))
    drawn = np.minimum((numbers * 5).astype(int), 4)
    for row, loss in enumerate(losses.numpy()):
        wrong = scores[row, drawn[row]]
        weights = special.softmax(temperature * wrong)
        negative = -weights @ special.log_expit(-wrong)
        each = [-special.log_expit(scores[row, tail]) for tail in tails_of(row)]
        assert loss == pytest.approx((np.mean(each) + negative) / 2, rel=1e-5)


def test_weights_of_corruptions_pass_no_gradient(model, scores):
    numbers = np.array([[0.1, 0.5], [0.3, 0.9], [0.7, 0.1]], "float32")
    objective = SelfAdversarial(0.0, 2, 1.0)
    with tf.GradientTape() as tape:
        losses, _ = objective(model, QUERIES, TAILS, Drawn(numbers))
    (found,) = tape.gradient(losses, [model.entities.value])
    table = model.entities.numpy()
    drawn = (numbers * 5).astype(int)
    weights = special.softmax(np.take_along_axis(scores, drawn, axis=1), axis=1)

    def loss(entities):
        model.entities.assign(entities)
        inputs = {"heads": QUERIES[:, 0], "relations": QUERIES[:, 1]}
        now = model(inputs).numpy().astype(float)
        right = [-special.log_expit(now[r, tails_of(r)]).mean() for r in range(3)]
        wrong = -weights * special.log_expit(-np.take_along_axis(now, drawn, axis=1))
        return (np.sum(right) + wrong.sum()) / 2

    found = tf.convert_to_tensor(found).numpy()
    for place in [(0, 0), (2, 3), (4, 1)]:
        step = np.zeros_like(table)
        step[place] = 1e-2
        expected = (loss(table + step) - loss(table - step)) / 2e-2
        assert found[place] == pytest.approx(expected, rel=2e-2, abs=1e-3)
    model.entities.assign(table)


def test_dropout_is_of_heads_and_relations(model):
    model.dropout = 0.5
    try:
        numbers = np.full((3, 4), 0.4, "float32")  # All are dropped.
        losses, _ = Softmax(0.0)(model, QUERIES, TAILS, Drawn(numbers))
        np.testing.assert_allclose(losses, np.log(5) * np.ones(3), rtol=1e-6)
        numbers[:] = 0.5  # None is dropped, both factors are doubled.
        losses, _ = Softmax(0.0)(model, QUERIES, TAILS, Drawn(numbers))
    finally:
        model.dropout = 0.0
    inputs = {"heads": QUERIES[:, 0], "relations": QUERIES[:, 1]}
    scores = 4 * model(inputs).numpy().astype(float)
    expected = special.logsumexp(scores[1]) - scores[1, 0]
    assert losses[1].numpy() == pytest.approx(expected, rel=1e-4)
