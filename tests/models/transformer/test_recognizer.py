import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.transformer.losses import smoothed_cross_entropy
from kerazoo.models.transformer.recognizer import Recognizer
from kerazoo.training import strategy as strategies
from tests.models.transformer.decoding.all_paths import text_probabilities
from tests.models.transformer.speech_examples import LENGTHS
from tests.models.transformer.speech_examples import SAMPLES
from tests.models.transformer.speech_examples import TARGETS
from tests.models.transformer.speech_examples import speech_network

INPUTS = SAMPLES, LENGTHS
COUNTS = np.array([4, 2, 0, 3])


def recognizer(num_decoder_layers=1, **kwargs):
    network = speech_network("conformer", num_decoder_layers, spec_augment=False)
    model = Recognizer(network, **kwargs)
    model.compile(keras.optimizers.SGD(0.05))
    return model


def parts_by_hand(model, smoothing=0.0):
    """Returns the losses of both parts by token, from all paths and one-hot tokens."""
    heard = model.network.encode(INPUTS)
    logits = model.network.frame_logits(heard).numpy()
    # Of the second row, whose five outputs have few paths.
    ctc = -np.log(text_probabilities(logits[1, :5])[(6,)])
    before = np.pad(TARGETS[:, :-1], [[0, 0], [1, 0]], constant_values=1)
    logits = model.network.token_logits(model.network.features(heard, before))
    losses = smoothed_cross_entropy(logits, TARGETS, smoothing)
    attention = np.where(TARGETS > 0, losses, 0).sum() / COUNTS.sum()
    return ctc / 2, attention


def test_losses_are_those_of_both_parts():
    model = recognizer(ctc_weight=0.3, label_smoothing=0.1)
    _, attention = parts_by_hand(model, smoothing=0.1)
    metrics = model.train_step((INPUTS, TARGETS))
    found = {name: float(value) for name, value in metrics.items()}
    assert found["tokens"] == 9
    assert found["attention_loss"] == pytest.approx(attention, rel=1e-4)
    mixed = 0.3 * found["ctc_loss"] + 0.7 * found["attention_loss"]
    assert found["loss"] == pytest.approx(mixed, rel=1e-5)


def test_evaluation_is_without_smoothing_and_of_one_text():
    model = recognizer(label_smoothing=0.1)
    ctc, attention = parts_by_hand(model)
    found = model.test_step((INPUTS, TARGETS))
    assert float(found["attention_loss"]) == pytest.approx(attention, rel=1e-4)
    one = tuple(x[1:2] for x in INPUTS), TARGETS[1:2]
    assert float(model.test_step(one)["ctc_loss"]) == pytest.approx(ctc, rel=1e-4)


def trained(split, num_decoder_layers):
    """Returns weights and losses of steps on as many replicas as there are parts."""
    name = "one_device" if len(split) == 1 else "mirrored"
    more = {} if len(split) == 1 else {"num_devices": len(split)}
    strategy = strategies.create(name, **more)
    with strategy.scope():
        model = recognizer(num_decoder_layers, max_gradient_norm=1.0)
    bounds = list(zip([0, *split], split))

    def part(context):
        rows = slice(*bounds[context.replica_id_in_sync_group])
        sounds = tuple(tf.constant(x[rows]) for x in INPUTS)
        return sounds, tf.constant(TARGETS[rows])

    data = strategy.experimental_distribute_values_from_function(part)

    def loss_of(step):
        return strategy.run(step, args=(data,))["loss"]

    if len(split) > 1:  # Else replicas may exchange their values in another order.
        loss_of = tf.function(loss_of)
    steps = [model.train_step, model.train_step, model.test_step]
    losses = [loss_of(step) for step in steps]
    local = strategy.experimental_local_results
    return model.get_weights(), [float(local(loss)[-1]) for loss in losses]


@pytest.mark.slow
@pytest.mark.parametrize("num_decoder_layers", [0, 1])
def test_two_replicas_train_as_one(num_decoder_layers):
    expected, losses = trained((4,), num_decoder_layers)
    found, others = trained((3, 4), num_decoder_layers)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-5)
    np.testing.assert_allclose(others, losses, rtol=1e-5)
    start = speech_network("conformer", num_decoder_layers).get_weights()
    moved = [np.abs(w - v).max() for w, v in zip(expected, start)]
    assert np.mean(np.array(moved) > 1e-5) > 0.8


def test_rows_without_text_count_for_nothing():
    model = recognizer(0)
    whole = float(model.test_step((INPUTS, TARGETS))["loss"])
    rows = [0, 1, 3]
    some = tuple(x[rows] for x in INPUTS), TARGETS[rows]
    assert float(model.test_step(some)["loss"]) == pytest.approx(whole, rel=1e-5)


def test_comes_back_from_its_configuration():
    model = recognizer(ctc_weight=0.7, label_smoothing=0.1, max_gradient_norm=2.0)
    again = Recognizer.from_config(model.get_config())
    assert again.get_config() == model.get_config()
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again(INPUTS)[0], model(INPUTS)[0])


@pytest.mark.parametrize("name, value", [("ctc_weight", 1.1), ("label_smoothing", 1)])
def test_refuses(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be .* {name}={value}"):
        recognizer(**{name: value})
