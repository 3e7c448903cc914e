"""The samplers against published samples, closed forms and each other."""

import pathlib

import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.diffusion import samplers
from kerazoo.models.diffusion import schedules
from tests.models.diffusion.gaussian_mixture import denoise
from tests.models.diffusion.gaussian_mixture import noise_table

ROOT = pathlib.Path(__file__).parents[3]
REFERENCE = ROOT.parent / "shared" / "peers" / "diffusion_reference.npz"
LINEAR = {"beta_start": 1e-4, "beta_end": 0.02}
tensorflow_only = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="needs TensorFlow"
)


@pytest.fixture(scope="module")
def reference():
    if not REFERENCE.exists():
        pytest.skip(f"no published samples in {REFERENCE}")
    with np.load(REFERENCE) as arrays:
        return dict(arrays)


def unit_alpha(alphas, sigmas):
    """Returns the same levels in the coordinates where alpha is 1."""
    return ops.ones_like(alphas), sigmas / alphas


def shifted(t, shift):
    return shift * t / (1 + (shift - 1) * t)


# Name in the file: (sampler, options, schedule, spacing, alpha is 1).
LINEAR_SCHEDULE = schedules.LinearSchedule(**LINEAR)
ZERO_SNR = schedules.ScaledLinearSchedule(**LINEAR, zero_terminal_snr=True)
SHIFTED = schedules.FlowSchedule(3.0, t_min=shifted(0.001, 3.0))
CASES = {
    "ddpm": ("ddpm", {}, LINEAR_SCHEDULE, "leading", False),
    "ddpm_large": (
        "ddpm",
        {"variance": "fixed_large"},
        LINEAR_SCHEDULE,
        "leading",
        False,
    ),
    "ddim": ("ddim", {}, LINEAR_SCHEDULE, "leading", False),
    "ddim_eta1": ("ddim", {"eta": 1.0}, LINEAR_SCHEDULE, "leading", False),
    "ddim_trail": ("ddim", {}, LINEAR_SCHEDULE, "trailing", False),
    "ddim_cosine": ("ddim", {}, schedules.CosineSchedule(), "trailing", False),
    "ddim_v_ztsnr": ("ddim", {}, ZERO_SNR, "trailing", False),
    "dpmpp_2m": ("dpm_solver_pp_2m", {}, LINEAR_SCHEDULE, "linspace", False),
    "dpmpp_2m_karras": ("dpm_solver_pp_2m", {}, LINEAR_SCHEDULE, "karras", False),
    "unipc2": ("unipc", {}, LINEAR_SCHEDULE, "linspace", False),
    "euler": ("euler", {}, LINEAR_SCHEDULE, "interpolated", True),
    "euler_karras": ("euler", {}, LINEAR_SCHEDULE, "karras", True),
    "heun_karras": ("heun", {}, LINEAR_SCHEDULE, "karras", True),
    "edm_euler": ("euler", {}, schedules.KarrasSchedule(), "karras", True),
    "euler_a": ("euler_ancestral", {}, LINEAR_SCHEDULE, "interpolated", True),
    "flow_euler": ("flow_euler", {}, schedules.FlowSchedule(), "linspace", False),
    "flow_euler_shift3": ("flow_euler", {}, SHIFTED, "linspace", False),
}
JAX = keras.backend.backend() == "jax"
TOLERANCES = {("ddim_cosine", 10): 2e-4, ("ddpm", 1000): 5e-3 if JAX else 5e-4}
RUNS = [(name, steps) for name in CASES for steps in (10, 50)]
RUNS.remove(("ddim_eta1", 10))


@pytest.mark.parametrize(
    ("name", "num_steps"),
    [*RUNS, pytest.param("ddpm", 1000, marks=pytest.mark.slow)],
)
def test_published_samples(reference, name, num_steps):
    sampler, options, schedule, spacing, alpha_is_one = CASES[name]
    # Differences of 1,000 levels need double precision, which JAX does not have.
    precise = num_steps == 1000 and not JAX
    dtype = "float64" if precise else "float32"
    levels = schedule.steps(num_steps, spacing, dtype)
    x = reference["z"].astype("float32")
    if alpha_is_one:
        levels = unit_alpha(*levels)
        x = x * ops.convert_to_numpy(levels[1])[0]
    key = f"{name}/{num_steps}"
    if f"{key}/noise" in reference:
        options = {**options, "noise": noise_table(reference[f"{key}/noise"])}
    samples = samplers.SAMPLERS[sampler](denoise, x, *levels, **options)
    tolerance = TOLERANCES.get((name, num_steps), 1e-4)
    np.testing.assert_allclose(
        ops.convert_to_numpy(samples), reference[f"{key}/x"], rtol=0, atol=tolerance
    )


