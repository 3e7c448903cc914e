"""Noise levels against closed forms and papers."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import stats

from kerazoo.models.diffusion import schedules

DISCRETE = {
    "linear": schedules.LinearSchedule(),
    "scaled_linear": schedules.ScaledLinearSchedule(),
    "cosine": schedules.CosineSchedule(),
    "zero_snr": schedules.ScaledLinearSchedule(zero_terminal_snr=True),
    "short": schedules.LinearSchedule(1e-3, 0.2, num_train_steps=100),
}
CONTINUOUS = {
    "karras": schedules.KarrasSchedule(),
    "flow": schedules.FlowSchedule(),
    "shifted": schedules.FlowSchedule(shift=3.0, distribution="logit_normal"),
}
ALL = {**DISCRETE, **CONTINUOUS}
SPACINGS = [
    (name, spacing)
    for name, schedule in ALL.items()
    for spacing in (schedule.spacings if name != "zero_snr" else schedule.spacings[:3])
]
FIRST = [(name, schedule.spacings[0]) for name, schedule in ALL.items()]


def numpy(pair):
    return tuple(ops.convert_to_numpy(value) for value in pair)


@pytest.mark.parametrize("name", DISCRETE)
def test_chain_of_the_forward_process(name):
    """Noising step by step gives the moments that the table says."""
    schedule = DISCRETE[name]
    table = np.concatenate([[1.0], schedule.alphas_cumprod])
    betas = 1 - table[1:] / table[:-1]
    if name != "zero_snr":
        np.testing.assert_allclose(betas, schedule.betas(), rtol=1e-9)
    mean, variance = 1.0, 0.0
    for index, beta in enumerate(betas):
        mean, variance = np.sqrt(1 - beta) * mean, (1 - beta) * variance + beta
        if index in (0, len(betas) // 2, len(betas) - 1):
            np.testing.assert_allclose(schedule.alphas[index], mean, atol=1e-12)
            np.testing.assert_allclose(schedule.sigmas[index] ** 2, variance, rtol=1e-9)


def test_forward_process_moments():
    """Samples of alpha x0 + sigma epsilon have the moments of the level."""
    random = np.random.default_rng(0)
    for schedule in ALL.values():
        (alpha,), (sigma,) = numpy(schedule.level(np.array([0.4])))
        x = alpha * 2.0 + sigma * random.standard_normal(200_000)
        np.testing.assert_allclose(x.mean(), 2 * alpha, atol=0.01 * sigma)
        np.testing.assert_allclose(x.std(), sigma, rtol=0.01)


def test_values_of_the_papers():
    linear = DISCRETE["linear"]
    # DDPM, Section 4: the chain's last variance leaves a divergence of about 1e-5 bits.
    np.testing.assert_allclose(linear.alphas_cumprod[0], 1 - 1e-4, rtol=1e-12)
    np.testing.assert_allclose(linear.alphas_cumprod[-1], 4.0358e-5, rtol=1e-4)
    cosine = DISCRETE["cosine"].alphas_cumprod
    f = lambda t: np.cos((t + 0.008) / 1.008 * np.pi / 2) ** 2  # noqa: E731
    np.testing.assert_allclose(cosine[499], f(0.5) / f(0.0), rtol=1e-9)
    sigmas = numpy(CONTINUOUS["karras"].steps(3))[1]
    middle = ((80 ** (1 / 7) + 0.002 ** (1 / 7)) / 2) ** 7
    np.testing.assert_allclose(sigmas, [80, middle, 0.002, 0], rtol=1e-5)
    # Equation 23 of Esser et al.: m t / (1 + (m - 1) t) at t = 1/2 and m = 3 is 3/4.
    np.testing.assert_allclose(
        numpy(CONTINUOUS["shifted"].steps(2)), [[0, 0.25, 1], [1, 0.75, 0]], rtol=1e-6
    )


def test_zero_terminal_snr():
    found = schedules.zero_terminal_snr(np.array([0.81, 0.25, 0.01]))
    # Roots 0.9, 0.5, 0.1 become (a - 0.1) * 0.9 / 0.8.
    np.testing.assert_allclose(found, [0.81, 0.2025, 0.0], rtol=1e-12, atol=0)
    schedule = DISCRETE["zero_snr"]
    assert schedule.alphas_cumprod[-1] == 0
    alphas, sigmas = numpy(schedule.steps(10))
    assert (alphas[0], sigmas[0]) == (0, 1)
    plain = DISCRETE["scaled_linear"].alphas_cumprod
    np.testing.assert_allclose(schedule.alphas_cumprod[0], plain[0], rtol=1e-12)
    for spacing in ("karras", "log_snr", "interpolated", "balanced"):
        with pytest.raises(ValueError, match="Received: spacing="):
            schedule.steps(10, spacing)


@pytest.mark.parametrize(("name", "spacing"), SPACINGS)
@pytest.mark.parametrize("num_steps", [1, 2, 7, 99])
def test_steps_fall_to_clean(name, spacing, num_steps):
    alphas, sigmas = numpy(ALL[name].steps(num_steps, spacing))
    assert alphas.shape == sigmas.shape == (num_steps + 1,)
    assert alphas.dtype == sigmas.dtype == np.float32
    assert (alphas[-1], sigmas[-1]) == (1, 0)
    snr_roots = alphas[:-1] / sigmas[:-1]
    assert np.all(np.diff(snr_roots) > 0)
    assert np.all(sigmas[:-1] > 0)
    if name in DISCRETE:
        np.testing.assert_allclose(alphas**2 + sigmas**2, 1, atol=6e-7)
    elif name != "karras":
        np.testing.assert_allclose(alphas + sigmas, 1, atol=1e-6)


@pytest.mark.parametrize(
    ("spacing", "indices"),
    [
        ("trailing", [99, 74, 49, 24]),
        ("leading", [75, 50, 25, 0]),
        ("linspace", [99, 74, 50, 25]),
        ("interpolated", [99, 66, 33, 0]),
    ],
)
def test_spacings_by_hand(spacing, indices):
    schedule = DISCRETE["short"]
    alphas, sigmas = numpy(schedule.steps(4, spacing))
    np.testing.assert_allclose(alphas[:-1], schedule.alphas[indices], rtol=1e-6)
    np.testing.assert_allclose(sigmas[:-1], schedule.sigmas[indices], rtol=1e-6)


def test_balanced_spacing_lies_between_even_times_and_even_steps():
    schedule = ALL["cosine"]
    ratios = {}
    for name in ("trailing", "log_snr", "balanced"):
        alphas, sigmas = numpy(schedule.steps(10, name, "float64"))
        ratios[name] = np.log(sigmas[:-1] / alphas[:-1])
    expected = (ratios["trailing"] + ratios["log_snr"]) / 2
    np.testing.assert_allclose(ratios["balanced"], expected, rtol=1e-6, atol=1e-6)


def test_spacings_between_the_table():
    schedule = DISCRETE["linear"]
    ratio = schedule.sigmas / schedule.alphas
    alphas, sigmas = numpy(schedule.steps(5, "log_snr"))
    expected = np.geomspace(ratio[-1], ratio[0], 5)
    np.testing.assert_allclose(sigmas[:-1] / alphas[:-1], expected, rtol=1e-5)
    alphas, sigmas = numpy(schedule.steps(5, "karras"))
    roots = np.linspace(ratio[-1] ** (1 / 7), ratio[0] ** (1 / 7), 5)
    np.testing.assert_allclose(sigmas[:-1] / alphas[:-1], roots**7, rtol=1e-5)
    alphas, sigmas = numpy(schedule.steps(8, "interpolated"))
    expected = np.interp(np.linspace(999, 0, 8), np.arange(1000), ratio)
    np.testing.assert_allclose(sigmas[:-1] / alphas[:-1], expected, rtol=1e-5)


@pytest.mark.parametrize("name", ALL)
def test_double_precision_of_steps(name):
    if keras.backend.backend() == "jax":
        pytest.skip("JAX has no double precision by default")
    schedule = ALL[name]
    single, double = schedule.steps(20), schedule.steps(20, dtype="float64")
    for left, right in zip(numpy(single), numpy(double)):
        assert right.dtype == np.float64
        np.testing.assert_allclose(left, right, rtol=5e-6)
    if name in DISCRETE:
        alphas, sigmas = numpy(double)
        np.testing.assert_allclose(alphas**2 + sigmas**2, 1, rtol=1e-12)


@pytest.mark.parametrize("name", ALL)
def test_level(name):
    """Ends at the table's ends, falls in between, and is precise near (1, 0)."""
    schedule = ALL[name]
    alphas, sigmas = numpy(schedule.level(np.linspace(1, 0, 333)))
    assert alphas.dtype == sigmas.dtype == np.float32
    assert np.all(np.diff(sigmas) < 0) or np.all(np.diff(alphas) > 0)
    if name in DISCRETE:
        np.testing.assert_allclose(alphas**2 + sigmas**2, 1, atol=3e-7)
        for found, table in ((alphas, schedule.alphas), (sigmas, schedule.sigmas)):
            np.testing.assert_allclose(found[[0, -1]], table[[-1, 0]], rtol=3e-7)
    else:
        first, last = schedule.steps(2)
        first, last = numpy((first, last))
        np.testing.assert_allclose((alphas[0], sigmas[0]), (first[0], last[0]))


