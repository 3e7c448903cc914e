import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.transformer.classifier import Classifier
from kerazoo.models.transformer.networks import TextClassifier
from kerazoo.models.transformer.networks import VisionTransformer
from kerazoo.training import strategy as strategies
from kerazoo.training.weight_average import HalfLifeDecay

RANDOM = np.random.default_rng(0)
RATE = 0.5
SMALL = {
    "hidden_size": 8,
    "num_layers": 1,
    "num_heads": 2,
    "feed_forward_size": 12,
    "dropout": 0.0,
}
FEATURES = RANDOM.normal(size=(7, 4)).astype("float32")
IMAGES = RANDOM.normal(size=(7, 4, 6, 1)).astype("float32")
LABELS = np.array([0, 1, -1, 0, 2, -1, 2], "int32")
WEIGHTS = np.array([1, 0.5, 3, 0, 2, 1, 1], "float32")
SLOW = pytest.mark.slow
KERNEL, BIAS = RANDOM.normal(size=(4, 3)), np.array([0.1, -0.2, 0.3])


class Linear(keras.Model):
    def build(self, inputs_shape):
        self.dense = keras.layers.Dense(
            3,
            kernel_initializer=lambda shape, dtype=None: tf.constant(KERNEL, dtype),
            bias_initializer=lambda shape, dtype=None: tf.constant(BIAS, dtype),
        )
        self.dense.build((None, 4))

    def call(self, inputs, training=None):
        return self.dense(inputs)

    def get_config(self):
        return {}


def linear(**kwargs):
    """Returns a model that is built by its first step."""
    model = Classifier(Linear(), **kwargs)
    model.compile(keras.optimizers.SGD(RATE))
    return model


def by_hand(weights, smoothing=0.0):
    """Returns loss, accuracy and gradients of the weighted mean over the examples."""
    logits = FEATURES @ KERNEL + BIAS
    logs = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    shares = weights * (LABELS >= 0)
    shares = shares / shares.sum()
    wanted = (1 - smoothing) * np.eye(3)[LABELS] + smoothing / 3
    slopes = shares[:, None] * (np.exp(logs) - wanted)
    loss = -(shares[:, None] * wanted * logs).sum()
    accuracy = (shares * (logits.argmax(axis=-1) == LABELS)).sum()
    return loss, accuracy, [FEATURES.T @ slopes, slopes.sum(axis=0)]


def assert_weights(found, expected, **tolerance):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, **tolerance)


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_one_step_by_hand(is_weighted, smoothing):
    """Label -1 does not count."""
    model = linear(label_smoothing=smoothing)
    data = (FEATURES, LABELS, WEIGHTS) if is_weighted else (FEATURES, LABELS)
    weights = WEIGHTS if is_weighted else np.ones(7)
    loss, accuracy, gradients = by_hand(weights, smoothing)
    assert 0 < accuracy < 1
    metrics = model.train_step(data)
    assert float(metrics["loss"]) == pytest.approx(loss, rel=1e-5)
    assert float(metrics["accuracy"]) == pytest.approx(accuracy, rel=1e-5)
    expected = [w - RATE * g for w, g in zip((KERNEL, BIAS), gradients)]
    assert_weights(model.get_weights(), expected, rtol=1e-5, atol=1e-6)


def test_evaluation_has_no_smoothing_and_counts_all_batches():
    model = linear(label_smoothing=0.2)
    for weights in (None, WEIGHTS):
        loss, accuracy, _ = by_hand(np.ones(7) if weights is None else weights)
        options = {"batch_size": 3, "return_dict": True, "verbose": 0}
        found = model.evaluate(FEATURES, LABELS, sample_weight=weights, **options)
        assert found["loss"] == pytest.approx(loss, rel=1e-5)
        assert found["accuracy"] == pytest.approx(accuracy, rel=1e-5)