@pytest.mark.parametrize(
    "name", ["dpmpp_2m", "dpmpp_2m_karras", "euler", "edm_euler", "flow_euler_shift3"]
)
@pytest.mark.parametrize("num_steps", [10, 50])
def test_published_levels(reference, name, num_steps):
    _, _, schedule, spacing, _ = CASES[name]
    alphas, sigmas = map(ops.convert_to_numpy, schedule.steps(num_steps, spacing))
    published = reference[f"{name}/{num_steps}/sigmas"]
    ratio = sigmas if "flow" in name else sigmas / alphas
    # Published tables are float32, where 1 - 0.9999 has four digits.
    np.testing.assert_allclose(ratio, published, rtol=2e-4, atol=0)


@pytest.mark.parametrize(
    ("key", "schedule"),
    [
        ("linear", LINEAR_SCHEDULE),
        ("cosine", schedules.CosineSchedule()),
        ("scaled_linear_ztsnr", ZERO_SNR),
    ],
)
def test_published_tables(reference, key, schedule):
    published = reference[f"alphas_cumprod/{key}"]
    np.testing.assert_allclose(schedule.alphas_cumprod, published, rtol=2e-4, atol=3e-7)


# One step from (alpha, sigma) = (0.6, 0.8) to (0.8, 0.6), worked by hand: x = 2 and
# x0 = 1 give epsilon (2 - 0.6) / 0.8 = 1.75, and r = 0.6 * 0.6 / (0.8 * 0.8) = 0.5625.
FRESH = np.sqrt(1 - 0.5625**2)
HAND_WORKED = {
    "ddim": ("ddim", {}, 0.8 + 0.6 * 1.75),
    "euler": ("euler", {}, 0.8 + 0.6 * 1.75),
    "eta": (
        "ddim",
        {"eta": 0.5},
        0.8 + 0.6 * np.sqrt(1 - 0.25 * FRESH**2) * 1.75 + 0.3 * FRESH * 3,
    ),
    "ancestral": (
        "euler_ancestral",
        {},
        0.8 + 0.6 * 0.5625 * 1.75 + 0.6 * FRESH * 3,
    ),
    "small": ("ddpm", {}, 0.8 + 0.6 * 0.5625 * 1.75 + 0.6 * FRESH * 3),
    "large": (
        "ddpm",
        {"variance": "fixed_large"},
        0.8 + 0.6 * 0.5625 * 1.75 + 0.8 * FRESH * 3,
    ),
    "solver": ("dpm_solver_pp_2m", {}, 0.8 + 0.6 * 1.75),
    "solver_sde": (
        "dpm_solver_pp_2m_sde",
        {},
        0.8 + 0.6 * 0.5625 * 1.75 + 0.6 * FRESH * 3,
    ),
    "unipc": ("unipc", {}, 0.8 + 0.6 * 1.75),
}


@pytest.mark.parametrize("case", HAND_WORKED)
def test_one_step_by_hand(case):
    name, options, expected = HAND_WORKED[case]
    x = samplers.SAMPLERS[name](
        lambda x, alpha, sigma, estimate: ops.ones_like(x),
        np.full((1, 1), 2.0, "float32"),
        np.array([0.6, 0.8]),
        np.array([0.8, 0.6]),
        noise=lambda index, x: 3 * ops.ones_like(x),
        **options,
    )
    np.testing.assert_allclose(ops.convert_to_numpy(x), [[expected]], rtol=1e-6)


