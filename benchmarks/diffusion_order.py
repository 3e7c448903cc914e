r"""Draws how fast the samplers' errors fall with their steps.

    python -m benchmarks.diffusion_order --picture=order.png

Samples a mixture of Gaussians in the plane, whose denoiser is known in closed form,
with each deterministic sampler, and compares with the exact flow: 4,096 steps of
Heun's method. Prints one JSON line per sampler, with the root mean square errors and
the order, the slope of the last doubling. A minute on one core.
"""

import json

from absl import app
from absl import flags

from apps.cli import errors

with errors.heavy_imports("diffusion"):
    import numpy as np

    from kerazoo.models.diffusion import samplers

_PICTURE = flags.DEFINE_string("picture", "order.png", "Writes the plot here; .png.")

_STEPS = (8, 16, 32, 64, 128, 256)
_MEANS = np.array([[1.5, 0.5], [-1.0, 1.2], [0.2, -1.6]])
_DEVIATIONS = np.array([0.30, 0.20, 0.45])
_WEIGHTS = np.array([0.5, 0.2, 0.3])
_SIGMA_MAX, _SIGMA_MIN = 20.0, 0.05
_SAMPLERS = ("ddim", "heun", "dpm_solver_pp_2m", "unipc")


def denoise(x, alpha, sigma, estimate=None):
    """Returns the mean of the clean points that x `(B, 2)` may come from."""
    x, alpha, sigma = map(np.asarray, (x, alpha, sigma))
    variances = (alpha * _DEVIATIONS) ** 2 + sigma**2
    gaps = x[:, None] - alpha * _MEANS
    logits = np.log(_WEIGHTS / variances) - np.square(gaps).sum(-1) / (2 * variances)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    means = _MEANS + (alpha * _DEVIATIONS**2 / variances)[:, None] * gaps
    return (shares[..., None] * means).sum(axis=1)


def levels(steps):
    """Returns alphas and sigmas, even in the logarithm of their ratio."""
    ratio = np.geomspace(_SIGMA_MAX, _SIGMA_MIN, steps + 1)
    alphas = 1 / np.sqrt(1 + ratio**2)
    return alphas, ratio * alphas


def main(_):
    start = np.random.default_rng(0).standard_normal((64, 2))
    exact = sample("heun", start, 4_096)
    errors = {
        name: [rms(sample(name, start, steps) - exact) for steps in _STEPS]
        for name in _SAMPLERS
    }
    for name, values in errors.items():
        order = np.log2(values[-2] / values[-1])
        print(json.dumps({"sampler": name, "order": order, "errors": values}))
    draw(errors)


def sample(name, start, steps):
    return np.asarray(samplers.SAMPLERS[name](denoise, start, *levels(steps)))


def rms(difference):
    return float(np.sqrt(np.square(difference).mean()))


def draw(errors):
    """Writes the plot."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.add_subplot()
    for name, values in errors.items():
        axes.loglog(_STEPS, values, marker="o", label=name)
    for order, style in ((1, ":"), (2, "--")):
        guide = errors["ddim"][0] * (_STEPS[0] / np.array(_STEPS)) ** order
        axes.loglog(_STEPS, guide, style, color="grey", label=f"order {order}")
    axes.set_xlabel("steps")
    axes.set_ylabel("error to the exact flow")
    axes.set_xticks(_STEPS, _STEPS)
    axes.legend()
    figure.savefig(_PICTURE.value, dpi=80)


if __name__ == "__main__":
    app.run(main)
