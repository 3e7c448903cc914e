import math

import numpy as np
import pytest

from kerazoo.evaluation.inception import inception_score

RANDOM = np.random.RandomState(0)  # Its numbers are the same in every NumPy.
PROBABILITIES = RANDOM.dirichlet(np.full(7, 0.3), size=60)


def by_definition(probabilities):
    """The paper's formula, term by term, for probabilities above 0."""
    marginal = [sum(column) / len(probabilities) for column in zip(*probabilities)]
    divergences = [
        sum(p * (math.log(p) - math.log(q)) for p, q in zip(row, marginal))
        for row in probabilities
    ]
    return math.exp(sum(divergences) / len(probabilities))


@pytest.mark.parametrize("classes", [1, 2, 10, 1_000])
def test_sure_and_even_is_the_number_of_classes(classes):
    probabilities = np.eye(classes, dtype=np.float32)[np.arange(2 * classes) % classes]
    assert inception_score(probabilities) == pytest.approx(classes, rel=1e-12)


def test_all_samples_alike_is_one():
    assert inception_score(np.full((20, 10), 0.1, np.float32)) == pytest.approx(1)
    assert inception_score(np.eye(10)[[3, 3, 3]]) == 1
    assert inception_score(PROBABILITIES[:1].repeat(9, axis=0)) >= 1


def test_by_hand():
    # Marginal (3/4, 1/4): log(4/3) for the sure one, the other's divergence is
    # log(1/2)/2 - log(3/4)/2 + log(1/2)/2 - log(1/4)/2.
    divergence = (math.log(4 / 3) + math.log(4 / 3) / 2) / 2
    assert inception_score([[1.0, 0.0], [0.5, 0.5]]) == pytest.approx(
        math.exp(divergence), rel=1e-12
    )


def test_by_its_definition():
    expected = by_definition(PROBABILITIES)
    assert 1.5 < expected < 7
    assert inception_score(PROBABILITIES) == pytest.approx(expected, rel=1e-10)
    assert inception_score(PROBABILITIES.astype(np.float32)) == pytest.approx(
        expected, rel=1e-5
    )


def test_splits_are_averaged_in_order():
    parts = (PROBABILITIES[:20], PROBABILITIES[20:40], PROBABILITIES[40:])
    expected = sum(map(by_definition, parts)) / 3
    assert inception_score(PROBABILITIES, splits=3) == pytest.approx(expected)
    assert inception_score(np.eye(10), splits=10) == 1


def test_tiny_probabilities_are_no_trouble():
    tiny = np.array([[1.0, 0.0], [1.0, 1e-320], [1.0, 5e-324]])
    assert inception_score(tiny) == pytest.approx(1)


@pytest.mark.parametrize(
    ("probabilities", "splits", "message"),
    [
        (np.eye(3)[0], 1, "`probabilities` must be (N, D) with N above 0. Received: s"),
        (np.zeros((0, 3)), 1, "Received: shape=(0, 3)"),
        ([[0.5, np.nan]], 1, "Received: probabilities[0, 1]=nan"),
        ([[1.0, 0.0], [1.5, -0.5]], 1, "Received: min=-0.5, sum=1.0 in row 1"),
        ([[1.0, 2.0]], 1, "Received: min=1.0, sum=3.0 in row 0"),
        (np.eye(3), 0, "from 1 to 3. Received: splits=0"),
        (np.eye(3), 4, "from 1 to 3. Received: splits=4"),
    ],
)
def test_inception_errors(probabilities, splits, message):
    with pytest.raises(ValueError) as raised:
        inception_score(probabilities, splits)
    assert message in str(raised.value)