def test_learned_variance_by_hand():
    """Fraction 1/2 has the geometric mean of the two standard deviations."""
    x = samplers.ddpm(
        lambda x, *level: (ops.ones_like(x), 0.5 * ops.ones_like(x)),
        np.full((1, 1), 2.0, "float32"),
        np.array([0.6, 0.8]),
        np.array([0.8, 0.6]),
        noise=lambda index, x: 3 * ops.ones_like(x),
        variance="learned",
    )
    expected = 0.8 + 0.6 * 0.5625 * 1.75 + np.sqrt(0.6 * 0.8) * FRESH * 3
    np.testing.assert_allclose(ops.convert_to_numpy(x), [[expected]], rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "alphas", "sigmas", "expected"),
    [
        # Slopes (x - x0) / sigma with x0 = x / (1 + sigma^2): 2 * 0.4 at sigma 2 and,
        # after Euler's x = 1.2, 1.2 * 0.5 at sigma 1.
        ("heun", [1.0, 1.0], [2.0, 1.0], 2.0 - (0.8 + 0.6) / 2),
        # Velocities epsilon - x0 at x0 = alpha x / (alpha^2 + sigma^2): from pure noise
        # x0 = 0, v = 2; Euler's x = 1 at (0.5, 0.5) gives x0 = 1, epsilon = 1, v = 0.
        ("flow_heun", [0.0, 0.5], [1.0, 0.5], 2.0 - 0.5 * (2.0 + 0.0) / 2),
    ],
)
def test_heun_by_hand(name, alphas, sigmas, expected):
    x = samplers.SAMPLERS[name](
        lambda x, alpha, sigma, estimate: alpha * x / (alpha**2 + sigma**2),
        np.full((1, 1), 2.0, "float32"),
        np.array(alphas),
        np.array(sigmas),
    )
    np.testing.assert_allclose(ops.convert_to_numpy(x), [[expected]], rtol=1e-6)


def unipc_float64(alphas, sigmas, x):
    """Solves the paper's linear systems as they stand, in NumPy."""
    lambdas = np.log(alphas) - np.log(np.maximum(sigmas, 1e-300))

    def model(x, i):
        x = ops.convert_to_tensor(x.astype("float32"))
        return ops.convert_to_numpy(denoise(x, alphas[i], sigmas[i])).astype("float64")

    def start(x, i):
        h = lambdas[i + 1] - lambdas[i]
        growth = np.expm1(-h)
        base = sigmas[i + 1] / sigmas[i] * x
        return base, -alphas[i + 1] * growth, h, growth

    outputs, origin = [model(x, 0)], x
    for i in range(len(alphas) - 1):
        if i:
            outputs.append(model(x, i))
            base, gain, h, growth = start(origin, i - 1)
            slopes = [outputs[-1] - outputs[-2]]
            if i == 1:
                weights = [0.5]
            else:
                ratio = (lambdas[i - 2] - lambdas[i - 1]) / h
                slopes = [(outputs[-3] - outputs[-2]) / ratio, *slopes]
                first = (growth / -h - 1) / growth
                second = 2 * ((growth / -h - 1) / -h - 0.5) / growth
                weights = np.linalg.solve([[1, 1], [ratio, 1]], [first, second])
            direction = sum(w * slope for w, slope in zip(weights, slopes))
            x = base + gain * (outputs[-2] + direction)
        origin = x
        base, gain, h, _ = start(x, i)
        direction = outputs[-1]
        if i and i < len(alphas) - 2:
            last = lambdas[i] - lambdas[i - 1]
            direction = direction + h / (2 * last) * (outputs[-1] - outputs[-2])
        x = base + gain * direction
    return x


def sde_float64(alphas, sigmas, x, table):
    """Lu et al., 2022, Section 5 as it stands, with r the ratio of the last two h."""
    h = np.diff(np.log(alphas) - np.log(np.maximum(sigmas, 1e-300)))
    last = None
    for i in range(len(h)):
        found = ops.convert_to_numpy(
            denoise(ops.convert_to_tensor(x), alphas[i], sigmas[i])
        )
        growth = -np.expm1(-2 * h[i])
        mean = sigmas[i + 1] / sigmas[i] * np.exp(-h[i]) * x
        mean = mean + alphas[i + 1] * growth * found
        if 0 < i < len(h) - 1:
            slope = (found - last) / (h[i - 1] / h[i])
            mean = mean + alphas[i + 1] * growth / 2 * slope
        x = mean + sigmas[i + 1] * np.sqrt(growth) * table[i]
        last = found
    return x