def test_batch_without_labels_changes_nothing():
    model = linear(average_decay=HalfLifeDecay(40))
    metrics = model.train_step((FEATURES, np.full(7, -1)))
    expected = np.float32(KERNEL), np.float32(BIAS)
    assert_weights(model.get_weights(), [*expected, *expected], rtol=0)
    assert [float(value) for value in metrics.values()] == [0, 0]


def test_average_forgets_by_examples_whatever_they_weigh():
    found = []
    for weights in (np.ones(7), np.full(7, 3.0)):
        model = linear(average_decay=HalfLifeDecay(10, ramp_up=None))
        for _ in range(2):
            model.train_step((FEATURES, LABELS, weights))
        found.append(model.get_weights())
    assert_weights(*found, rtol=1e-5, atol=1e-6)


def strategy_of(replicas):
    if replicas == 1:
        return strategies.create("one_device")
    return strategies.create("mirrored", num_devices=replicas)


@pytest.mark.slow
def test_two_replicas_fit_as_one_with_a_batch_that_does_not_divide():
    results = []
    for replicas in (1, 2):
        with strategy_of(replicas).scope():
            model = linear(
                label_smoothing=0.1,
                average_decay=HalfLifeDecay(10, ramp_up=None),
                max_gradient_norm=0.1,
            )
        options = {"batch_size": 4, "epochs": 2, "shuffle": False, "verbose": 0}
        history = model.fit(FEATURES, LABELS, sample_weight=WEIGHTS, **options).history
        results.append([*model.get_weights(), history["loss"], history["accuracy"]])
    assert_weights(*results, rtol=1e-5, atol=1e-5)
    assert len(results[0]) == 6


def vision():
    """Returns a model that is not built, the same each time."""
    keras.utils.set_random_seed(0)
    network = VisionTransformer(3, patch_size=2, **SMALL)
    model = Classifier(network, average_decay=HalfLifeDecay(10, ramp_up=None))
    model.compile(keras.optimizers.SGD(RATE))
    return model


@pytest.mark.parametrize("is_traced", [False, pytest.param(True, marks=SLOW)])
def test_average_begins_with_the_weights_and_follows_the_formula(is_traced):
    same = vision()
    same.build(IMAGES.shape)
    average = same.network.get_weights()
    assert_weights(same.average_network.get_weights(), average, rtol=0)
    model = vision()
    step = tf.function(model.train_step) if is_traced else model.train_step
    for _ in range(2):
        step((IMAGES, LABELS))
        share = 1 - 0.5 ** (5 / 10)  # Of 5 labels.
        weights = model.network.get_weights()
        average = [a + share * (w - a) for a, w in zip(average, weights, strict=True)]
    assert_weights(model.average_network.get_weights(), average, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(model(IMAGES), model.average_network(IMAGES))
    expected = model.network(IMAGES)
    np.testing.assert_array_equal(model(IMAGES, average=False), expected)


@pytest.mark.parametrize("name", ["text", pytest.param("vision", marks=SLOW)])
def test_saved_and_loaded_model_goes_on(name, tmp_path):
    if name == "text":
        network, inputs = TextClassifier(9, 3, **SMALL), RANDOM.integers(0, 9, (7, 5))
    else:
        network, inputs = VisionTransformer(3, patch_size=2, **SMALL), IMAGES
    model = Classifier(network, 0.1, HalfLifeDecay(50, 0.3), max_gradient_norm=0.5)
    model.compile(keras.optimizers.AdamW(0.01))
    model.train_step((inputs, LABELS))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    # Tuples have become lists.
    found, expected = (json.dumps(x.get_config()) for x in (loaded, model))
    assert found == expected
    np.testing.assert_array_equal(loaded(inputs), model(inputs))
    for other in (model, loaded):
        other.train_step((inputs, LABELS))
    assert int(loaded.optimizer.iterations) == 2
    assert_weights(loaded.get_weights(), model.get_weights(), rtol=0)
    found, expected = (x.optimizer.variables for x in (loaded, model))
    assert_weights(found, expected, rtol=0)


def test_mistakes_raise():
    with pytest.raises(ValueError, match="Received: label_smoothing=1.5"):
        linear(label_smoothing=1.5)
