"""Averages of the weights, saving and loading, configs, precision and errors."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.diffusion import parametrizations
from kerazoo.models.diffusion import schedules
from kerazoo.models.diffusion.networks.u_net import UNet
from kerazoo.training.weight_average import HalfLifeDecay
from kerazoo.training.weight_average import PowerFunctionDecay
from tests.models.diffusion.tiny_network import TinyNetwork
from tests.models.diffusion.tiny_network import tiny_diffusion

SHAPE = (2, 3, 1)
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (6, *SHAPE)).astype("float32")
LABELS = np.array([0, 1, 2, 0, 1, 2], "int32")


@pytest.fixture(autouse=True)
def seeds():
    keras.utils.set_random_seed(0)
    TinyNetwork.seen = []


def hand_average(decays, weights):
    """Returns the averages of lists of weights, of which the first is the start."""
    average = [w.astype("float64") for w in weights[0]]
    for decay, new in zip(decays, weights[1:], strict=True):
        average = [decay * a + (1 - decay) * w for a, w in zip(average, new)]
    return average


# Decays of steps 1 to 4 of 6 images: half-lives of a fifth of the images seen, to 4.
DECAYS = {
    "half_life": (
        HalfLifeDecay(half_life=4, ramp_up=0.2),
        [0.5 ** (6 / min(4, 0.2 * 6 * t)) for t in (1, 2, 3, 4)],
    ),
    # gamma = 6.94 has a relative standard deviation of 0.1, as the paper says.
    "power_function": (
        PowerFunctionDecay(0.1),
        [(1 - 1 / t) ** 7.94 for t in (1, 2, 3, 4)],
    ),
}


@pytest.mark.parametrize("name", DECAYS)
def test_average_by_hand(name):
    average_decay, decays = DECAYS[name]
    model = tiny_diffusion(average_decay=average_decay)
    weights = [model.network.get_weights()]
    for found, start in zip(model.average_network.get_weights(), weights[0]):
        np.testing.assert_array_equal(found, start)
    for _ in decays:
        model.train_step(IMAGES)
        weights.append(model.network.get_weights())
    expected = hand_average(decays, weights)
    for found, average, raw in zip(
        model.average_network.get_weights(), expected, weights[-1], strict=True
    ):
        np.testing.assert_allclose(found, average, atol=1e-4)
        assert (found != raw).any()


def test_average_in_fit_leaves_the_raw_weights_alone():
    models = []
    for average_decay in (None, HalfLifeDecay(12, ramp_up=None)):
        keras.utils.set_random_seed(0)
        models.append(tiny_diffusion(average_decay=average_decay))
        models[-1].run_eagerly = True  # Three steps take less time than their trace.
    plain, averaged = models
    weights = [plain.network.get_weights()]
    for _ in range(3):
        plain.fit(IMAGES, batch_size=6, shuffle=False, verbose=0)
        weights.append(plain.network.get_weights())
    averaged.fit(IMAGES, batch_size=6, epochs=3, shuffle=False, verbose=0)
    for found, raw in zip(averaged.network.get_weights(), weights[-1], strict=True):
        np.testing.assert_array_equal(found, raw)
    expected = hand_average([0.5 ** (6 / 12)] * 3, weights)
    for found, average in zip(averaged.average_network.get_weights(), expected):
        np.testing.assert_allclose(found, average, atol=1e-6)
    names = {v.path for v in averaged.trainable_variables}
    assert len(names) == len(plain.trainable_variables)


def test_average_is_what_is_evaluated_and_sampled():
    model = tiny_diffusion(average_decay=HalfLifeDecay(100))
    model.train_step(IMAGES)
    state = model.seed_generator.state.numpy()
    before = model.evaluate(IMAGES, batch_size=6, verbose=0)
    inputs = (IMAGES, 0.8, 0.6, IMAGES)
    estimate, raw = model.denoiser()(*inputs), model.denoiser(average=False)(*inputs)
    model.network.set_weights([w + 0.5 for w in model.network.get_weights()])
    model.seed_generator.state.assign(state)
    assert model.evaluate(IMAGES, batch_size=6, verbose=0) == before
    np.testing.assert_array_equal(model.denoiser()(*inputs), estimate)
    changed = model.denoiser(average=False)(*inputs).numpy()
    assert np.abs(changed - raw).max() > 0.01
    model.average_network.set_weights(model.network.get_weights())
    np.testing.assert_array_equal(model.denoiser()(*inputs), changed)


@pytest.mark.parametrize("name", DECAYS)
def test_overflow_of_the_first_step_does_not_reach_the_average(name):
    model = tiny_diffusion(average_decay=DECAYS[name][0])
    start = model.network.get_weights()
    sgd = keras.optimizers.SGD(0.1)
    model.compile(keras.optimizers.LossScaleOptimizer(sgd, initial_scale=3e38))
    model.train_step(1e3 * IMAGES)
    assert sgd.iterations == 0
    for network in (model.network, model.average_network):
        for weight, old in zip(network.get_weights(), start, strict=True):
            np.testing.assert_array_equal(weight, old)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(policy):
    network = TinyNetwork(num_classes=3, dtype=policy)
    model = tiny_diffusion(
        network=network, num_classes=3, average_decay=PowerFunctionDecay()
    )
    exact = tiny_diffusion(num_classes=3)
    exact.network.set_weights(network.get_weights())
    exact.seed_generator.state.assign(model.seed_generator.state)
    start = network.get_weights()
    optimizer = keras.optimizers.SGD(0.1)
    if policy == "mixed_float16":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    model.compile(optimizer)
    loss = model.train_step((IMAGES, LABELS))["loss"]
    expected = exact.train_step((IMAGES, LABELS))["loss"]
    assert loss.dtype == "float32" and optimizer.iterations == 1
    assert float(loss) == pytest.approx(float(expected), rel=0.02)
    assert float(loss) != float(expected)
    for found, other, old in zip(
        network.get_weights(), exact.network.get_weights(), start, strict=True
    ):
        assert found.dtype == "float32"
        np.testing.assert_allclose(found - old, other - old, atol=2e-3)
    estimate = model.denoiser(LABELS, 3.0)(IMAGES, 0.8, 0.6, IMAGES)
    assert estimate.dtype == "float32" and np.isfinite(estimate).all()


def plain_config(model):
    """Returns the config as JSON, which knows no tuples."""
    return json.dumps(model.get_config())


def same_outputs(one, other, labels=None):
    for average in (False, True):
        pair = [
            model.denoiser(labels, average=average)(IMAGES, 0.8, 0.6, IMAGES)
            for model in (one, other)
        ]
        np.testing.assert_array_equal(*pair)


def test_save_and_load(tmp_path):
    model = tiny_diffusion(
        schedules.CosineSchedule(offset=0.01, num_train_steps=50),
        weighting="min_snr",
        num_classes=3,
        label_dropout=0.4,
        self_conditioning=True,
        average_decay=HalfLifeDecay(20),
        max_gradient_norm=0.01,
        towers=2,
        name="painter",
    )
    model.train_step((IMAGES, LABELS))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    same_outputs(model, loaded, LABELS)
    assert plain_config(loaded) == plain_config(model)
    assert loaded.optimizer.iterations == 1
    # Given the same noise, which Keras does not save, it goes on the same way.
    loaded.seed_generator.state.assign(model.seed_generator.state)
    losses = [float(m.train_step((IMAGES, LABELS))["loss"]) for m in (model, loaded)]
    assert losses[0] == losses[1]
    same_outputs(model, loaded, LABELS)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"weighting": "edm", "num_classes": 4, "label_dropout": 0.2, "towers": 3},
        {"average_decay": PowerFunctionDecay(0.07), "self_conditioning": True},
        {"learned_variance": True, "schedule": schedules.LinearSchedule()},
        {
            "schedule": schedules.KarrasSchedule(log_mean=-1.0),
            "parametrization": parametrizations.EDMParametrization(0.4),
            "shape": (4, 4, 2),
        },
    ],
)
def test_config_round_trip(options):
    model = tiny_diffusion(**options)
    config = keras.saving.serialize_keras_object(model)
    other = keras.saving.deserialize_keras_object(config)
    assert plain_config(other) == plain_config(model)
    assert other.image_shape == options.get("shape", SHAPE)
    assert type(other.schedule) is type(model.schedule)
    assert other.parametrization.get_config() == model.parametrization.get_config()
    assert len(other.weights) == len(model.weights)


@pytest.mark.slow
def test_u_net_trains_saves_and_loads(tmp_path):
    network = UNet((16,), 1, attention_levels=(), middle_attention=False, num_classes=3)
    model = tiny_diffusion(shape=(4, 4, 3), network=network, num_classes=3)
    images = RANDOM.uniform(-1, 1, (6, 4, 4, 3)).astype("float32")
    model.compile(keras.optimizers.Adam(1e-2))
    state = model.seed_generator.state.numpy()
    before = float(model.test_step((images, LABELS))["loss"])
    assert 0.3 < before < 1.2  # E |v|^2: an untrained U-Net says nothing.
    step = tf.function(model.train_step)
    for _ in range(40):
        step((images, LABELS))
    model.seed_generator.state.assign(state)
    assert float(model.test_step((images, LABELS))["loss"]) < 0.9 * before
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    pair = [m.denoiser(LABELS)(images, 0.6, 0.8, images) for m in (model, loaded)]
    np.testing.assert_array_equal(*pair)


def test_errors():
    with pytest.raises(ValueError, match="edm, min_snr, uniform. Received: .*=vlb"):
        tiny_diffusion(weighting="vlb")
    with pytest.raises(ValueError, match="discrete.*schedule=KarrasSchedule"):
        tiny_diffusion(schedules.KarrasSchedule(), learned_variance=True)
    for network, learned in ((TinyNetwork(2), False), (TinyNetwork(4), True)):
        with pytest.raises(ValueError, match="shape it is given.*Received: "):
            tiny_diffusion(network=network, learned_variance=learned)
    for schedule in (
        schedules.FlowSchedule(),
        schedules.LinearSchedule(zero_terminal_snr=True),
    ):
        with pytest.raises(ValueError, match="alpha is 0.*parametrization=Epsilon"):
            tiny_diffusion(schedule, parametrizations.EpsilonParametrization())
    model = tiny_diffusion(num_classes=3)
    with pytest.raises(ValueError, match="images, labels.*num_classes=3, no labels"):
        model.train_step((IMAGES,))
    for wrong, words in ((-1, "Labels must be from 0"), (3, "num_classes=3")):
        labels = np.where(LABELS == 1, wrong, LABELS)
        with pytest.raises(tf.errors.InvalidArgumentError, match=words):
            model.train_step((IMAGES, labels))
    with pytest.raises(ValueError, match="trained with classes.*num_classes=None"):
        tiny_diffusion().denoiser(LABELS)
    with pytest.raises(ValueError, match="the variance.*learned_variance=False"):
        tiny_diffusion().denoiser().with_variance(IMAGES, 0.8, 0.6, IMAGES)
    with pytest.raises(ValueError, match="with an average. Received: average=True"):
        tiny_diffusion().denoiser(average=True)(IMAGES, 0.8, 0.6, IMAGES)