def test_level_meets_the_table():
    schedule = DISCRETE["linear"]
    index = np.array([0, 1, 500, 998, 999])
    alphas, sigmas = numpy(schedule.level(index / 999))
    np.testing.assert_allclose(sigmas, schedule.sigmas[index], rtol=2e-5)
    np.testing.assert_allclose(alphas, schedule.alphas[index], rtol=2e-5)


def test_draws_have_the_distribution_of_training():
    uniform = (np.arange(4000) + 0.5) / 4000
    schedule = DISCRETE["linear"]
    alphas, sigmas = numpy(schedule.draw(uniform))
    index = np.floor(uniform * 1000).astype(int)
    np.testing.assert_allclose(sigmas, schedule.sigmas[index], rtol=1e-6)
    np.testing.assert_allclose(alphas, schedule.alphas[index], rtol=1e-6)
    alphas, sigmas = numpy(CONTINUOUS["karras"].draw(uniform))
    assert np.all(alphas == 1)
    expected = np.exp(-1.2 + 1.2 * stats.norm.ppf(uniform))
    np.testing.assert_allclose(sigmas, expected, rtol=1e-3)
    np.testing.assert_allclose(sigmas[1000:3000], expected[1000:3000], rtol=1e-5)
    alphas, sigmas = numpy(CONTINUOUS["flow"].draw(uniform))
    np.testing.assert_allclose(sigmas, uniform, rtol=1e-6)
    t = 1 / (1 + np.exp(-stats.norm.ppf(uniform)))
    alphas, sigmas = numpy(CONTINUOUS["shifted"].draw(uniform))
    np.testing.assert_allclose(sigmas, 3 * t / (1 + 2 * t), rtol=1e-3)
    np.testing.assert_allclose(alphas, (1 - t) / (1 + 2 * t), rtol=1e-3)


