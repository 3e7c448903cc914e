import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from kerazoo.models.transformer.losses import smoothed_cross_entropy
from kerazoo.models.transformer.networks import CausalLanguageModel
from kerazoo.models.transformer.networks import EncoderDecoder
from kerazoo.models.transformer.schedules import InverseSquareRoot
from kerazoo.models.transformer.transformer import Transformer
from kerazoo.training import strategy as strategies
from kerazoo.training.snapshots import Snapshots
from kerazoo.training.weight_average import HalfLifeDecay
from kerazoo.training.weight_average import PowerFunctionDecay
from tests.models.transformer.tiny_translator import SMALL
from tests.models.transformer.tiny_translator import VOCABULARY
from tests.models.transformer.tiny_translator import tiny_translator
from tests.models.worker_processes import run_workers

RANDOM = np.random.default_rng(0)
SIZE, RATE = 4, 0.5
# Rows of 5, 1, 3, 4, 2, 5, 0 and 4 tokens, and all but the first to predict.
LENGTHS = np.array([5, 1, 3, 4, 2, 5, 0, 4])
TOKENS = np.where(np.arange(6) <= LENGTHS[:, None], RANDOM.integers(1, 9, (8, 6)), 0)
TOKENS = TOKENS.astype("int32")
INPUTS, TARGETS = TOKENS[:, :-1], TOKENS[:, 1:]
SOURCE = np.where(np.arange(4) <= LENGTHS[:, None], RANDOM.integers(1, 9, (8, 4)), 0)
SOURCE = SOURCE.astype("int32")


class Bigram(keras.Model):
    """Hidden states A x and logits E A x of one-hot tokens x."""

    def build(self, inputs_shape):
        self.table = self.add_weight(shape=(VOCABULARY, SIZE))
        self.output_embeddings = self.add_weight(shape=(VOCABULARY, SIZE))
        random = np.random.default_rng(1)
        self.set_weights([random.normal(size=(VOCABULARY, SIZE)) for _ in range(2)])

    def call(self, inputs, training=None):
        hidden = self.features(inputs)
        return ops.matmul(hidden, ops.transpose(self.output_embeddings))

    def features(self, inputs, training=None):
        return ops.take(self.table, inputs, axis=0)

    def get_config(self):
        return {}


def bigram(optimizer=None, **kwargs):
    model = Transformer(Bigram(), **kwargs)
    model.compile(optimizer or keras.optimizers.SGD(RATE))
    return model


def loss_by_hand(table, embeddings, smoothing=0.0, weights=1.0):
    """Returns the mean loss and its gradients, in float64."""
    hidden = table[INPUTS]
    logits = hidden @ embeddings.T
    logs = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    wanted = (1 - smoothing) * np.eye(VOCABULARY)[TARGETS] + smoothing / VOCABULARY
    weights = (TARGETS > 0) * weights
    weights = weights / weights.sum()
    slopes = weights[..., None] * (np.exp(logs) - wanted)
    by_table = np.zeros_like(table)
    np.add.at(by_table, INPUTS, slopes @ embeddings)
    by_embeddings = np.einsum("btv,btd->vd", slopes, hidden)
    losses = -(wanted * logs).sum(axis=-1)
    return (weights * losses).sum(), [by_table, by_embeddings]