@pytest.mark.parametrize("num_steps", [3, 10, 50])
def test_sde_solver_is_the_papers(num_steps):
    random = np.random.default_rng(6)
    x, table = random.standard_normal((6, 2)), random.standard_normal((num_steps, 6, 2))
    levels = LINEAR_SCHEDULE.steps(num_steps, "linspace")
    expected = sde_float64(
        *(ops.convert_to_numpy(level).astype("float64") for level in levels), x, table
    )
    actual = samplers.dpm_solver_pp_2m_sde(
        denoise, x.astype("float32"), *levels, noise_table(table)
    )
    np.testing.assert_allclose(
        ops.convert_to_numpy(actual), expected, atol=2e-4, rtol=0
    )


def flow_heun_float64(alphas, sigmas, x):
    """Averages the velocities epsilon - x0 of both ends of a step, as Heun did."""

    def velocity(x, i):
        found = ops.convert_to_numpy(
            denoise(ops.convert_to_tensor(x), alphas[i], sigmas[i])
        )
        return (x - found) / sigmas[i]  # On the line alpha = 1 - sigma.

    for i in range(len(sigmas) - 1):
        step, slope = sigmas[i + 1] - sigmas[i], velocity(x, i)
        if sigmas[i + 1]:
            slope = (slope + velocity(x + step * slope, i + 1)) / 2
        x = x + step * slope
    return x


@pytest.mark.parametrize("num_steps", [3, 10, 50])
def test_flow_heun_averages_velocities(num_steps):
    x = np.random.default_rng(7).standard_normal((6, 2))
    levels = schedules.FlowSchedule().steps(num_steps)
    expected = flow_heun_float64(
        *(ops.convert_to_numpy(level).astype("float64") for level in levels), x
    )
    actual = samplers.flow_heun(denoise, x.astype("float32"), *levels)
    np.testing.assert_allclose(
        ops.convert_to_numpy(actual), expected, atol=1e-4, rtol=0
    )


@pytest.mark.parametrize("num_steps", [3, 8, 60])
def test_unipc_solves_the_papers_systems(num_steps):
    levels = schedules.CosineSchedule().steps(num_steps, "linspace")
    x = np.random.default_rng(0).standard_normal((6, 2))
    expected = unipc_float64(
        *(ops.convert_to_numpy(level).astype("float64") for level in levels), x
    )
    actual = ops.convert_to_numpy(samplers.unipc(denoise, x.astype("float32"), *levels))
    np.testing.assert_allclose(actual, expected, atol=3e-4, rtol=0)


def test_identities_between_samplers():
    """DDPM is DDIM with eta 1; the solver of the SDE without noise is that of the ODE;
    Heun's two forms agree for alpha = 1."""
    random = np.random.default_rng(1)
    x = random.standard_normal((5, 2)).astype("float32")
    noise = noise_table(random.standard_normal((10, 5, 2)))
    levels = LINEAR_SCHEDULE.steps(10)

    def close(left, right):
        left, right = ops.convert_to_numpy(left), ops.convert_to_numpy(right)
        np.testing.assert_allclose(left, right, atol=1e-5)

    close(
        samplers.ddpm(denoise, x, *levels, noise),
        samplers.ddim(denoise, x, *levels, noise, eta=1.0),
    )
    close(
        samplers.dpm_solver_pp_2m_sde(denoise, x, *levels, noise, eta=0.0),
        samplers.dpm_solver_pp_2m(denoise, x, *levels),
    )
    levels = schedules.KarrasSchedule().steps(10)
    close(
        samplers.heun(denoise, 80 * x, *levels),
        samplers.flow_heun(denoise, 80 * x, *levels),
    )


@pytest.mark.parametrize("name", samplers.SAMPLERS)
def test_pure_noise_to_clean(name):
    """From (0, 1) to (1, 0) every sampler stays finite and close to the data."""
    random = np.random.default_rng(2)
    noise = noise_table(random.standard_normal((40, 64, 2)))
    x = random.standard_normal((64, 2)).astype("float32")
    for schedule in (ZERO_SNR, schedules.FlowSchedule()):
        samples = samplers.SAMPLERS[name](denoise, x, *schedule.steps(20), noise)
        samples = ops.convert_to_numpy(samples)
        assert np.all(np.isfinite(samples))
        assert np.abs(samples).max() < 4
        assert 0.9 < samples.std() < 1.5  # The data: 1.22.


