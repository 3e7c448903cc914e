import keras
import numpy as np
import pytest

from kerazoo.training.weight_average import HalfLifeDecay
from kerazoo.training.weight_average import PowerFunctionDecay


def test_image_counts_half_after_the_half_life():
    decay = HalfLifeDecay(half_life=640, ramp_up=None)
    kept = float(decay(1_000, 64)) ** 10  # Ten steps of 64 images.
    assert kept == pytest.approx(0.5, rel=1e-6)


def test_half_life_does_not_depend_on_the_batch_size():
    decay = HalfLifeDecay(half_life=1_000, ramp_up=None)
    assert float(decay(9, 100)) == pytest.approx(float(decay(9, 20)) ** 5, rel=1e-6)


def test_ramp_up_forgets_the_first_weights():
    decay = HalfLifeDecay(half_life=1e9, ramp_up=0.05)
    # After 10 steps of 32 images the half-life is 16 images.
    assert float(decay(10, 32)) == pytest.approx(0.25, rel=1e-6)
    assert float(decay(1, 32)) == pytest.approx(0.5 ** (1 / 0.05), rel=1e-4)


@pytest.mark.parametrize("width", [0.05, 0.1, 0.2])
def test_power_function_average_has_the_width_it_is_named_for(width):
    decay, steps = PowerFunctionDecay(width), 4_000
    weights = np.zeros(steps)
    for index, kept in enumerate(np.asarray(decay(np.arange(1, steps + 1)))):
        weights *= kept
        weights[index] += 1 - kept
    assert weights.sum() == pytest.approx(1, abs=1e-4)
    times = np.arange(1, steps + 1) / steps
    mean = (weights * times).sum()
    deviation = np.sqrt((weights * (times - mean) ** 2).sum())
    assert deviation == pytest.approx(width, rel=0.01)


def test_exponents_of_the_paper():
    # Karras et al., 2024, Section 3.1: 0.05 and 0.10 are gamma = 16.97 and 6.94.
    assert PowerFunctionDecay(0.05).exponent == pytest.approx(16.97, abs=0.005)
    assert PowerFunctionDecay(0.10).exponent == pytest.approx(6.94, abs=0.005)


@pytest.mark.parametrize("decay", [HalfLifeDecay(5_000, 0.1), PowerFunctionDecay(0.07)])
def test_config_round_trip(decay):
    config = keras.saving.serialize_keras_object(decay)
    again = keras.saving.deserialize_keras_object(config)
    assert float(again(7, 16)) == float(decay(7, 16))


def test_values_out_of_range_are_named():
    with pytest.raises(ValueError, match="half_life=0"):
        HalfLifeDecay(0)
    with pytest.raises(ValueError, match="relative_width=0.5"):
        PowerFunctionDecay(0.5)


@pytest.mark.parametrize("step", [1, 100, 10**5, 10**7])
def test_small_shares_are_exact(step):
    """In double precision 1 - decay is exact enough; in float32 it is 0."""
    decay = PowerFunctionDecay(0.1)
    expected = 1 - (1 - 1 / step) ** (decay.exponent + 1)
    assert float(decay.share(step)) == pytest.approx(expected, rel=1e-5)
    expected = 1 - 0.5 ** (64 / (1_000 * step))
    decay = HalfLifeDecay(1_000 * step, ramp_up=None)
    assert float(decay.share(step, 64)) == pytest.approx(expected, rel=1e-5)
    assert float(decay(step, 64)) == pytest.approx(1 - expected, rel=1e-6)
