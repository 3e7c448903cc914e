"""What a GAN says of images that are all alike."""

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.data.images import ImageDataset
from kerazoo.models.gan import NetworkConfig
from kerazoo.tasks.gan import ImageGeneration
from kerazoo.tasks.gan import PointGeneration
from kerazoo.training.task import Best


@pytest.fixture(scope="module")
def task():
    task = ImageGeneration(
        "digits",
        feature_extractor="none",
        eval_samples=20,
        networks=NetworkConfig(base_width=8),
    )
    task.build(tf.distribute.OneDeviceStrategy("CPU:0"), train_steps=1, seed=0)
    return task


def test_collapse_is_warned_of_with_the_result(task, monkeypatch):
    images = np.random.default_rng(0).normal(0, 0.01, (20, 8, 8, 1))
    monkeypatch.setattr(task, "generate", lambda *_: images)
    with pytest.warns(UserWarning, match="nearly alike.*has collapsed.*say little"):
        result = task.measure(Best())
    assert result["diversity"] < 0.1


def test_data_are_described(task):
    assert task.describe_data() == (
        "digits, 1,438 images to train on and 359 to test with; 8x8x1 uint8, 10 classes"
    )
    points = PointGeneration("grid", num_points=500)
    points.build(tf.distribute.OneDeviceStrategy("CPU:0"), train_steps=1, seed=0)
    assert points.describe_data() == "grid, 500 points around 25 modes"


def test_one_image_is_too_few():
    images, none = np.zeros((1, 8, 8, 1), "uint8"), np.zeros((0, 8, 8, 1), "uint8")
    task = ImageGeneration(ImageDataset("just", images, None, none, None))
    with pytest.raises(ValueError, match="two images.*dataset=just with 1"):
        task.build(tf.distribute.OneDeviceStrategy("CPU:0"), train_steps=1, seed=0)
