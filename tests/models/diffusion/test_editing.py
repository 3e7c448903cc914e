"""Inpainting, variation, inversion and interpolation on closed-form denoisers."""

import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.diffusion import editing
from kerazoo.models.diffusion import samplers
from kerazoo.models.diffusion import schedules
from tests.models.diffusion import gaussian_mixture
from tests.models.diffusion.gaussian_mixture import noise_table

COVARIANCE = np.array([[1.0, 0.8], [0.8, 1.0]])
MEAN = np.array([0.5, -0.5])
LINEAR = schedules.LinearSchedule()
FLOW = schedules.FlowSchedule()
SLOW = pytest.mark.slow


def denoise(x, alpha, sigma, estimate):
    """Of one Gaussian with correlated coordinates."""
    values, vectors = np.linalg.eigh(COVARIANCE)
    values, vectors, mean = (
        ops.convert_to_tensor(array.astype("float32"))
        for array in (values, vectors, MEAN)
    )
    gains = alpha * values / (ops.square(alpha) * values + ops.square(sigma))
    return mean + ops.matmul(
        ops.matmul(x - alpha * mean, vectors) * gains, ops.transpose(vectors)
    )


def points(count, seed):
    random = np.random.default_rng(seed)
    return random.multivariate_normal(MEAN, COVARIANCE, count).astype("float32")


