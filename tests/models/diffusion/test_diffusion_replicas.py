"""The same training on one replica, two, two workers, and in towers."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.diffusion.networks.u_net import UNet
from kerazoo.training import strategy as strategies
from kerazoo.training.weight_average import HalfLifeDecay
from tests.models.diffusion.tiny_network import TinyNetwork
from tests.models.diffusion.tiny_network import tiny_diffusion
from tests.models.worker_processes import run_workers

SHAPE = (2, 3, 1)
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (6, *SHAPE)).astype("float32")
LABELS = np.array([0, 1, 2, 0, 1, 2], "int32")
WEIGHTS = np.array([1, 0, 2, 0.5, 1, 3], "float32")


@pytest.fixture(autouse=True)
def seeds():
    keras.utils.set_random_seed(0)
    TinyNetwork.seen = []


def strategy_of(replicas):
    if replicas == 1:
        return strategies.create("one_device")
    return strategies.create("mirrored", num_devices=replicas)


def replicable(max_gradient_norm=None, **kwargs):
    """Returns a model that uses all kinds of random numbers, the same each time."""
    keras.utils.set_random_seed(0)
    model = tiny_diffusion(
        num_classes=3,
        label_dropout=0.5,
        self_conditioning=True,
        average_decay=HalfLifeDecay(10, ramp_up=None),
        rate=1.0,
        **kwargs,
    )
    model.max_gradient_norm = max_gradient_norm
    return model


@functools.cache
def weights_after(split, steps=2, **kwargs):
    """Returns weights and losses after steps on as many replicas as there are parts.

    Args:
        split: Where each replica's examples end.
        steps: int.
        **kwargs: Of the model.
    """
    strategy = strategy_of(len(split))
    with strategy.scope():
        model = replicable(**kwargs)
        model.optimizer.build(model.trainable_variables)
    bounds = list(zip([0, *split], split))

    def part(context):
        rows = slice(*bounds[context.replica_id_in_sync_group])
        return tuple(tf.constant(array[rows]) for array in (IMAGES, LABELS, WEIGHTS))

    data = strategy.experimental_distribute_values_from_function(part)
    step = tf.function(lambda: strategy.run(model.train_step, args=(data,)))
    losses = [strategy.experimental_local_results(step()["loss"]) for _ in range(steps)]
    return model.get_weights(), np.array(losses)


CLIPPED = {"weighting": "min_snr", "towers": 2, "max_gradient_norm": 0.2}


@pytest.mark.parametrize(
    ("split", "kwargs"),
    [
        pytest.param((3, 6), {}, marks=pytest.mark.slow),
        pytest.param((5, 6), {}, marks=pytest.mark.slow),
        pytest.param((3, 6), CLIPPED, marks=pytest.mark.slow),
        ((5, 6), CLIPPED),
    ],
    ids=["plain, even", "plain", "clipped towers, even", "clipped towers"],
)
def test_two_replicas_train_as_one(split, kwargs):
    expected, losses = weights_after((6,), **kwargs)
    found, other_losses = weights_after(split, **kwargs)
    for weight, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(weight, other, rtol=0, atol=1e-5)
    np.testing.assert_allclose(other_losses, np.tile(losses, 2), rtol=1e-5)
    start = replicable().get_weights()
    moved = [np.abs(w - v).max() for w, v in zip(found, start)]
    assert min(moved) > 1e-4
    if "max_gradient_norm" in kwargs:  # It was reached.
        free, _ = weights_after((6,), **{**kwargs, "max_gradient_norm": None})
        assert max(np.abs(w - v).max() for w, v in zip(found, free)) > 1e-3


@pytest.mark.slow
def test_two_replicas_fit_as_one_with_a_batch_that_does_not_divide():
    images = np.concatenate([IMAGES, -IMAGES])[:11]  # Batches of 4, 4 and 3.
    labels = np.arange(11, dtype="int32") % 3
    results = []
    for replicas in (1, 2):
        with strategy_of(replicas).scope():
            model = replicable(max_gradient_norm=0.2)
        history = model.fit(
            images,
            labels,
            batch_size=4,
            epochs=2,
            shuffle=False,
            validation_data=(images, labels),
            validation_batch_size=11,
            verbose=0,
        ).history
        results.append((model.get_weights(), history["loss"], history["val_loss"]))
    for one, two in zip(*results):
        for value, other in zip(one, two, strict=True):
            np.testing.assert_allclose(value, other, rtol=1e-5, atol=1e-5)


@pytest.mark.slow
def test_replica_without_an_image_trains_the_network_as_one():
    """TensorFlow's convolutions of no image have outputs of a wrong shape."""
    images = RANDOM.uniform(-1, 1, (5, 4, 4, 1)).astype("float32")
    results = []
    for replicas in (1, 2):
        keras.utils.set_random_seed(0)
        with strategy_of(replicas).scope():
            model = tiny_diffusion(
                shape=(4, 4, 1),
                network=UNet((16,), 1, attention_levels=(), middle_attention=False),
                max_gradient_norm=0.2,
            )
        # The second batch is one image, of which the second replica gets none.
        model.fit(images, batch_size=4, epochs=2, shuffle=False, verbose=0)
        results.append(model.get_weights())
    for value, other in zip(*results, strict=True):
        np.testing.assert_allclose(value, other, rtol=1e-5, atol=1e-5)


