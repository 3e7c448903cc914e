"""What outputs mean: round trips, conversions and published forms."""

import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.diffusion import parametrizations

PARAMETRIZATIONS = {
    **{name: cls() for name, cls in parametrizations.PARAMETRIZATIONS.items()},
    "edm_wide": parametrizations.EDMParametrization(sigma_data=1.5),
}
LEVELS = {
    "noisy": (0.1, np.sqrt(1 - 0.1**2)),
    "middle": (0.6, 0.8),
    "nearly_clean": (np.sqrt(1 - 0.05**2), 0.05),
    "exploding": (1.0, 3.0),
    "flow": (0.7, 0.3),
}


@pytest.fixture
def pair():
    random = np.random.default_rng(0)
    arrays = random.standard_normal((2, 4, 3, 3, 2)).astype("float32")
    return tuple(ops.convert_to_tensor(array) for array in arrays)


def check(actual, expected, atol=1e-6):
    actual, expected = ops.convert_to_numpy(actual), ops.convert_to_numpy(expected)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=atol)


def single(*level):
    return tuple(ops.convert_to_tensor(np.float32(value)) for value in level)


@pytest.mark.parametrize("name", PARAMETRIZATIONS)
@pytest.mark.parametrize("level", LEVELS)
def test_target_means_x0(name, level, pair):
    (x0, epsilon), (alpha, sigma) = pair, single(*LEVELS[level])
    parametrization = PARAMETRIZATIONS[name]
    x = alpha * x0 + sigma * epsilon
    target = parametrization.target(x0, epsilon, alpha, sigma)
    rounding = 1e-6 * max(1.0, float(sigma / alpha))  # Of x, divided by alpha.
    check(parametrization.denoised(target, x, alpha, sigma), x0, 2 * rounding)


@pytest.mark.parametrize("name", PARAMETRIZATIONS)
@pytest.mark.parametrize("level", LEVELS)
def test_gain_is_the_derivative(name, level, pair):
    (x, output), (alpha, sigma) = pair, single(*LEVELS[level])
    parametrization = PARAMETRIZATIONS[name]
    change = parametrization.denoised(
        output + 1, x, alpha, sigma
    ) - parametrization.denoised(output, x, alpha, sigma)
    gain = float(parametrization.x0_gain(alpha, sigma))
    check(ops.abs(change), np.full(x.shape, gain), 1e-5 * max(1, gain))


@pytest.mark.parametrize("name", PARAMETRIZATIONS)
@pytest.mark.parametrize("other", PARAMETRIZATIONS)
def test_conversions(name, other, pair):
    """The output of one that means what the output of another means is its target."""
    (x0, epsilon), (alpha, sigma) = pair, single(0.6, 0.8)
    x = alpha * x0 + sigma * epsilon
    first, second = PARAMETRIZATIONS[name], PARAMETRIZATIONS[other]
    output = first.target(x0, epsilon, alpha, sigma)
    found = first.denoised(output, x, alpha, sigma)
    noise = (x - alpha * found) / sigma
    converted = second.target(found, noise, alpha, sigma)
    check(converted, second.target(x0, epsilon, alpha, sigma), 2e-6)


@pytest.mark.parametrize("name", PARAMETRIZATIONS)
@pytest.mark.parametrize("scale", [0.2, 5.0])
def test_a_level_is_its_ratio(name, scale, pair):
    """On another path of levels the network sees and says the same."""
    (x, output), (alpha, sigma) = pair, single(0.6, 0.8)
    parametrization = PARAMETRIZATIONS[name]
    scaled = single(scale * alpha, scale * sigma)
    check(
        parametrization.scale_input(scale * x, *scaled),
        parametrization.scale_input(x, alpha, sigma),
    )
    check(
        parametrization.denoised(output, scale * x, *scaled),
        parametrization.denoised(output, x, alpha, sigma),
        2e-6,
    )