@pytest.mark.parametrize("name", samplers.SAMPLERS)
def test_records(name):
    random = np.random.default_rng(3)
    noise = noise_table(random.standard_normal((10, 4, 2)))
    x = random.standard_normal((4, 2)).astype("float32")
    sampler, levels = samplers.SAMPLERS[name], LINEAR_SCHEDULE.steps(10)
    expected = ops.convert_to_numpy(sampler(denoise, x, *levels, noise))
    every, fourth = (
        ops.convert_to_numpy(sampler(denoise, x, *levels, noise, record_every=count))
        for count in (1, 4)
    )
    assert every.shape == (10, 4, 2)
    np.testing.assert_allclose(every[-1], expected, atol=1e-6)
    np.testing.assert_allclose(every[[3, 7, 9]], fourth, atol=1e-6)
    with pytest.raises(ValueError, match="Received: record_every=0"):
        sampler(denoise, x, *levels, noise, record_every=0)


@pytest.mark.parametrize("name", samplers.SAMPLERS)
def test_estimates_are_passed_on(name):
    """The first estimate is zero, and every other what was returned before it."""
    received, returned, seen = [], [], []

    def spy(x, alpha, sigma, estimate):
        received.append(ops.convert_to_numpy(estimate))
        seen.append((float(alpha), float(sigma)))
        returned.append(ops.convert_to_numpy(denoise(x, alpha, sigma)))
        return ops.convert_to_tensor(returned[-1])

    if JAX:
        pytest.skip("JAX traces the denoiser once")
    levels = schedules.FlowSchedule().steps(4)
    x = np.random.default_rng(4).standard_normal((3, 2)).astype("float32")
    noise = noise_table(np.zeros((4, 3, 2)))
    samplers.SAMPLERS[name](spy, x, *levels, noise)
    np.testing.assert_array_equal(received[0], np.zeros((3, 2)))
    np.testing.assert_array_equal(received[1:], returned[:-1])
    # Heun's method alone calls the denoiser twice a step.
    assert len(seen) == {"flow_heun": 7, "heun": 6}.get(name, 4)
    assert min(sigma for _, sigma in seen) > 0


@pytest.mark.parametrize("name", ["ddpm", "euler_ancestral", "dpm_solver_pp_2m_sde"])
def test_missing_noise(name):
    levels = LINEAR_SCHEDULE.steps(3)
    with pytest.raises(ValueError, match="Received: noise=None"):
        samplers.SAMPLERS[name](denoise, np.zeros((1, 2)), *levels)


def test_unknown_variance():
    with pytest.raises(ValueError, match="Received: variance='medium'"):
        samplers.ddpm(denoise, np.zeros((1, 2)), [1.0], [0.0], variance="medium")


@pytest.mark.slow
@tensorflow_only
@pytest.mark.parametrize("name", samplers.SAMPLERS)
def test_graph_with_dynamic_steps_and_batch(name):
    """One traced function serves every number of steps, batch and record."""
    import tensorflow as tf

    random = np.random.default_rng(5)
    table = random.standard_normal((12, 1, 2)).astype("float32")
    noise = lambda index, x: tf.gather(table, index) + 0 * x  # noqa: E731
    sampler = samplers.SAMPLERS[name]

    @tf.function(input_signature=[tf.TensorSpec((None, 2)), tf.TensorSpec((), "int32")])
    def sample(x, num_steps):
        levels = LINEAR_SCHEDULE.steps(num_steps, "trailing")
        return sampler(denoise, x, *levels, noise, record_every=3)

    for batch, num_steps in ((2, 7), (3, 12)):
        x = random.standard_normal((batch, 2)).astype("float32")
        levels = LINEAR_SCHEDULE.steps(num_steps, "trailing")
        records = sample(x, num_steps)
        expected = sampler(denoise, x, *levels, noise)
        assert records.shape == (-(-num_steps // 3), batch, 2)
        np.testing.assert_allclose(records[-1], expected, atol=1e-5)
    loops = [op.type for op in sample.get_concrete_function().graph.get_operations()]
    assert sum(kind in ("While", "StatelessWhile") for kind in loops) == 1
