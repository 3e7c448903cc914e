"""A mixture of Gaussians in the plane, whose denoiser is known in closed form."""

import keras
import numpy as np
from keras import ops

MEANS = np.array([[1.5, 0.5], [-1.0, 1.2], [0.2, -1.6]])
STANDARD_DEVIATIONS = np.array([0.30, 0.20, 0.45])
WEIGHTS = np.array([0.5, 0.2, 0.3])
# Where the backend has double precision, the denoiser adds no rounding of its own.
PRECISE = "float32" if keras.backend.backend() == "jax" else "float64"


def denoise(x, alpha, sigma, estimate=None):
    """Returns E[x0 | x] of x `(B, 2)`, finite also for alpha = 0."""
    dtype = x.dtype
    x, alpha, sigma = (ops.cast(value, PRECISE) for value in (x, alpha, sigma))
    means, deviations, weights = (
        ops.convert_to_tensor(array.astype(PRECISE))
        for array in (MEANS, STANDARD_DEVIATIONS, WEIGHTS)
    )
    variances = ops.square(alpha * deviations) + ops.square(sigma)  # (K,)
    gaps = x[:, None, :] - alpha * means[None]  # (B, K, 2)
    logits = ops.log(weights) - ops.log(variances)
    logits = logits - ops.sum(ops.square(gaps), -1) / (2 * variances)
    gains = alpha * ops.square(deviations) / variances
    means = means[None] + gains[None, :, None] * gaps
    return ops.cast(ops.sum(ops.softmax(logits, axis=-1)[..., None] * means, 1), dtype)


def noise_table(table):
    """Returns a noise source that reads `(n, B, 2)`, zeros after its end."""
    table = np.concatenate([table, np.zeros_like(table[:1])]).astype("float32")
    table = ops.convert_to_tensor(table)
    return lambda index, x: ops.take(table, index, axis=0)


def draw(count, seed):
    """Returns `(count, 2)` points of the mixture."""
    random = np.random.default_rng(seed)
    component = random.choice(3, count, p=WEIGHTS)
    points = random.standard_normal((count, 2))
    return MEANS[component] + STANDARD_DEVIATIONS[component, None] * points
