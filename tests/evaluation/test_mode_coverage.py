import math

import numpy as np
import pytest
from scipy import stats

from kerazoo.evaluation.mode_coverage import class_coverage
from kerazoo.evaluation.mode_coverage import mixture_coverage

LINE = np.array([[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]])
ANGLES = np.arange(8) * np.pi / 4
RING = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)


def test_mixture_by_hand():
    samples = [
        (0.0, 0.5),
        (2.9, 0.0),
        (-2.0, 2.0),  # 2.83 away.
        (-2.2, 2.2),  # 3.11 away.
        (4.9, 0.0),
        (9.0, -1.0),
        (20.0, 3.1),
    ]
    coverage = mixture_coverage(samples, LINE, sigma=1.0)
    assert coverage["modes"] == 2
    assert coverage["high_quality"] == pytest.approx(4 / 7)
    # Three of the four good ones at the first centre, one at the second, of three.
    expected = 3 / 4 * math.log(9 / 4) + 1 / 4 * math.log(3 / 4)
    assert coverage["reverse_kl"] == pytest.approx(expected, rel=1e-12)
    wider = mixture_coverage(samples, LINE, sigma=1.0, num_sigmas=3.2)
    assert (wider["modes"], wider["high_quality"]) == (3, pytest.approx(6 / 7))


@pytest.mark.parametrize("num_sigmas", [1.0, 2.0, 3.0])
def test_share_of_high_quality_is_that_of_rayleigh(num_sigmas):
    random = np.random.RandomState(0)
    modes = random.randint(8, size=40_000)
    samples = RING[modes] + 0.01 * random.normal(size=(40_000, 2))
    coverage = mixture_coverage(samples, RING, 0.01, num_sigmas)
    share = 1 - math.exp(-(num_sigmas**2) / 2)
    deviation = math.sqrt(share * (1 - share) / 40_000)
    assert coverage["high_quality"] == pytest.approx(share, abs=4 * deviation)
    assert coverage["modes"] == 8
    # Twice N times the divergence is chi-squared with K - 1 degrees of freedom.
    count = coverage["high_quality"] * 40_000
    assert 1e-3 < stats.chi2.cdf(2 * count * coverage["reverse_kl"], 7) < 1 - 1e-3


def test_modes_are_weighed_as_by_scipy():
    counts = [5, 1, 0, 7, 2, 0, 0, 3]
    samples = RING.repeat(counts, axis=0) + 0.001
    coverage = mixture_coverage(samples.astype(np.float32), RING, sigma=0.01)
    assert (coverage["modes"], coverage["high_quality"]) == (5, 1.0)
    expected = stats.entropy(counts, np.ones(8))
    assert coverage["reverse_kl"] == pytest.approx(expected, rel=1e-12)


def test_collapse_and_nothing_good():
    collapsed = mixture_coverage(RING[:1].repeat(9, axis=0), RING, sigma=0.01)
    assert collapsed == {
        "modes": 1,
        "high_quality": 1.0,
        "reverse_kl": pytest.approx(math.log(8)),
    }
    none = mixture_coverage([[5.0, 5.0]], RING, sigma=0.01)
    assert none == {
        "modes": 0,
        "high_quality": 0.0,
        "reverse_kl": pytest.approx(math.log(8)),
    }
    assert mixture_coverage(RING, RING, sigma=0.01)["reverse_kl"] == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"samples": RING[0]}, "`samples` must be (N, D) with N above 0. Received: sh"),
        ({"samples": RING[:0]}, "Received: shape=(0, 2)"),
        ({"samples": [[0.0, np.nan]]}, "Received: samples[0, 1]=nan"),
        ({"samples": [[np.inf, 0.0]]}, "Received: samples[0, 0]=inf"),
        ({"centers": RING[:0]}, "`centers` must be (N, D) with N above 0."),
        (
            {"centers": np.zeros((4, 3))},
            "Received: samples.shape=(8, 2), centers.shape=(4, 3)",
        ),
        ({"sigma": 0.0}, "`sigma` must be positive. Received: sigma=0.0"),
        ({"sigma": float("nan")}, "Received: sigma=nan"),
        ({"num_sigmas": -1}, "`num_sigmas` must be positive. Received: num_sigmas=-1"),
    ],
)
def test_mixture_errors(changes, message):
    arguments = {"samples": RING, "centers": RING, "sigma": 0.01, **changes}
    with pytest.raises(ValueError) as raised:
        mixture_coverage(**arguments)
    assert message in str(raised.value)


def test_classes_by_hand():
    coverage = class_coverage([2, 0, 2, 2], num_classes=4)
    expected = 1 / 4 * math.log(1) + 3 / 4 * math.log(3)
    assert coverage == {"modes": 2, "reverse_kl": pytest.approx(expected, rel=1e-12)}
    assert class_coverage([0, 1, 2, 3], num_classes=4) == {"modes": 4, "reverse_kl": 0}


def test_expected_classes_as_by_scipy():
    random = np.random.RandomState(0)
    expected = random.dirichlet(np.ones(20)).astype(np.float32)
    classes = random.randint(15, size=300).astype(np.uint8)
    coverage = class_coverage(classes, 20, expected)
    counts = np.bincount(classes, minlength=20)
    assert coverage["modes"] == np.count_nonzero(counts)
    divergence = stats.entropy(counts, expected.astype(np.float64))
    assert coverage["reverse_kl"] == pytest.approx(divergence, rel=1e-9)


def test_classes_never_expected():
    expected = [0.5, 0.5, 0.0]
    assert class_coverage([0, 1], 3, expected) == {"modes": 2, "reverse_kl": 0}
    assert class_coverage([0, 2], 3, expected)["reverse_kl"] == math.inf


def test_equal_classes_have_a_small_divergence():
    classes = np.random.RandomState(0).randint(1_000, size=26_000)
    coverage = class_coverage(classes, num_classes=1_000)
    assert coverage["modes"] == 1_000
    # Twice N times the divergence is about chi-squared: mean 999, deviation 45.
    assert 2 * 26_000 * coverage["reverse_kl"] == pytest.approx(999, abs=4 * 45)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"classes": np.zeros(0, int)}, "Received: shape=(0,), dtype=int64"),
        ({"classes": np.zeros((2, 1), int)}, "Received: shape=(2, 1)"),
        ({"classes": np.array([0.0, np.nan])}, "dtype=float64"),
        ({"classes": [0, 3]}, "from 0 to 2. Received: classes[1]=3"),
        ({"classes": [-1, 0]}, "from 0 to 2. Received: classes[0]=-1"),
        ({"expected": [0.5, 0.5]}, "`expected` must be (3,). Received: shape=(2,)"),
        ({"expected": [0.5, 0.7, -0.2]}, "Received: min=-0.2"),
        ({"expected": [1.0, 1.0, 1.0]}, "Received: min=1.0, sum=3.0"),
        ({"expected": [np.nan, 0.5, 0.5]}, "Received: min=nan, sum=nan"),
    ],
)
def test_class_errors(changes, message):
    arguments = {"classes": [0, 1, 2], "num_classes": 3, **changes}
    with pytest.raises(ValueError) as raised:
        class_coverage(**arguments)
    assert message in str(raised.value)
