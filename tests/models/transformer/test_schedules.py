import keras
import numpy as np
import pytest

from kerazoo.models.transformer.schedules import InverseSquareRoot
from kerazoo.models.transformer.schedules import WarmupStableDecay

SCHEDULES = [InverseSquareRoot(0.3, 7), WarmupStableDecay(0.2, 5, 20, 8)]


def rates(schedule, steps):
    return np.array([float(schedule(step)) for step in steps])


def test_inverse_square_root_by_hand():
    schedule = InverseSquareRoot(0.8, warmup_steps=4)
    # Steps 1 to 4 rise by quarters; step 16 has the root of 4 / 16.
    np.testing.assert_allclose(
        rates(schedule, [0, 1, 3, 8, 15, 399]),
        [0.2, 0.4, 0.8, 0.8 * 2 / 3, 0.4, 0.08],
        rtol=1e-6,
    )


def test_inverse_square_root_is_equation_3_of_the_paper():
    size, warmup = 512, 4_000
    schedule = InverseSquareRoot(size**-0.5 * warmup**-0.5, warmup)
    t = np.array([1, 100, 3_999, 4_000, 4_001, 100_000], float)
    expected = size**-0.5 * np.minimum(t**-0.5, t * warmup**-1.5)
    np.testing.assert_allclose(rates(schedule, t - 1), expected, rtol=1e-5)


def test_warmup_stable_decay_by_hand():
    schedule = WarmupStableDecay(0.4, warmup_steps=2, total_steps=9, decay_steps=3)
    # Rises in 2 steps, stays for 4, falls by quarters in 3; nothing is left after.
    expected = [0.2, 0.4, 0.4, 0.4, 0.4, 0.4, 0.3, 0.2, 0.1, 0, 0]
    np.testing.assert_allclose(rates(schedule, range(11)), expected, atol=1e-7)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((0, 3, 0), [1, 1, 1]),
        ((3, 3, 0), [1 / 3, 2 / 3, 1]),
        ((0, 3, 3), [3 / 4, 2 / 4, 1 / 4]),
        ((2, 4, 2), [1 / 2, 1, 2 / 3, 1 / 3]),
    ],
)
def test_either_end_may_have_no_steps(arguments, expected):
    schedule = WarmupStableDecay(1.0, *arguments)
    np.testing.assert_allclose(rates(schedule, range(len(expected))), expected)


@pytest.mark.parametrize(
    ("schedule", "peak"),
    [(InverseSquareRoot(0.3, 50), 0.3), (WarmupStableDecay(0.2, 50, 200, 80), 0.2)],
)
def test_no_step_jumps(schedule, peak):
    found = rates(schedule, range(200))
    assert found.max() == pytest.approx(peak)
    assert np.abs(np.diff(found, prepend=0)).max() <= peak / 50 * 1.001
    assert (np.diff(found[:50]) > 0).all() and (np.diff(found[50:]) <= 1e-8).all()


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_config_round_trip(schedule):
    config = keras.saving.serialize_keras_object(schedule)
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is type(schedule)
    np.testing.assert_array_equal(rates(again, range(25)), rates(schedule, range(25)))


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_optimizer_takes_the_rates(schedule):
    optimizer = keras.optimizers.SGD(schedule)
    variable = keras.Variable(0.0)
    for _ in range(3):
        optimizer.apply([keras.ops.ones(())], [variable])
    expected = -rates(schedule, range(3)).sum()
    assert float(variable.numpy()) == pytest.approx(expected, rel=1e-5)


def test_values_out_of_range_are_named():
    with pytest.raises(ValueError, match="Received: warmup_steps=0"):
        InverseSquareRoot(1e-3, 0)
    for arguments in [(-1, 10, 2), (2, 10, -1), (6, 10, 5)]:
        warmup, total, decay = arguments
        text = f"warmup_steps={warmup}, decay_steps={decay}, total_steps={total}"
        with pytest.raises(ValueError, match=f"Received: {text}"):
            WarmupStableDecay(1e-3, *arguments)
