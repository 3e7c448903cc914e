"""Weights of losses, and the variational bound of learned variances."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import stats

from kerazoo.models.diffusion import parametrizations
from kerazoo.models.diffusion import schedules
from kerazoo.models.diffusion import variational_bound as bounds
from kerazoo.models.diffusion import weightings

# SNR 1/16 (alpha / sigma = 1/4), 1 and 16.
RATIO = np.array([0.25, 1.0, 4.0])
ALPHA = ops.convert_to_tensor(RATIO / np.sqrt(1 + RATIO**2), "float32")
SIGMA = ops.convert_to_tensor(1 / np.sqrt(1 + RATIO**2), "float32")
SNR = RATIO**2


def tensor(values):
    return ops.convert_to_tensor(np.asarray(values, "float32"))


def of(name):
    return parametrizations.PARAMETRIZATIONS[name]()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x0", np.minimum(SNR, 5)),
        ("epsilon", np.minimum(SNR, 5) / SNR),
        ("v", np.minimum(SNR, 5) / (SNR + 1)),
    ],
)
def test_min_snr(name, expected):
    found = weightings.min_snr(of(name), ALPHA, SIGMA)
    np.testing.assert_allclose(ops.convert_to_numpy(found), expected, rtol=1e-5)


def test_edm():
    ones = weightings.edm(of("edm"), ALPHA, SIGMA)
    np.testing.assert_allclose(ops.convert_to_numpy(ones), 1, rtol=1e-5)
    # On x0: (sigma^2 + 1/4) / (sigma / 2)^2 at sigma = 2 is 4.25.
    found = weightings.edm(of("x0"), tensor([1.0]), tensor([2.0]))
    np.testing.assert_allclose(ops.convert_to_numpy(found), [4.25], rtol=1e-6)
    # Levels of equal sigma / alpha weigh the same.
    left = weightings.edm(of("v"), ALPHA, SIGMA)
    right = weightings.edm(of("v"), ops.ones_like(ALPHA), SIGMA / ALPHA)
    np.testing.assert_allclose(*map(ops.convert_to_numpy, (left, right)), rtol=1e-5)


@pytest.mark.parametrize("name", parametrizations.PARAMETRIZATIONS)
def test_uniform(name):
    found = weightings.WEIGHTINGS["uniform"](of(name), ALPHA, SIGMA)
    np.testing.assert_array_equal(ops.convert_to_numpy(found), np.ones(3))


@pytest.mark.parametrize("name", ["x0", "v", "edm", "flow"])
@pytest.mark.parametrize("weighting", weightings.WEIGHTINGS)
def test_weights_in_pure_noise_are_finite(name, weighting):
    level = tensor([0.0]), tensor([1.0])
    weight = weightings.WEIGHTINGS[weighting](of(name), *level)
    assert np.all(np.isfinite(ops.convert_to_numpy(weight)))


def test_split_output():
    output = np.array([[1.0, 2.0, -1.0, 0.5]], "float32")
    prediction, fraction = map(ops.convert_to_numpy, bounds.split_output(output))
    np.testing.assert_array_equal(prediction, [[1.0, 2.0]])
    np.testing.assert_array_equal(fraction, [[0.0, 0.75]])


def test_normal_divergence_is_its_integral():
    x = np.linspace(-20, 20, 400_001)
    one, two = stats.norm(0.3, 0.7), stats.norm(-0.5, 1.3)
    integral = np.sum(one.pdf(x) * (one.logpdf(x) - two.logpdf(x))) * (x[1] - x[0])
    found = bounds.normal_divergence(
        *(tensor(v) for v in (0.3, 2 * np.log(0.7), -0.5, 2 * np.log(1.3)))
    )
    np.testing.assert_allclose(ops.convert_to_numpy(found), integral, rtol=1e-5)


@pytest.mark.parametrize("mean", [-0.9, 0.0, 0.4, 1.0])
def test_discretized_likelihood(mean):
    """The bins are those of a normal distribution, and their sum is 1."""
    centres = np.linspace(-1, 1, 256)
    edges = np.concatenate([[-np.inf], (centres[1:] + centres[:-1]) / 2, [np.inf]])
    expected = np.diff(stats.norm(mean, 0.1).cdf(edges))
    found = bounds.discretized_log_likelihood(
        tensor(centres), tensor(mean), tensor(np.full(256, 2 * np.log(0.1)))
    )
    found = np.exp(ops.convert_to_numpy(found))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=3e-7)
    np.testing.assert_allclose(found.sum(), 1, rtol=1e-5)


def test_variational_bound_is_that_of_the_chain():
    """The posterior of the chain's betas, Equations 6 and 7 of DDPM, in float64."""
    schedule = schedules.LinearSchedule()
    random = np.random.default_rng(0)
    x0, epsilon, estimate = random.uniform(-1, 1, (3, 3, 4, 4, 2))
    fraction = random.uniform(0, 1, x0.shape)
    index = np.array([700, 30, 1])
    column = lambda values: values.reshape(-1, 1, 1, 1)  # noqa: E731
    abar = column(schedule.alphas_cumprod[index])
    before = column(schedule.alphas_cumprod[index - 1])
    beta = 1 - abar / before
    x = np.sqrt(abar) * x0 + np.sqrt(1 - abar) * epsilon
    small = beta * (1 - before) / (1 - abar)
    variance = beta**fraction * small ** (1 - fraction)
    gap = np.sqrt(before) * beta / (1 - abar) * (x0 - estimate)
    nats = (np.log(variance / small) - 1 + (small + gap**2) / variance) / 2
    levels = [
        (schedule.alphas[i].astype("float32"), schedule.sigmas[i].astype("float32"))
        for i in (index, index - 1)
    ]
    found = bounds.variational_bound(
        *(array.astype("float32") for array in (x0, x, estimate, fraction)),
        *levels,
        schedule.least_posterior_sigma,
    )
    np.testing.assert_allclose(
        ops.convert_to_numpy(found), nats.mean((1, 2, 3)) / np.log(2), rtol=2e-3
    )