@pytest.mark.parametrize(
    ("name", "level"),
    [("epsilon", (0.6, 0.8)), ("v", (0.6, 0.8)), ("flow", (0.7, 0.3))],
)
def test_input_at_home_is_x(name, level, pair):
    check(PARAMETRIZATIONS[name].scale_input(pair[0], *single(*level)), pair[0])


def test_v_by_hand():
    v = PARAMETRIZATIONS["v"]
    # x0 = 2, epsilon = 1 at (0.6, 0.8): x = 2, v = 0.6 - 1.6 = -1, x0 = 1.2 + 0.8.
    check(v.target(2.0, 1.0, *single(0.6, 0.8)), -1.0)
    check(v.denoised(-1.0, 2.0, *single(0.6, 0.8)), 2.0)


@pytest.mark.parametrize("name", ["edm", "edm_wide"])
@pytest.mark.parametrize("sigma", [0.002, 0.5, 80.0])
def test_edm_is_table_1(name, sigma, pair):
    (x, output), edm = pair, PARAMETRIZATIONS[name]
    data = edm.sigma_data
    total = np.sqrt(sigma**2 + data**2)
    x = x * total
    level = single(1.0, sigma)
    expected = data**2 / total**2 * x + sigma * data / total * output
    check(edm.denoised(output, x, *level), expected, 1e-5)
    check(edm.scale_input(x, *level), x / total, 1e-5)


@pytest.mark.parametrize("name", PARAMETRIZATIONS)
@pytest.mark.parametrize("level", [(0.6, 0.8), (0.98, 0.199), (0.05, 0.99875)])
def test_edm_inputs_and_targets_have_unit_variance(name, level):
    random = np.random.default_rng(1)
    edm = PARAMETRIZATIONS[name]
    deviation = getattr(edm, "sigma_data", 1.0)
    x0, epsilon = random.standard_normal((2, 100_000)).astype("float32")
    x0, epsilon = ops.convert_to_tensor(deviation * x0), ops.convert_to_tensor(epsilon)
    alpha, sigma = single(*level)
    target = ops.convert_to_numpy(edm.target(x0, epsilon, alpha, sigma))
    expected = np.sqrt(2) if name == "flow" else 1.0  # Of epsilon - x0.
    np.testing.assert_allclose(target.std(), expected, rtol=0.02)
    if name != "flow":
        seen = edm.scale_input(alpha * x0 + sigma * epsilon, alpha, sigma)
        np.testing.assert_allclose(ops.convert_to_numpy(seen).std(), 1, rtol=0.02)


@pytest.mark.parametrize("name", ["x0", "v", "edm", "flow"])
def test_pure_noise_is_finite(name, pair):
    (x0, epsilon), level = pair, single(0.0, 1.0)
    parametrization = PARAMETRIZATIONS[name]
    target = parametrization.target(x0, epsilon, *level)
    check(parametrization.denoised(target, epsilon, *level), x0)
    check(parametrization.scale_input(epsilon, *level), epsilon)


def test_noise_condition():
    alpha = ops.convert_to_tensor([1.0, 1.0, 0.0, 1.0, 0.6], "float32")
    sigma = ops.convert_to_tensor([80.0, 0.0, 1.0, 1e-9, 0.6], "float32")
    expected = [np.log(80) / 4, -2.5, 2.5, -2.5, 0.0]
    check(parametrizations.noise_condition(alpha, sigma), expected)


@pytest.mark.parametrize("name", PARAMETRIZATIONS)
def test_config_round_trip(name):
    original = PARAMETRIZATIONS[name]
    serialized = keras.saving.serialize_keras_object(original)
    copy = keras.saving.deserialize_keras_object(serialized)
    assert type(copy) is type(original)
    assert vars(copy) == vars(original)


def test_errors():
    with pytest.raises(ValueError, match="Received: sigma_data=0"):
        parametrizations.EDMParametrization(0)
