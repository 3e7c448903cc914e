"""Training with a `Trainer`, resumption included."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.diffusion import parametrizations
from kerazoo.models.diffusion import schedules
from kerazoo.models.diffusion.denoising_metric import DenoisingMetric
from kerazoo.models.diffusion.diffusion import Diffusion
from kerazoo.training import strategy as strategies
from kerazoo.training.base_task import BaseTask
from kerazoo.training.schedule import Schedule
from kerazoo.training.trainer import Trainer
from kerazoo.training.weight_average import HalfLifeDecay
from kerazoo.training.workdir import Workdir
from tests.models.diffusion.tiny_network import TinyNetwork

SHAPE = (2, 3, 1)
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (12, *SHAPE)).astype("float32")
LABELS = np.arange(12, dtype="int32") % 3


class Denoising(BaseTask):
    """Learns twelve images."""

    family = "diffusion"
    objective = "error"
    mode = "min"

    def __init__(self, model):
        self.model = model
        self.metric = DenoisingMetric(model, IMAGES, LABELS)

    def evaluate(self, step):
        return self.metric.measure()

    def batches(self, start_step, context):
        """Returns four images and labels of each step, those of this worker."""
        size = 4 // context.num_replicas_in_sync

        def batch(step):
            rows = (4 * step + tf.range(4, dtype=tf.int64)) % 12
            return tf.gather(IMAGES, rows), tf.gather(LABELS, rows)

        steps = tf.data.Dataset.range(start_step, 1_000_000)
        return steps.map(batch).unbatch().batch(size, drop_remainder=True)


def tiny(seed=0, strategy=None, **kwargs):
    keras.utils.set_random_seed(seed)
    with (strategy or strategies.create("one_device")).scope():
        model = Diffusion(
            TinyNetwork(num_classes=3),
            SHAPE,
            schedules.FlowSchedule(),
            parametrizations.FlowParametrization(),
            num_classes=3,
            max_gradient_norm=1.0,
            **kwargs,
        )
        model.compile(keras.optimizers.Adam(0.01))
        model.optimizer.build(model.trainable_variables)
    return model


def trained(model, path, train_steps, strategy=None, eval_every=1):
    """Returns all variables of the model and its optimizer by name after training."""
    task = Denoising(model)
    workdir = Workdir(path)
    schedule = Schedule(train_steps, eval_every, checkpoint_every=60, log_every=1)
    strategy = strategy or strategies.create("one_device")
    Trainer(task, strategy, schedule).fit(workdir)
    workdir.close()
    return {f"{i} {v.path}": v.numpy() for i, v in enumerate(task.variables())}


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


@pytest.mark.slow
def test_two_replicas_train_as_one(tmp_path):
    mirrored = strategies.create("mirrored", num_devices=2)
    expected = trained(full(0), tmp_path / "one", 3)
    found = trained(full(0, mirrored), tmp_path / "two", 3, mirrored)
    for (name, value), other in zip(expected.items(), found.values(), strict=True):
        if "loss" not in name:  # Each replica counts its own losses.
            np.testing.assert_allclose(other, value, rtol=0, atol=1e-5, err_msg=name)


def test_training_lowers_the_error(tmp_path):
    model = tiny()
    metric = DenoisingMetric(model, IMAGES, LABELS)
    before = metric.measure()["error"]
    trained(model, tmp_path, 60, eval_every=60)
    assert metric.measure()["error"] < 0.9 * before