def assert_weights(found, expected, **tolerance):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, **tolerance)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("max_norm", [None, 0.05])
def test_one_step_by_hand(smoothing, max_norm):
    model = bigram(label_smoothing=smoothing, max_gradient_norm=max_norm)
    before = [w.astype("float64") for w in model.get_weights()]
    loss, gradients = loss_by_hand(*before, smoothing)
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    assert norm > 0.1
    scale = min(1, max_norm / norm) if max_norm else 1
    metrics = model.train_step((INPUTS, TARGETS))
    assert metrics.keys() == {"loss", "tokens"}
    assert float(metrics["loss"]) == pytest.approx(loss, rel=1e-5)
    assert float(metrics["tokens"]) == LENGTHS.sum()
    expected = [w - RATE * scale * g for w, g in zip(before, gradients)]
    assert_weights(model.get_weights(), expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("shape", [(8,), (8, 5)])
def test_weights_of_texts_and_of_tokens(shape):
    model = bigram()
    before = [w.astype("float64") for w in model.get_weights()]
    weights = np.random.default_rng(3).uniform(0, 2, shape)
    weights[0] = 0
    by_token = np.broadcast_to(weights.reshape(8, -1), TARGETS.shape)
    loss, gradients = loss_by_hand(*before, weights=by_token)
    data = (INPUTS, TARGETS, weights.astype("float32"))
    assert float(model.test_step(data)["loss"]) == pytest.approx(loss, rel=1e-5)
    metrics = model.train_step(data)
    assert float(metrics["loss"]) == pytest.approx(loss, rel=1e-5)
    assert float(metrics["tokens"]) == (by_token * (TARGETS > 0) > 0).sum()
    expected = [w - RATE * g for w, g in zip(before, gradients)]
    assert_weights(model.get_weights(), expected, rtol=1e-5, atol=1e-7)


def test_loss_scaling_of_half_precision_cancels_out():
    scaled = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(RATE))
    models = [bigram(o, max_gradient_norm=0.05) for o in (None, scaled)]
    losses = [float(m.train_step((INPUTS, TARGETS))["loss"]) for m in models]
    assert losses[0] == losses[1]
    assert_weights(*(model.get_weights() for model in models), rtol=1e-5)


@pytest.mark.parametrize("name", ["translator", "writer"])
def test_step_of_a_network_is_that_of_its_logits(name):
    if name == "translator":
        network, inputs = EncoderDecoder(VOCABULARY, **SMALL), [SOURCE, INPUTS]
    else:
        network, inputs = CausalLanguageModel(VOCABULARY, **SMALL), INPUTS
    model = Transformer(network, label_smoothing=0.1)
    model.compile(keras.optimizers.SGD(RATE))
    variables = network.trainable_variables
    with tf.GradientTape() as tape:
        losses = smoothed_cross_entropy(network(inputs), TARGETS, 0.1)
        loss = tf.reduce_sum(losses[TARGETS > 0]) / LENGTHS.sum()
    gradients = map(tf.convert_to_tensor, tape.gradient(loss, variables))
    expected = [v.numpy() - RATE * g for v, g in zip(variables, gradients)]
    metrics = tf.function(model.train_step)((inputs, TARGETS))
    assert float(metrics["loss"]) == pytest.approx(float(loss), rel=1e-5)
    assert_weights(variables, expected, rtol=0, atol=1e-6)


def test_another_token_may_be_the_padding():
    model = bigram(pad=3)
    metrics = model.train_step((INPUTS, TARGETS))
    assert float(metrics["tokens"]) == (TARGETS != 3).sum()
    assert model.get_config()["pad"] == 3


def test_evaluation_has_no_smoothing_and_counts_all_tokens_of_all_batches():
    model = bigram(label_smoothing=0.2)
    expected, _ = loss_by_hand(*model.get_weights())
    assert float(model.test_step((INPUTS, TARGETS))["loss"]) == pytest.approx(expected)
    options = {"batch_size": 3, "return_dict": True, "verbose": 0}
    found = model.evaluate(INPUTS, TARGETS, **options)
    assert found["loss"] == pytest.approx(expected, rel=1e-5)


def strategy_of(replicas):
    if replicas == 1:
        return strategies.create("one_device")
    return strategies.create("mirrored", num_devices=replicas)


def trained(split, steps=2):
    """Returns weights and metrics of steps on as many replicas as there are parts."""
    strategy = strategy_of(len(split))
    with strategy.scope():
        model = tiny_translator()
    bounds = list(zip([0, *split], split))

    def part(context):
        rows = slice(*bounds[context.replica_id_in_sync_group])
        source, inputs, targets = (x[rows] for x in (SOURCE, INPUTS, TARGETS))
        return [tf.constant(source), tf.constant(inputs)], tf.constant(targets)

    data = strategy.experimental_distribute_values_from_function(part)
    tasks = [model.train_step] * steps + [model.test_step]
    metrics = [strategy.run(task, args=(data,)) for task in tasks]
    metrics = [
        float(strategy.experimental_local_results(value)[-1])
        for of_step in metrics
        for value in of_step.values()
    ]
    return model.get_weights(), metrics


