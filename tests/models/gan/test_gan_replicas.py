"""The same training on one replica, two, and two workers."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.gan.augmentation import AdaptiveProbability
from kerazoo.models.gan.augmentation import DiffAugment
from kerazoo.training import strategy as strategies
from kerazoo.training.weight_average import HalfLifeDecay
from tests.models.gan.tiny_gan import tiny_gan
from tests.models.worker_processes import run_workers

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (8, 2, 3, 1)).astype("float32")
LABELS = np.arange(8, dtype="int32") % 3


def strategy_of(replicas):
    if replicas == 1:
        return strategies.create("one_device")
    return strategies.create("mirrored", num_devices=replicas)


def replicable(**kwargs):
    """Returns a model that uses all kinds of random numbers, the same each time."""
    return tiny_gan(
        num_classes=3,
        average_decay=HalfLifeDecay(10, ramp_up=None),
        augmentation=DiffAugment(("translation",)),
        augment_probability=AdaptiveProbability(target=0.0, horizon=32),
        **kwargs,
    )


@functools.cache
def weights_after(split, steps=3, **kwargs):
    """Returns weights and losses after steps on as many replicas as there are parts.

    Args:
        split: Where each replica's examples end.
        steps: int.
        **kwargs: Of the model.
    """
    strategy = strategy_of(len(split))
    with strategy.scope():
        model = replicable(**kwargs)
    bounds = list(zip([0, *split], split))

    def part(context):
        rows = slice(*bounds[context.replica_id_in_sync_group])
        return tuple(tf.constant(array[rows]) for array in (IMAGES, LABELS))

    data = strategy.experimental_distribute_values_from_function(part)
    step = tf.function(lambda: strategy.run(model.train_step, args=(data,)))
    history = []
    for _ in range(steps):
        metrics = step()
        history.append(
            {
                name: strategy.experimental_local_results(value)[-1].numpy()
                for name, value in metrics.items()
            }
        )
    return model.get_weights(), history


@pytest.mark.parametrize(
    "split, kwargs",
    [
        ((4, 8), {}),
        pytest.param(
            (5, 8),
            {"discriminator_steps": 2, "max_gradient_norm": 0.2},
            marks=pytest.mark.slow,
        ),
        pytest.param(
            (5, 8),
            {"loss": "wasserstein", "r1": 0.0, "gradient_penalty": 10.0},
            marks=pytest.mark.slow,
        ),
    ],
    ids=["plain", "clipped, two steps", "wasserstein"],
)
def test_two_replicas_train_as_one(split, kwargs):
    expected, metrics = weights_after((8,), **kwargs)
    found, other_metrics = weights_after(split, **kwargs)
    for weight, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(weight, other, rtol=0, atol=1e-5)
    for one, other in zip(metrics, other_metrics, strict=True):
        assert one.keys() == other.keys()
        for name, value in one.items():
            np.testing.assert_allclose(
                value, other[name], rtol=1e-4, atol=1e-5, err_msg=name
            )
    start = replicable(**kwargs).get_weights()
    moved = [np.abs(w - v).max() for w, v in zip(found, start)]
    assert np.mean(np.array(moved) > 1e-5) > 0.8


@pytest.mark.slow
def test_two_replicas_fit_as_one_with_a_batch_that_does_not_divide():
    images = np.concatenate([IMAGES, -IMAGES])[:11]  # Batches of 4, 4 and 3.
    labels = np.arange(11, dtype="int32") % 3
    results = []
    for replicas in (1, 2):
        with strategy_of(replicas).scope():
            model = replicable(max_gradient_norm=0.2)
        options = {"batch_size": 4, "epochs": 2, "shuffle": False, "verbose": 0}
        history = model.fit(images, labels, **options).history
        results.append((model.get_weights(), history["loss"]))
    for one, two in zip(*results):
        for value, other in zip(one, two, strict=True):
            np.testing.assert_allclose(value, other, rtol=1e-5, atol=1e-5)


@pytest.mark.slow
def test_two_workers_fit_as_one(tmp_path):
    (expected,) = run_workers("tests.models.gan.multi_worker_fit", 1, tmp_path)
    for found in run_workers("tests.models.gan.multi_worker_fit", 2, tmp_path):
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            np.testing.assert_allclose(
                found[name], value, rtol=1e-5, atol=1e-5, err_msg=name
            )


@pytest.mark.slow  # Else two replicas would not train as one, which is seen above.
def test_replicas_meet_different_latents():
    strategy = strategy_of(2)
    with strategy.scope():
        model = tiny_gan()
    seen = []

    def watch(images):
        model.train_step((images,))

    generator_call = model.generator.call

    def call(inputs, training=False):
        seen.append(inputs)
        return generator_call(inputs, training=training)

    model.generator.call = call
    strategy.run(watch, args=(tf.zeros((3, 2, 3, 1)),))
    one, other = (latents.numpy() for latents in seen)
    assert (one != other).all()
    keras.backend.clear_session()
