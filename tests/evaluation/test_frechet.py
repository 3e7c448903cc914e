import numpy as np
import pytest
from scipy import linalg

from kerazoo.evaluation.feature_statistics import FeatureStatistics
from kerazoo.evaluation.frechet import frechet_distance

RANDOM = np.random.RandomState(0)  # Its numbers are the same in every NumPy.
REAL = np.abs(RANDOM.normal(size=(300, 12)) @ RANDOM.normal(size=(12, 12)) / 3)
FAKE = np.abs(RANDOM.normal(size=(200, 12)) @ RANDOM.normal(size=(12, 12)) / 3 + 0.2)


def gaussian(mean, covariance):
    return FeatureStatistics(np.array(mean, float), np.array(covariance, float), 100)


def test_diagonal_gaussians():
    # Independent directions: |difference of means|^2 + |difference of deviations|^2.
    first = gaussian([1, 2, 3], np.diag([1, 4, 9]))
    second = gaussian([1, 4, 2], np.diag([16, 4, 1]))
    assert frechet_distance(first, second) == pytest.approx(
        (2**2 + 1**2) + (3**2 + 0 + 2**2), rel=1e-12
    )


def test_gaussians_in_two_dimensions():
    # For 2x2 matrices (tr M^(1/2))^2 = tr M + 2 det(M)^(1/2), M the product.
    first, second = np.array([[2, 1], [1, 3]]), np.array([[1, -0.5], [-0.5, 2]])
    product = first @ second
    root = np.sqrt(np.trace(product) + 2 * np.sqrt(np.linalg.det(product)))
    expected = np.trace(first) + np.trace(second) - 2 * root
    distance = frechet_distance(gaussian([0, 0], first), gaussian([0, 0], second))
    assert distance == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("size", [1, 5, 30])
def test_full_covariances_by_the_matrix_root(size):
    generator = np.random.default_rng(size)
    real = generator.normal(size=(200, size)) @ generator.normal(size=(size, size))
    fake = generator.normal(size=(90, size)) @ generator.normal(size=(size, size)) + 1
    first = np.cov(real, rowvar=False).reshape(size, size)
    second = np.cov(fake, rowvar=False).reshape(size, size)
    root = linalg.sqrtm(first @ second)
    expected = np.square(real.mean(0) - fake.mean(0)).sum() + np.trace(
        first + second - 2 * root.real
    )
    assert frechet_distance(real, fake) == pytest.approx(expected, rel=1e-9)


def test_as_torch_fidelity_0_4_0():
    assert frechet_distance(REAL, FAKE) == pytest.approx(1.6971435948356337, rel=1e-9)
    few = frechet_distance(REAL[:9], FAKE[:8])  # Singular covariances.
    assert few == pytest.approx(7.484787672861093, rel=1e-6)


def test_fewer_samples_than_features():
    # Two samples each: covariances d d^T / 2 of rank one, whose roots are known.
    generator = np.random.default_rng(0)
    real, fake = generator.normal(size=(2, 2, 50))
    first, second = real[0] - real[1], fake[0] - fake[1]
    traces = (first @ first + second @ second) / 2
    expected = np.square(real.mean(0) - fake.mean(0)).sum() + traces
    expected -= abs(first @ second)
    assert frechet_distance(real, fake) == pytest.approx(expected, rel=1e-9)


def test_identical_constant_and_dead_features():
    assert frechet_distance(REAL, REAL) == pytest.approx(0, abs=1e-9)
    ones = np.ones((5, 3))
    assert frechet_distance(ones, ones) == 0
    assert frechet_distance(ones, 3 * ones) == pytest.approx(12)
    dead = np.c_[REAL, np.zeros(300)], np.c_[FAKE, np.zeros(200)]
    assert frechet_distance(*dead) == pytest.approx(frechet_distance(REAL, FAKE))


def test_invariances():
    distance = frechet_distance(REAL, FAKE)
    generator = np.random.default_rng(0)
    shuffled = generator.permutation(REAL), generator.permutation(FAKE)
    assert frechet_distance(*shuffled) == pytest.approx(distance, rel=1e-9)
    assert frechet_distance(FAKE, REAL) == pytest.approx(distance, rel=1e-9)
    turn = np.linalg.qr(generator.normal(size=(12, 12)))[0]
    turned = frechet_distance(REAL @ turn + 5, FAKE @ turn + 5)
    assert turned == pytest.approx(distance, rel=1e-9)
    assert frechet_distance(3 * REAL, 3 * FAKE) == pytest.approx(9 * distance)


def test_statistics_stand_for_their_features():
    statistics = FeatureStatistics.of(REAL.astype(np.float32))
    assert statistics.count == 300
    assert statistics.mean.dtype == statistics.covariance.dtype == np.float64
    distance = frechet_distance(statistics, FeatureStatistics.of(FAKE))
    assert distance == pytest.approx(frechet_distance(REAL, FAKE), rel=1e-6)
    assert FeatureStatistics.of(REAL[:, :1]).covariance.shape == (1, 1)


@pytest.mark.parametrize(
    ("real", "fake", "message"),
    [
        (REAL[:1], FAKE, "`real_features` must be (N, D) with N above 1. Received: sh"),
        (REAL, FAKE[:0], "`fake_features` must be (N, D) with N above 1. Received: sh"),
        (REAL[0], FAKE, "Received: shape=(12,)"),
        (REAL, FAKE[:, :5], "Received: 12 real and 5 generated features"),
        (FeatureStatistics.of(REAL), FAKE[:, :5], "12 real and 5 generated features"),
        (REAL, np.where(FAKE[3, 4] == FAKE, np.nan, FAKE), "fake_features[3, 4]=nan"),
        (np.where(REAL[2, 1] == REAL, np.inf, REAL), FAKE, "real_features[2, 1]=inf"),
    ],
)
def test_frechet_errors(real, fake, message):
    with pytest.raises(ValueError) as raised:
        frechet_distance(real, fake)
    assert message in str(raised.value)