def test_two_replicas_train_as_one():
    expected, metrics = trained((8,))
    found, others = trained((6, 8))  # 20 tokens and 4.
    assert_weights(found, expected, rtol=0, atol=1e-5)
    np.testing.assert_allclose(others, metrics, rtol=1e-5)
    start = tiny_translator().get_weights()
    moved = [np.abs(w - v).max() for w, v in zip(expected, start)]
    assert np.mean(np.array(moved) > 1e-4) > 0.8


@pytest.mark.slow
def test_two_workers_train_as_one(tmp_path):
    module = "tests.models.transformer.multi_worker_fit"
    (expected,) = run_workers(module, 1, tmp_path)
    for found in run_workers(module, 2, tmp_path):
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            np.testing.assert_allclose(
                found[name], value, rtol=1e-5, atol=1e-5, err_msg=name
            )


def test_average_follows_the_formula():
    model = bigram(average_decay=HalfLifeDecay(40, ramp_up=1.5))
    average = [w.astype("float64") for w in model.network.get_weights()]
    for step in range(1, 4):
        model.train_step((INPUTS, TARGETS))
        half_life = min(40, 1.5 * step * 24)  # Of 24 tokens in each step.
        share = 1 - 0.5 ** (24 / half_life)
        weights = model.network.get_weights()
        average = [a + share * (w - a) for a, w in zip(average, weights)]
        assert_weights(model.average_network.get_weights(), average, rtol=1e-5)


def test_average_is_what_predicts_after_training():
    model = bigram(average_decay=PowerFunctionDecay(0.2))
    for _ in range(3):
        model.train_step((INPUTS, TARGETS))
    average, network = model.average_network, model.network
    assert np.abs(average(INPUTS) - network(INPUTS)).max() > 1e-3
    for arguments, expected in [
        ({}, average),
        ({"training": False}, average),
        ({"training": True}, network),
        ({"average": False}, network),
        ({"average": True, "training": True}, average),
    ]:
        np.testing.assert_array_equal(model(INPUTS, **arguments), expected(INPUTS))
    expected, _ = loss_by_hand(*average.get_weights())
    found = model.test_step((INPUTS, TARGETS))["loss"]
    assert float(found) == pytest.approx(expected, rel=1e-5)
    assert bigram().average_network is None
    np.testing.assert_array_equal(bigram()(INPUTS), bigram().network(INPUTS))


@pytest.mark.parametrize("decay", [HalfLifeDecay(40), PowerFunctionDecay(0.1)])
def test_batch_without_tokens_changes_nothing(decay):
    model = bigram(average_decay=decay, max_gradient_norm=1.0)
    model.train_step((INPUTS, TARGETS))
    before = model.get_weights()
    metrics = model.train_step((INPUTS, np.zeros_like(TARGETS)))
    assert_weights(model.get_weights(), before, rtol=0)
    assert [float(value) for value in metrics.values()] == [0, 0]


def test_average_may_be_set_by_others(tmp_path):
    model, seen = bigram(external_average=True), []
    start = model.network.get_weights()
    snapshots = Snapshots(tmp_path, count=2)
    for step in range(3):
        model.train_step((INPUTS, TARGETS))
        seen.append(model.network.get_weights())
        snapshots.take(step, seen[-1])
    assert_weights(model.average_network.get_weights(), start, rtol=0)
    model.average_network.set_weights(snapshots.mean())
    mean = [(a + b) / 2 for a, b in zip(*seen[1:])]
    expected = mean[0][INPUTS] @ mean[1].T
    np.testing.assert_allclose(model(INPUTS), expected, rtol=1e-4, atol=1e-5)


def test_average_begins_with_the_weights_of_a_trained_network():
    network = Bigram()
    network.build(None)
    network.set_weights([w + 1 for w in network.get_weights()])
    model = Transformer(network, external_average=True)
    assert_weights(model.average_network.get_weights(), network.get_weights(), rtol=0)


