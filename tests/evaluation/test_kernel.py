import numpy as np
import pytest

from kerazoo.evaluation.kernel import kernel_distance

RANDOM = np.random.RandomState(0)  # Its numbers are the same in every NumPy.
REAL = np.abs(RANDOM.normal(size=(300, 12)) @ RANDOM.normal(size=(12, 12)) / 3)
FAKE = np.abs(RANDOM.normal(size=(200, 12)) @ RANDOM.normal(size=(12, 12)) / 3 + 0.2)


def by_loops(x, y):
    """Equation 4 of the paper, term by term."""
    m, size = x.shape

    def kernel(a, b):
        return (sum(a[d] * b[d] for d in range(size)) / size + 1) ** 3

    total = 0.0
    for i in range(m):
        for j in range(m):
            if i != j:
                total += (kernel(x[i], x[j]) + kernel(y[i], y[j])) / (m * (m - 1))
            total -= 2 * kernel(x[i], y[j]) / m**2
    return total


def test_one_whole_subset_by_loops():
    real, fake = REAL[:20], FAKE[:20]
    distance = kernel_distance(real, fake, num_subsets=1)
    assert distance == pytest.approx(by_loops(real, fake), rel=1e-10)


def test_two_samples_by_hand():
    # One feature: k(a, b) = (ab + 1)^3; k(0, 1) = 1, k(1, 2) = 27, k(0, 2) = 1, ...
    real, fake = np.array([[0.0], [1.0]]), np.array([[1.0], [2.0]])
    # Off the diagonal 2 * 1 / 2 and 2 * 27 / 2; between them (1 + 1 + 8 + 27) / 4.
    expected = 1 + 27 - 2 * (1 + 1 + 8 + 27) / 4
    assert kernel_distance(real, fake, num_subsets=3) == pytest.approx(expected)


def test_as_torch_fidelity_0_4_0():
    # Generated images as its first input, real ones as its second.
    distance = kernel_distance(REAL, FAKE, num_subsets=20, subset_size=100)
    assert distance == pytest.approx(0.9227446429328487, rel=1e-9)


def test_subsets_depend_on_the_seed_alone():
    options = {"num_subsets": 3, "subset_size": 10}
    first = kernel_distance(REAL, FAKE, **options, seed=1)
    assert first == kernel_distance(REAL, FAKE, **options, seed=1)
    assert first != kernel_distance(REAL, FAKE, **options, seed=2)


def test_is_unbiased():
    generator = np.random.default_rng(0)
    distances = [
        kernel_distance(*generator.normal(size=(2, 10, 4)), num_subsets=1)
        for _ in range(400)
    ]
    error = np.std(distances) / 20
    assert abs(np.mean(distances)) < 4 * error
    assert min(distances) < 0  # As the biased estimate never is.


def test_whole_sets_need_no_order():
    generator = np.random.default_rng(0)
    distance = kernel_distance(REAL[:50], FAKE[:50], num_subsets=1)
    real, fake = generator.permutation(REAL[:50]), generator.permutation(FAKE[:50])
    assert kernel_distance(real, fake, num_subsets=1) == pytest.approx(distance)
    assert kernel_distance(fake, real, num_subsets=1) == pytest.approx(distance)


def test_inputs_stay_as_they_are():
    real, fake = REAL.copy(), FAKE.copy()
    kernel_distance(real, fake, num_subsets=2)
    np.testing.assert_array_equal(real, REAL)
    np.testing.assert_array_equal(fake, FAKE)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"real": REAL[:1]}, "N above 1. Received: shape=(1, 12)"),
        ({"fake": FAKE[:, :3]}, "12 real and 3 generated features"),
        ({"num_subsets": 0}, "Received: num_subsets=0, subset_size=1000"),
        ({"subset_size": 1}, "Received: num_subsets=100, subset_size=1"),
    ],
)
def test_kernel_errors(options, message):
    options = {"real": REAL, "fake": FAKE} | options
    with pytest.raises(ValueError) as raised:
        kernel_distance(options.pop("real"), options.pop("fake"), **options)
    assert message in str(raised.value)