def test_replicas_meet_different_noise():
    strategy = strategy_of(2)
    with strategy.scope():
        model = tiny_diffusion()
        model.optimizer.build(model.trainable_variables)
    TinyNetwork.seen.clear()
    strategy.run(model.train_step, args=(tf.zeros((3, *SHAPE)),))
    (x, level), (other, other_level) = TinyNetwork.seen
    assert (x.numpy() != other.numpy()).all()
    assert (level.numpy() != other_level.numpy()).any()


@pytest.mark.slow
def test_two_workers_fit_as_one(tmp_path):
    (expected,) = run_workers("tests.models.diffusion.multi_worker_fit", 1, tmp_path)
    for found in run_workers("tests.models.diffusion.multi_worker_fit", 2, tmp_path):
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            np.testing.assert_allclose(
                found[name], value, rtol=1e-5, atol=1e-5, err_msg=name
            )


def values_and_gradients(model, images, labels):
    """Returns estimates and the gradients of their sum of cubes, as arrays."""
    with tf.GradientTape() as tape:
        levels = tf.linspace(0.1, 0.9, tf.shape(images)[0])
        inputs = {"x": images, "alpha": levels, "sigma": 1 - levels, "labels": labels}
        found = model(inputs)
        loss = tf.reduce_sum(found**3)
    return found, tape.gradient(loss, model.network.trainable_variables)


@pytest.mark.parametrize("towers", [pytest.param(2, marks=pytest.mark.slow), 3])
def test_towers_compute_the_same(towers):
    """Batches of static and of dynamic size, of one image and of odd numbers."""
    one = tiny_diffusion(num_classes=3)
    many = tiny_diffusion(num_classes=3, towers=towers)
    many.set_weights(one.get_weights())
    specs = [tf.TensorSpec((None, *SHAPE)), tf.TensorSpec((None,), tf.int32)]
    dynamic = tf.function(
        lambda images, labels: values_and_gradients(many, images, labels),
        input_signature=specs,
    )
    images = np.random.default_rng(1).uniform(-1, 1, (7, *SHAPE)).astype("float32")
    for size in range(1, 8):
        data = images[:size], np.arange(size, dtype="int32") % 3
        expected, slopes = values_and_gradients(one, *data)
        TinyNetwork.seen.clear()
        eager = values_and_gradients(many, *data)
        parts = [len(x) for x, *_ in TinyNetwork.seen]
        assert sum(parts) == size and min(parts) > 0
        assert len(parts) == (towers if size > (towers - 1) ** 2 else 1)
        for found, gradients in (eager, dynamic(*data)):
            np.testing.assert_allclose(found, expected, atol=1e-5)
            for gradient, slope in zip(gradients, slopes, strict=True):
                gradient, slope = map(tf.convert_to_tensor, (gradient, slope))
                np.testing.assert_allclose(gradient, slope, atol=1e-5)