@pytest.mark.parametrize("name", ALL)
def test_draws_are_finite_at_the_ends(name):
    alphas, sigmas = numpy(ALL[name].draw(np.array([0.0, 1 - 2.0**-24], "float32")))
    assert np.all(np.isfinite(alphas))
    assert np.all(np.isfinite(sigmas))


def test_least_posterior_sigma():
    """The square root of beta_2 (1 - abar_1) / (1 - abar_2)."""
    schedule = schedules.LinearSchedule(0.1, 0.3, num_train_steps=3)
    expected = np.sqrt(0.2 * 0.1 / (1 - 0.9 * 0.8))
    np.testing.assert_allclose(schedule.least_posterior_sigma, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "schedule",
    [
        schedules.LinearSchedule(2e-4, 0.03, num_train_steps=500, rho=5.0),
        schedules.ScaledLinearSchedule(zero_terminal_snr=True),
        schedules.CosineSchedule(offset=0.01, max_beta=0.9),
        schedules.KarrasSchedule(0.01, 50.0, 5.0, -1.0, 1.0),
        schedules.FlowSchedule(2.0, "logit_normal", 0.1, 1.1, 0.01),
    ],
)
def test_config_round_trip(schedule):
    serialized = keras.saving.serialize_keras_object(schedule)
    copy = keras.saving.deserialize_keras_object(serialized)
    assert type(copy) is type(schedule)
    assert copy.get_config() == schedule.get_config()
    for left, right in zip(numpy(copy.steps(5)), numpy(schedule.steps(5))):
        np.testing.assert_array_equal(left, right)


def test_registry_has_every_schedule():
    classes = [vars(schedules)[name] for name in schedules.__all__[1:-1]]
    concrete = [cls for cls in classes if cls is not schedules.DiscreteSchedule]
    assert set(concrete) == {*schedules.SCHEDULES.values(), schedules.Schedule}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: DISCRETE["short"].steps(101), "Received: num_steps=101"),
        (lambda: DISCRETE["short"].steps(100, "linspace"), "Received: num_steps=100"),
        (lambda: CONTINUOUS["flow"].steps(0), "Received: num_steps=0"),
        (lambda: CONTINUOUS["flow"].steps(5, "even"), "Received: spacing='even'"),
        (lambda: schedules.LinearSchedule(beta_end=1.5), "betas from 0.0001 to 1.5"),
        (
            lambda: schedules.CosineSchedule(num_train_steps=1),
            "Received: num_train_steps=1",
        ),
        (lambda: schedules.KarrasSchedule(2.0, 1.0), "Received: sigma_min=2.0"),
        (lambda: schedules.FlowSchedule(0.0), "Received: shift=0.0"),
        (
            lambda: schedules.FlowSchedule(distribution="normal"),
            "Received: distribution='normal'",
        ),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="needs TensorFlow")
@pytest.mark.parametrize(
    ("name", "spacing"),
    [
        # Each schedule and each spacing once: what they share is traced alike.
        pytest.param(
            *pair, marks=() if "linear" in pair or pair in FIRST else pytest.mark.slow
        )
        for pair in SPACINGS
    ],
)
def test_steps_in_a_graph(name, spacing):
    import tensorflow as tf

    schedule = ALL[name]
    traced = tf.function(
        lambda count: schedule.steps(count, spacing),
        input_signature=[tf.TensorSpec((), "int32")],
    )
    for count in (1, 9, 50):
        expected = schedule.steps(count, spacing)
        for actual, wanted in zip(traced(count), expected):
            np.testing.assert_allclose(actual, wanted, rtol=2e-6)
