"""The errors of the estimates by noise level."""

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.diffusion import parametrizations
from kerazoo.models.diffusion import schedules
from kerazoo.models.diffusion.denoising_metric import DenoisingMetric
from kerazoo.training.weight_average import HalfLifeDecay
from tests.models.diffusion.tiny_network import tiny_diffusion

SHAPE = (2, 3, 1)
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (12, *SHAPE)).astype("float32")
LABELS = np.arange(12, dtype="int32") % 3
TIMES = [0.0625, 0.1875, 0.3125, 0.4375, 0.5625, 0.6875, 0.8125, 0.9375]
KINDS = {
    "flow": (schedules.FlowSchedule(), parametrizations.FlowParametrization()),
    "karras": (schedules.KarrasSchedule(), parametrizations.EDMParametrization()),
    "cosine": (schedules.CosineSchedule(), parametrizations.VParametrization()),
}


def halving(kind):
    """Returns a model that guesses half of what it sees, whatever the level."""
    model = tiny_diffusion(*KINDS[kind])
    model.call = lambda inputs, average=False, training=False: inputs["x"] / 2
    return model


@pytest.mark.parametrize("kind", KINDS)
def test_errors_of_a_known_estimate(kind):
    """E (x / 2 - x0)^2 = (alpha / 2 - 1)^2 E x0^2 + sigma^2 / 4, but for chance."""
    model = halving(kind)
    found = DenoisingMetric(model, IMAGES).measure()
    levels = [model.schedule.level(np.array([t])) for t in TIMES]
    power = (IMAGES**2).mean()
    expected = [
        (float(alpha[0]) / 2 - 1) ** 2 * power + float(sigma[0]) ** 2 / 4
        for alpha, sigma in levels
    ]
    names = ["0.06", "0.19", "0.31", "0.44", "0.56", "0.69", "0.81", "0.94"]
    assert list(found) == ["error", *(f"error_{name}" for name in names)]
    values = list(found.values())[1:]
    np.testing.assert_allclose(values, expected, rtol=0.5)
    assert found["error"] == pytest.approx(np.mean(values))
    if kind == "flow":
        # With the very noise: 72 pixels of each batch from the one seed.
        noise = tf.random.stateless_normal(IMAGES.shape, (20_000, 0)).numpy()
        exact = [(((1 - t) * IMAGES + t * noise) / 2 - IMAGES) ** 2 for t in TIMES]
        np.testing.assert_allclose(values, np.mean(exact, axis=(1, 2, 3, 4)), rtol=1e-5)


def test_evaluation_of_many_images_weighs_batches_by_their_size():
    images = RANDOM.uniform(-1, 1, (300, *SHAPE)).astype("float32")
    labels = np.arange(300, dtype="int32") % 3
    model = tiny_diffusion(num_classes=3)
    whole = DenoisingMetric(model, images, labels).measure()
    parts = [
        DenoisingMetric(model, images[rows], labels[rows]).measure()
        for rows in (slice(256), slice(256, None))
    ]
    for name, value in whole.items():
        mean = np.average([part[name] for part in parts], weights=[256, 44])
        assert value == pytest.approx(mean, rel=1e-5)


def test_evaluation_is_repeatable_and_of_the_average_and_the_labels():
    model = tiny_diffusion(num_classes=3, average_decay=HalfLifeDecay(100))
    metric = DenoisingMetric(model, IMAGES, LABELS)
    state = model.seed_generator.state.numpy()
    first = metric.measure()
    model.network.set_weights([w + 1 for w in model.network.get_weights()])
    assert metric.measure() == first
    np.testing.assert_array_equal(model.seed_generator.state, state)
    others = DenoisingMetric(model, IMAGES, LABELS[::-1].copy()).measure()
    assert others["error"] != first["error"]
    anything = DenoisingMetric(model, IMAGES).measure()
    none = DenoisingMetric(model, IMAGES, np.full(12, 3, "int32")).measure()
    assert anything == none != first