@pytest.mark.slow
def test_fit_learns():
    """Each token is the one before plus 1."""
    keras.utils.set_random_seed(0)
    tokens = (np.arange(7) + np.arange(64)[:, None]) % 8 + 1
    network = CausalLanguageModel(VOCABULARY, **SMALL)
    model = Transformer(network, average_decay=HalfLifeDecay(2_000))
    model.compile(keras.optimizers.Adam(0.02))
    data = tokens[:, :-1], tokens[:, 1:]
    model.fit(*data, batch_size=16, epochs=12, verbose=0)
    assert model.evaluate(*data, verbose=0) < 0.1
    np.testing.assert_array_equal(model(data[0]).numpy().argmax(axis=-1), data[1])


def test_balance_of_experts_is_part_of_the_loss():
    """It changes the gradients of routers, and no other loss is reported."""
    routers, reported = [], []
    for balance in (0.0, 1.0):
        keras.utils.set_random_seed(0)
        network = CausalLanguageModel(VOCABULARY, **SMALL, num_experts=3)
        model = Transformer(network)
        for block in network.decoder.blocks:
            block.feed_forward.balance = balance
        model.compile(keras.optimizers.SGD(1.0))
        reported.append(float(model.train_step((INPUTS, TARGETS))["loss"]))
        routers.append(network.decoder.blocks[0].feed_forward.router.kernel.numpy())
        assert len(network.losses) == (len(network.decoder.blocks) if balance else 0)
    assert reported[0] == pytest.approx(reported[1], abs=1e-6)
    assert np.abs(routers[0] - routers[1]).max() > 1e-4


def test_tokens_with_experts_are_the_same_one_by_one():
    network = CausalLanguageModel(VOCABULARY, **SMALL, num_experts=3, max_length=8)
    network.build(None)
    context, cache = network.start(INPUTS, INPUTS.shape[1])
    expected = network(INPUTS).numpy()
    for index in range(INPUTS.shape[1]):
        logits, cache = network.step(
            tf.constant(INPUTS[:, index]), tf.constant(index), cache, context
        )
        np.testing.assert_allclose(logits, expected[:, index], atol=1e-5)


@pytest.mark.parametrize(
    "name", [pytest.param("translator", marks=pytest.mark.slow), "writer"]
)
def test_saved_and_loaded_model_goes_on(name, tmp_path):
    if name == "translator":
        network, inputs = EncoderDecoder(VOCABULARY, **SMALL), [SOURCE, INPUTS]
    else:
        network = CausalLanguageModel(VOCABULARY, **SMALL, norm="rms", max_length=8)
        inputs = INPUTS
    model = Transformer(
        network,
        label_smoothing=0.1,
        average_decay=HalfLifeDecay(50, 0.3),
        max_gradient_norm=0.5,
    )
    model.compile(keras.optimizers.AdamW(InverseSquareRoot(0.01, 2)))
    model.train_step((inputs, TARGETS))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    # Tuples have become lists.
    found, expected = (json.dumps(x.get_config()) for x in (loaded, model))
    assert found == expected
    np.testing.assert_array_equal(loaded(inputs), model(inputs))
    for other in (model, loaded):
        other.train_step((inputs, TARGETS))
    assert int(loaded.optimizer.iterations) == 2
    assert_weights(loaded.get_weights(), model.get_weights(), rtol=0)
    found, expected = (x.optimizer.variables for x in (loaded, model))
    assert_weights(found, expected, rtol=0)


def test_weights_of_the_average_are_not_trained():
    model = tiny_translator()
    assert model.average_network.trainable_variables == []
    expected = {id(v) for v in model.network.trainable_variables}
    assert {id(v) for v in model.trainable_variables} == expected


def test_mistakes_raise():
    for smoothing in (-0.1, 1.0):
        with pytest.raises(ValueError, match=f"Received: label_smoothing={smoothing}"):
            Transformer(Bigram(), label_smoothing=smoothing)
