"""How fast the samplers' errors shrink with the number of steps."""

import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.diffusion import samplers
from tests.models.diffusion.gaussian_mixture import PRECISE

# In float32 the finest grids would measure rounding.
pytestmark = pytest.mark.skipif(
    keras.backend.backend() == "jax", reason="needs double precision"
)
MEAN, DEVIATION = 0.7, 0.5


def denoise(x, alpha, sigma, estimate):
    """Of one Gaussian, for which the flow is linear and known."""
    gain = alpha * DEVIATION**2 / ((alpha * DEVIATION) ** 2 + sigma**2)
    return MEAN + gain * (x - alpha * MEAN)


def exact(x, first, last):
    """Moves x along the flow: its distance from the mean grows as the deviation."""
    (alpha, sigma), (alpha_last, sigma_last) = first, last
    growth = np.hypot(alpha_last * DEVIATION, sigma_last)
    growth /= np.hypot(alpha * DEVIATION, sigma)
    return alpha_last * MEAN + growth * (x - alpha * MEAN)


def variance_preserving(steps):
    angle = np.linspace(np.arctan(20.0), np.arctan(0.05), steps + 1)
    return np.cos(angle), np.sin(angle)


def even_log_snr(steps):
    ratio = np.geomspace(20.0, 0.05, steps + 1)
    return 1 / np.sqrt(1 + ratio**2), ratio / np.sqrt(1 + ratio**2)


def variance_exploding(steps):
    ratio = np.linspace(20.0 ** (1 / 7), 0.05 ** (1 / 7), steps + 1) ** 7
    return np.ones_like(ratio), ratio


def rectified(steps):
    sigma = np.linspace(1.0, 0.05, steps + 1)
    return 1 - sigma, sigma


@pytest.mark.parametrize(
    ("name", "levels", "order"),
    [
        ("ddim", variance_preserving, 1),
        ("euler", variance_exploding, 1),
        ("flow_euler", rectified, 1),
        ("heun", variance_exploding, 2),
        pytest.param("heun", variance_preserving, 2, marks=pytest.mark.slow),
        ("flow_heun", rectified, 2),
        pytest.param("flow_heun", variance_preserving, 2, marks=pytest.mark.slow),
        ("dpm_solver_pp_2m", even_log_snr, 2),
        pytest.param("dpm_solver_pp_2m", variance_exploding, 2, marks=pytest.mark.slow),
        pytest.param("unipc", variance_exploding, 2, marks=pytest.mark.slow),
        ("unipc", even_log_snr, 2),
    ],
)
def test_order_of_convergence(name, levels, order):
    x = np.array([[1.3], [-0.4], [0.2]])
    steps, errors = [64, 128], []
    for count in steps:
        alphas, sigmas = levels(count)
        start = x.astype(PRECISE)
        found = samplers.SAMPLERS[name](denoise, start, alphas, sigmas)
        expected = exact(x, (alphas[0], sigmas[0]), (alphas[-1], sigmas[-1]))
        errors.append(np.abs(ops.convert_to_numpy(found) - expected).max())
    slope = np.log2(errors[0] / errors[1])
    # UniPC's corrector makes its order 3 once the first steps no longer dominate.
    most = 3.3 if name == "unipc" else order + 0.35
    assert order - 0.25 < slope < most, errors
