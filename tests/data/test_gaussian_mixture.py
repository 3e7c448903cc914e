import dataclasses

import numpy as np
import pytest
from scipy import stats

from kerazoo.data.gaussian_mixture import MIXTURES
from kerazoo.data.gaussian_mixture import GaussianMixture
from kerazoo.data.gaussian_mixture import grid
from kerazoo.data.gaussian_mixture import ring


def nearest(points, centers):
    return np.linalg.norm(points[:, np.newaxis] - centers, axis=2).argmin(axis=1)


def test_ring():
    half = np.sqrt(0.5)
    expected = [
        (1, 0),
        (half, half),
        (0, 1),
        (-half, half),
        (-1, 0),
        (-half, -half),
        (0, -1),
        (half, -half),
    ]
    np.testing.assert_allclose(ring().centers, expected, atol=1e-7)
    assert ring().sigma ** 2 == pytest.approx(1e-4)
    triangle = ring(modes=3, radius=2.0, sigma=0.1)
    assert (triangle.num_modes, triangle.sigma) == (3, 0.1)
    np.testing.assert_allclose(triangle.centers.sum(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(triangle.centers, axis=1), 2, rtol=1e-6)


def test_grid():
    expected = [(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)]
    assert sorted(map(tuple, grid().centers.tolist())) == expected
    assert grid().sigma ** 2 == pytest.approx(0.0025)
    assert grid(side=2, spacing=3.0).centers.min(axis=0).tolist() == [-1.5, -1.5]


@pytest.mark.parametrize("name", MIXTURES)
def test_samples_follow_the_mixture(name):
    mixture = MIXTURES[name]()
    points = mixture.sample(20_000, seed=1)
    assert points.shape == (20_000, 2)
    assert points.dtype == mixture.centers.dtype == np.float32
    modes = nearest(points, mixture.centers)
    counts = np.bincount(modes, minlength=mixture.num_modes)
    assert stats.chisquare(counts).pvalue > 1e-3  # All equally likely,
    assert len(set(counts)) > 1  # and not forced to be equally many.
    offsets = (points - mixture.centers[modes]) / mixture.sigma
    for column in offsets.T:
        assert stats.kstest(column, "norm").pvalue > 1e-3
    assert abs(np.corrcoef(offsets.T)[0, 1]) < 0.03


def test_samples_depend_on_the_seed_alone():
    points = ring().sample(100, seed=3)
    np.testing.assert_array_equal(ring().sample(100, seed=3), points)
    assert (ring().sample(100, seed=4) != points).all()
    assert ring().sample(0, seed=3).shape == (0, 2)


def test_mixture_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ring().sigma = 1.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GaussianMixture(np.zeros(2), 1.0), "centers.shape=(2,)"),
        (lambda: GaussianMixture(np.zeros((4, 3)), 1.0), "centers.shape=(4, 3)"),
        (lambda: ring(modes=0), "at least one centre. Received: centers=[]"),
        (lambda: grid(side=0), "at least one centre. Received: centers=[]"),
        (lambda: ring(sigma=0.0), "positive. Received: sigma=0.0"),
        (lambda: grid(sigma=float("nan")), "positive. Received: sigma=nan"),
    ],
)
def test_mixture_errors(make, message):
    with pytest.raises(ValueError) as raised:
        make()
    assert message in str(raised.value)
