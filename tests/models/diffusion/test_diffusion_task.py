"""Training with a `Trainer`, resumption included, and evaluation by noise level."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.diffusion import parametrizations
from kerazoo.models.diffusion import schedules
from kerazoo.models.diffusion.diffusion import Diffusion
from kerazoo.models.diffusion.diffusion_task import DiffusionTask
from kerazoo.models.diffusion.generation import generate
from kerazoo.training import strategy as strategies
from kerazoo.training.batch_seed import batch_seed
from kerazoo.training.trainer import Schedule
from kerazoo.training.trainer import Trainer
from kerazoo.training.weight_average import HalfLifeDecay
from kerazoo.training.workdir import Workdir
from tests.models.diffusion.tiny_network import TinyNetwork

SHAPE = (2, 3, 1)
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (12, *SHAPE)).astype("float32")
LABELS = np.arange(12, dtype="int32") % 3
TIMES = [0.0625, 0.1875, 0.3125, 0.4375, 0.5625, 0.6875, 0.8125, 0.9375]


def tiny(seed=0, strategy=None, shape=SHAPE, kind="flow", num_classes=3, **kwargs):
    keras.utils.set_random_seed(seed)
    pair = {
        "flow": (schedules.FlowSchedule(), parametrizations.FlowParametrization()),
        "karras": (schedules.KarrasSchedule(), parametrizations.EDMParametrization()),
        "cosine": (schedules.CosineSchedule(), parametrizations.VParametrization()),
    }[kind]
    with (strategy or strategies.create("one_device")).scope():
        network = TinyNetwork(shape[-1], num_classes)
        model = Diffusion(network, shape, *pair, num_classes=num_classes, **kwargs)
        model.max_gradient_norm = 1.0
        model.compile(keras.optimizers.Adam(0.01))
        model.optimizer.build(model.trainable_variables)
    return model


def batches(start_step, context):
    """Returns four images and labels of each step, those of this worker."""
    size = 4 // context.num_replicas_in_sync

    def batch(step):
        rows = (4 * step + tf.range(4, dtype=tf.int64)) % 12
        return tf.gather(IMAGES, rows), tf.gather(LABELS, rows)

    steps = tf.data.Dataset.range(start_step, 1_000_000)
    return steps.map(batch).unbatch().batch(size, drop_remainder=True)


def trained(model, path, train_steps, strategy=None, eval_every=1):
    """Returns all variables of the model and its optimizer by name after training."""
    task = DiffusionTask(model, IMAGES, LABELS, {"steps": 2})
    workdir = Workdir(path)
    Trainer(
        model,
        strategy or strategies.create("one_device"),
        batches,
        Schedule(train_steps, eval_every, checkpoint_every=60, log_every=1),
        evaluate=task.evaluate,
        objective="error",
        mode="min",
    ).fit(workdir)
    workdir.close()
    variables = [*model.variables, *model.optimizer.variables]
    return {f"{i} {v.path}": v.numpy() for i, v in enumerate(variables)}


def full(seed, strategy=None):
    return tiny(
        seed, strategy, self_conditioning=True, average_decay=HalfLifeDecay(20, None)
    )


def test_run_in_two_parts_ends_as_one_in_one_go(tmp_path):
    start = [v.numpy() for v in full(0).variables]
    whole = trained(full(0), tmp_path / "whole", 4)
    trained(full(0), tmp_path / "parts", 2)
    parts = trained(full(1), tmp_path / "parts", 4)  # Nothing is left of its seed.
    assert len(parts) == len(whole)
    for (name, found), expected in zip(parts.items(), whole.values(), strict=True):
        np.testing.assert_array_equal(found, expected, err_msg=name)
    changed = [(a != b).any() for a, b in zip(start, whole.values())]
    assert all(changed)
    assert sum("seed" in name for name in whole) == 1


def test_two_replicas_train_as_one(tmp_path):
    mirrored = strategies.create("mirrored", num_devices=2)
    expected = trained(full(0), tmp_path / "one", 3)
    found = trained(full(0, mirrored), tmp_path / "two", 3, mirrored)
    for (name, value), other in zip(expected.items(), found.values(), strict=True):
        if "loss" not in name:  # Each replica counts its own losses.
            np.testing.assert_allclose(other, value, rtol=0, atol=1e-5, err_msg=name)


class Half:
    """A task whose model guesses half of what it sees, whatever the level."""

    def __init__(self, labels=None, kind="flow"):
        num_classes = None if labels is None else 3
        self.model = tiny(kind=kind, num_classes=num_classes)
        self.calls = []
        self.model.call = self.call
        self.task = DiffusionTask(self.model, IMAGES, labels, {})

    def call(self, inputs, average=False, training=False):
        self.calls.append((inputs, average))
        return inputs["x"] / 2


@pytest.mark.parametrize("kind", ["flow", "karras", "cosine"])
def test_errors_of_a_known_estimate(kind):
    """E (x / 2 - x0)^2 = (alpha / 2 - 1)^2 E x0^2 + sigma^2 / 4, but for chance."""
    half = Half(kind=kind)
    found = half.task.evaluate()
    levels = [half.model.schedule.level(np.array([t])) for t in TIMES]
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
    model = tiny()
    whole = DiffusionTask(model, images, labels, {}).evaluate()
    parts = [
        DiffusionTask(model, images[rows], labels[rows], {}).evaluate()
        for rows in (slice(256), slice(256, None))
    ]
    for name, value in whole.items():
        mean = np.average([part[name] for part in parts], weights=[256, 44])
        assert value == pytest.approx(mean, rel=1e-5)


def test_evaluation_is_repeatable_and_of_the_average_and_the_labels():
    model = tiny(average_decay=HalfLifeDecay(100))
    task = DiffusionTask(model, IMAGES, LABELS, {})
    state = model.seed_generator.state.numpy()
    first = task.evaluate()
    model.network.set_weights([w + 1 for w in model.network.get_weights()])
    assert task.evaluate() == first
    np.testing.assert_array_equal(model.seed_generator.state, state)
    others = DiffusionTask(model, IMAGES, LABELS[::-1].copy(), {}).evaluate()
    assert others["error"] != first["error"]
    anything = DiffusionTask(model, IMAGES, None, {}).evaluate()
    none = DiffusionTask(model, IMAGES, np.full(12, 3, "int32"), {}).evaluate()
    assert anything == none != first


def test_training_lowers_the_error(tmp_path):
    model = tiny()
    task = DiffusionTask(model, IMAGES, LABELS, {})
    before = task.evaluate()["error"]
    trained(model, tmp_path, 60, eval_every=60)
    assert task.evaluate()["error"] < 0.9 * before


def test_generated_images_are_those_of_generate():
    model = tiny()
    sampling = {"steps": 3, "sampler": "ddim", "guidance": 2.0}
    task = DiffusionTask(model, IMAGES, LABELS, sampling)
    labels = np.arange(5, dtype="int32") % 3
    found = task.generate(5, seed=7, labels=labels, batch_size=2)
    assert found.shape == (5, *SHAPE) and found.dtype == "float32"
    expected = np.concatenate(
        [
            generate(model, 2, batch_seed(7, k), labels=np.array(own), **sampling)
            for k, own in enumerate(([0, 1], [2, 0], [1, 0]))
        ]
    )[:5]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_array_equal(task.generate(5, 7, labels, batch_size=2), found)
    sampling["guidance"] = 1.0
    unlabelled = DiffusionTask(model, IMAGES, LABELS, sampling).generate(3, 7)
    np.testing.assert_allclose(
        unlabelled, generate(model, 100, 7, **sampling)[:3], atol=1e-5
    )