def test_variational_bound_of_the_last_step():
    """The likelihood of the pixels under the mean, which is the estimate of x0."""
    schedule = schedules.LinearSchedule()
    x0 = np.full((1, 2, 2, 1), 51 / 255 * 2 - 1, "float32")
    estimate = x0 + 0.004
    level = np.float32([schedule.alphas[0]]), np.float32([schedule.sigmas[0]])
    clean = np.float32([1.0]), np.float32([0.0])
    for fraction, deviation in ((1.0, 0.01), (0.0, schedule.least_posterior_sigma)):
        found = bounds.variational_bound(
            x0,
            x0,
            estimate,
            np.full_like(x0, fraction),
            level,
            clean,
            schedule.least_posterior_sigma,
        )
        bin_width = np.array([-1, 1]) / 255
        bottom, top = stats.norm(0.004, deviation).cdf(bin_width)
        np.testing.assert_allclose(
            ops.convert_to_numpy(found), [-np.log2(top - bottom)], rtol=1e-3
        )


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="needs TensorFlow")
def test_gradients_of_the_bound_reach_the_fraction_only():
    import tensorflow as tf

    schedule = schedules.LinearSchedule()
    random = np.random.default_rng(1)
    x0, x = (tf.constant(random.uniform(-1, 1, (2, 3)), "float32") for _ in "ab")
    estimate, fraction = tf.Variable(x0 + 0.01), tf.Variable(0.5 * tf.ones((2, 3)))
    levels = [
        (np.float32(schedule.alphas[[0, 500]]), np.float32(schedule.sigmas[[0, 500]])),
        (
            np.float32([1.0, schedule.alphas[499]]),
            np.float32([0.0, schedule.sigmas[499]]),
        ),
    ]
    with tf.GradientTape() as tape:
        bound = bounds.variational_bound(
            x0, x, estimate, fraction, *levels, schedule.least_posterior_sigma
        )
    gradients = tape.gradient(bound, [estimate, fraction])
    assert gradients[0] is None
    assert np.all(np.isfinite(gradients[1]))
    assert np.all(np.abs(gradients[1]) > 0)


def test_edm_takes_the_deviation_of_the_parametrisation():
    wide = parametrizations.EDMParametrization(sigma_data=0.3)
    ones = weightings.edm(wide, ALPHA, SIGMA)
    np.testing.assert_allclose(ops.convert_to_numpy(ones), 1, rtol=1e-5)
