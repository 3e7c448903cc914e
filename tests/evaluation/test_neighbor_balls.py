import numpy as np
import pytest

from kerazoo.evaluation import neighbor_balls
from kerazoo.evaluation.density import density_coverage
from kerazoo.evaluation.feature_statistics import FeatureStatistics
from kerazoo.evaluation.frechet import frechet_distance
from kerazoo.evaluation.images.comparison import evaluate_images
from kerazoo.evaluation.images.image_reference import ImageReference
from kerazoo.evaluation.kernel import kernel_distance
from kerazoo.evaluation.precision import precision_recall

RANDOM = np.random.RandomState(0)  # Its numbers are the same in every NumPy.
REAL = np.abs(RANDOM.normal(size=(300, 12)) @ RANDOM.normal(size=(12, 12)) / 3)
FAKE = np.abs(RANDOM.normal(size=(200, 12)) @ RANDOM.normal(size=(12, 12)) / 3 + 0.2)


def distance(a, b):
    return sum((x - y) ** 2 for x, y in zip(a, b)) ** 0.5


def radii(points, k):
    """Distance of each point to the k-th of the others."""
    return [
        sorted(distance(p, q) for j, q in enumerate(points) if j != i)[k - 1]
        for i, p in enumerate(points)
    ]


def in_manifold(sample, points, reaches):
    return any(distance(sample, p) <= r for p, r in zip(points, reaches))


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(neighbor_balls, "_ROWS", 7)


@pytest.mark.parametrize("k", [1, 3, 4])
def test_precision_and_recall_by_their_definition(k, small_blocks):
    real, fake = REAL[:40, :3], FAKE[:25, :3]
    real_radii, fake_radii = radii(real, k), radii(fake, k)
    precision = np.mean([in_manifold(f, real, real_radii) for f in fake])
    recall = np.mean([in_manifold(r, fake, fake_radii) for r in real])
    assert precision_recall(real, fake, k) == pytest.approx((precision, recall))
    assert 0 < precision < 1
    assert 0 < recall < 1


@pytest.mark.parametrize("k", [1, 5])
def test_density_and_coverage_by_their_definition(k, small_blocks):
    real, fake = REAL[:40, :3], FAKE[:25, :3]
    reaches = radii(real, k)
    inside = [[distance(f, p) < r for p, r in zip(real, reaches)] for f in fake]
    density = np.sum(inside) / (k * len(fake))
    coverage = np.mean(np.any(inside, axis=0))
    assert density_coverage(real, fake, k) == pytest.approx((density, coverage))
    assert density > 0
    assert 0 < coverage < 1


def test_by_hand_on_a_line():
    real = np.array([[0.0], [1.0], [3.0], [10.0]])  # Radii 1, 1, 2, 7 for k = 1.
    fake = np.array([[1.5], [2.5], [4.0], [20.0]])  # Radii 1, 1, 1.5, 16.
    # 20 is in no ball. 10 is in that of 20, 0 in none of the first three, nor in it.
    assert precision_recall(real, fake, 1) == (3 / 4, 3 / 4)
    # 1.5 is in those of 1 and 3, 2.5 in that of 3, 4 in those of 3 and 10.
    assert density_coverage(real, fake, 1) == (5 / 4, 3 / 4)


def test_surfaces():
    real = np.array([[0.0], [1.0]])
    fake = np.array([[2.0], [5.0]])  # 2 is on the surface of the ball of 1.
    assert precision_recall(real, fake, 1)[0] == 0.5
    assert density_coverage(real, fake, 1) == (0, 0)


def test_precision_as_torch_fidelity_0_4_0():
    expected = (0.525, 0.69)
    assert precision_recall(REAL, FAKE) == pytest.approx(expected, abs=1e-7)


def test_density_as_prdc_0_2():
    expected = (0.454, 0.6233333333333333)
    assert density_coverage(REAL, FAKE) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("offset", [0, 1_000])
def test_identical_sets(offset):
    same = REAL + offset
    assert precision_recall(same, same) == (1, 1)
    # A point is in its own ball and in those of the k - 1 that are nearer than it.
    assert density_coverage(same, same) == pytest.approx((1, 1))


def test_far_sets():
    assert precision_recall(REAL, FAKE + 100) == (0, 0)
    assert density_coverage(REAL, FAKE + 100) == (0, 0)


def test_one_mode_of_two():
    generator = np.random.default_rng(0)
    modes = generator.normal(size=(2, 500, 2)) + np.array([[[0.0, 0]], [[50, 0]]])
    fake = generator.normal(size=(500, 2))
    precision, recall = precision_recall(modes.reshape(-1, 2), fake)
    assert precision > 0.95
    assert 0.45 < recall < 0.5
    _, coverage = density_coverage(modes.reshape(-1, 2), fake)
    assert 0.42 < coverage < 0.5


def test_equal_points_have_balls_of_their_own():
    same = np.tile(REAL[:2], (6, 1))
    assert precision_recall(same, REAL[:20])[0] == 0.1
    assert density_coverage(same, REAL[:20]) == (0, 0)  # Open balls of radius 0.


def test_order_does_not_matter():
    generator = np.random.default_rng(0)
    real, fake = generator.permutation(REAL), generator.permutation(FAKE)
    assert precision_recall(real, fake) == precision_recall(REAL, FAKE)
    assert precision_recall(fake, real) == precision_recall(REAL, FAKE)[::-1]
    expected = density_coverage(REAL, FAKE)
    assert density_coverage(real, fake) == pytest.approx(expected)


@pytest.mark.parametrize("measure", [precision_recall, density_coverage])
def test_neighbor_errors(measure):
    def error(*arguments):
        with pytest.raises(ValueError) as raised:
            measure(*arguments)
        return str(raised.value)

    assert "N above 4. Received: shape=(4, 12)" in error(REAL[:4], FAKE, 4)
    assert "N above 4. Received: shape=(3, 12)" in error(REAL, FAKE[:3], 4)
    assert "12 real and 2 generated features" in error(REAL, FAKE[:, :2])
    assert error(REAL, FAKE, 0).endswith("Received: num_neighbors=0")


def test_all_at_once():
    precision, recall = precision_recall(REAL, FAKE, 2)
    density, coverage = density_coverage(REAL, FAKE, 4)
    result = evaluate_images(
        REAL,
        FAKE,
        num_subsets=3,
        subset_size=50,
        precision_neighbors=2,
        density_neighbors=4,
        seed=7,
    )
    assert result == {
        "fid": frechet_distance(REAL, FAKE),
        "kid": kernel_distance(REAL, FAKE, 3, 50, 7),
        "precision": precision,
        "recall": recall,
        "density": density,
        "coverage": coverage,
    }


def test_all_at_once_with_statistics_of_more_images():
    reference = ImageReference(FeatureStatistics.of(REAL), REAL[:100])
    result = evaluate_images(reference, FAKE, num_subsets=2)
    assert result["fid"] == frechet_distance(REAL, FAKE)
    assert result["recall"] == precision_recall(REAL[:100], FAKE)[1]