def normals(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


@pytest.mark.parametrize("schedule", [LINEAR, pytest.param(FLOW, marks=SLOW)])
def test_inversion_returns_the_image(schedule):
    """The error of there and back falls with the steps, and with the refinements."""
    x0 = gaussian_mixture.draw(32, 0).astype("float32")

    def error(num_steps, refinements, denoise=gaussian_mixture.denoise):
        levels = schedule.steps(num_steps)
        noise = editing.invert(denoise, x0, *levels, refinements)
        back = samplers.ddim(denoise, noise, *levels)
        return np.sqrt(np.mean((ops.convert_to_numpy(back) - x0) ** 2))

    coarse, fine = error(10, 1), error(40, 1)
    assert fine < 0.5 * coarse
    assert fine < 0.1
    # The fixed point contracts where the estimate is not steeper than a Gaussian's.
    assert error(10, 10, denoise) < 0.1 * error(10, 1, denoise)


def test_inversion_by_hand():
    """Unit normal data has epsilon = sigma y; the first guess is alpha x0."""
    levels = np.array([0.6, 1.0]), np.array([0.8, 0.0])
    unit_normal = lambda x, alpha, sigma, estimate: alpha * x  # noqa: E731
    x0 = np.full((1, 1), 2.0, "float32")
    # y = 0.6 * 2, epsilon = 0.8 * 1.2, and so 1.2 + 0.8 * 0.96; once more from there.
    once = editing.invert(unit_normal, x0, *levels)
    np.testing.assert_allclose(ops.convert_to_numpy(once), [[1.968]], rtol=1e-6)
    twice = editing.invert(unit_normal, x0, *levels, refinements=2)
    expected = 1.2 + 0.8 * 0.8 * 1.968
    np.testing.assert_allclose(ops.convert_to_numpy(twice), [[expected]], rtol=1e-6)


def test_inversion_records_and_errors():
    x0, levels = points(3, 1), LINEAR.steps(6)
    records = editing.invert(denoise, x0, *levels, record_every=2)
    assert tuple(records.shape) == (3, 3, 2)
    last = editing.invert(denoise, x0, *levels)
    np.testing.assert_allclose(
        ops.convert_to_numpy(records[-1]), ops.convert_to_numpy(last), atol=1e-6
    )
    with pytest.raises(ValueError, match="Received: refinements=0"):
        editing.invert(denoise, x0, *levels, refinements=0)


@pytest.mark.parametrize("schedule", [LINEAR, FLOW])
def test_inpainting_keeps_known_pixels(schedule):
    count, steps = 5, 7
    known = normals(count, 4, 4, 1, seed=1)
    mask = np.arange(4)[:, None, None] < 2
    tables = noise_table(normals(3 * steps * 3, count, 4, 4, 1))
    x = editing.inpaint(
        lambda x, alpha, sigma, estimate: alpha * x / (alpha**2 + sigma**2),
        normals(count, 4, 4, 1, seed=2),
        *schedule.steps(steps),
        known,
        mask,
        tables,
        jump_length=3,
        resamplings=3,
    )
    x = ops.convert_to_numpy(x)
    np.testing.assert_array_equal(x[:, :2], known[:, :2])
    assert np.all(np.isfinite(x))
    assert np.abs(x[:, 2:] - known[:, 2:]).min() > 1e-4


@pytest.mark.parametrize(("jump_length", "resamplings"), [(1, 1), (3, 4), (10, 2)])
def test_inpainting_visits_levels(jump_length, resamplings):
    """Blocks are repeated from their first level; every noise index is new."""
    if keras.backend.backend() == "jax":
        pytest.skip("JAX traces the denoiser once")
    alphas, sigmas = map(ops.convert_to_numpy, LINEAR.steps(7))
    seen, indices = [], []

    def spy(x, alpha, sigma, estimate):
        seen.append(int(np.argmin(np.abs(sigmas - float(sigma)))))
        return denoise(x, alpha, sigma, estimate)

    def noise(index, x):
        indices.append(int(index))
        return ops.zeros_like(x)

    mask = np.array([True, False])
    options = {"jump_length": jump_length, "resamplings": resamplings}
    editing.inpaint(
        spy, normals(2, 2), alphas, sigmas, np.zeros((1, 2)), mask, noise, **options
    )
    blocks = [list(range(7))[i : i + jump_length] for i in range(0, 7, jump_length)]
    assert seen == [level for block in blocks for level in block * resamplings]
    assert indices == list(range(3 * len(seen)))


@SLOW
def test_inpainting_approaches_the_conditional():
    """With resampling, the unknown coordinate has the mean and deviation it should."""
    count, steps = 2000, 40
    known = np.tile(np.array([[1.5, 0.0]], "float32"), (count, 1))
    mean, deviation = -0.5 + 0.8 * (1.5 - 0.5), np.sqrt(1 - 0.8**2)

    def sample(resamplings):
        random = np.random.default_rng(3)
        table = random.standard_normal((3 * steps * resamplings, count, 2))
        x = editing.inpaint(
            denoise,
            normals(count, 2, seed=4),
            *LINEAR.steps(steps),
            known,
            np.array([True, False]),
            noise_table(table),
            jump_length=5,
            resamplings=resamplings,
        )
        return ops.convert_to_numpy(x)[:, 1]

    found = sample(8)
    assert abs(found.mean() - mean) < 0.12
    assert abs(found.std() - deviation) < 0.08
    # Without going back the two parts do not come to agree as well.
    assert abs(sample(1).mean() - mean) > 2 * abs(found.mean() - mean)


def test_inpainting_errors():
    with pytest.raises(ValueError, match="Received: jump_length=0"):
        editing.inpaint(
            denoise, 0, [1.0], [0.0], 0, True, lambda index, x: x, jump_length=0
        )


def test_sdedit_strengths():
    x0, levels = points(6, 5), LINEAR.steps(10)
    noise = noise_table(normals(11, 6, 2))

    def edit(strength, **options):
        return editing.sdedit(
            samplers.ddim, denoise, x0, *levels, strength, noise, **options
        )

    np.testing.assert_array_equal(ops.convert_to_numpy(edit(0.0)), x0)
    # Strength 0.4 leaves the last 4 of 10 steps.
    alphas, sigmas = map(ops.convert_to_numpy, levels)
    start = alphas[6] * x0 + sigmas[6] * normals(11, 6, 2)[10]
    expected = samplers.ddim(denoise, start, alphas[6:], sigmas[6:])
    records = edit(0.4, record_every=1)
    assert tuple(records.shape) == (4, 6, 2)
    for found in (edit(0.4), records[-1]):
        np.testing.assert_allclose(
            ops.convert_to_numpy(found), ops.convert_to_numpy(expected), atol=1e-5
        )
    changes = [
        np.mean((ops.convert_to_numpy(edit(strength)) - x0) ** 2)
        for strength in (0.2, 0.5, 1.0)
    ]
    assert changes == sorted(changes)
    with pytest.raises(ValueError, match="Received: strength=1.5"):
        edit(1.5)


def test_slerp():
    a, b = np.array([[2.0, 0.0]] * 3), np.array([[0.0, 3.0]] * 3)
    found = ops.convert_to_numpy(editing.slerp(a, b, np.array([0.0, 1 / 3, 1.0])))
    third = [2 * np.cos(np.pi / 6), 3 * np.sin(np.pi / 6)]
    np.testing.assert_allclose(found, [[2, 0], third, [0, 3]], atol=1e-6)
    # Along one line, and nearly so.
    np.testing.assert_allclose(
        ops.convert_to_numpy(editing.slerp(a, 2 * a, 0.5)), 1.5 * a, rtol=1e-6
    )
    tilted = a + np.array([0.0, 1e-3])
    np.testing.assert_allclose(
        ops.convert_to_numpy(editing.slerp(a, tilted, 0.5)), (a + tilted) / 2, atol=1e-5
    )
    # Images of unit normal noise keep their length, unlike averages.
    first, second = normals(2, 4, 8, 8, 3)
    middle = ops.convert_to_numpy(editing.slerp(first, second, 0.5))
    assert 0.9 < np.std(middle) < 1.1


def test_interpolation_ends():
    first, second = points(4, 6), points(4, 7)
    levels = LINEAR.steps(15)
    mix = lambda weight: ops.convert_to_numpy(  # noqa: E731
        editing.interpolate(denoise, first, second, weight, *levels, refinements=3)
    )
    np.testing.assert_allclose(mix(0.0), first, atol=0.02)
    np.testing.assert_allclose(mix(1.0), second, atol=0.02)
    assert np.all(np.isfinite(mix(np.array([0.2, 0.4, 0.6, 0.8]))))


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="needs TensorFlow")
def test_editing_in_a_graph():
    import tensorflow as tf

    x0 = points(3, 8)
    table = normals(60, 1, 2)
    noise = lambda index, x: tf.gather(table, index) + 0 * x  # noqa: E731

    def edit(x, num_steps, strength):
        levels = LINEAR.steps(num_steps)
        mask = np.array([True, False])
        return (
            editing.invert(denoise, x, *levels),
            editing.sdedit(samplers.ddim, denoise, x, *levels, strength, noise),
            editing.inpaint(denoise, x, *levels, x, mask, noise, 2, 2),
        )

    signature = (
        tf.TensorSpec((None, 2)),
        tf.TensorSpec((), "int32"),
        tf.TensorSpec(()),
    )
    traced = tf.function(edit, input_signature=signature)
    for num_steps in (5, 8):
        expected = edit(tf.constant(x0), num_steps, 0.6)
        for actual, wanted in zip(traced(x0, num_steps, 0.6), expected):
            np.testing.assert_allclose(actual, wanted, atol=1e-5)
