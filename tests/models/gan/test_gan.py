import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.gan.augmentation import AdaptiveProbability
from kerazoo.models.gan.augmentation import AffineColorAugment
from kerazoo.models.gan.augmentation import DiffAugment
from kerazoo.models.gan.gan import GAN
from kerazoo.models.gan.losses import LOSSES
from kerazoo.models.gan.networks import DCGANDiscriminator
from kerazoo.models.gan.networks import DCGANGenerator
from kerazoo.training.weight_average import HalfLifeDecay
from kerazoo.training.weight_average import PowerFunctionDecay
from tests.models.gan.tiny_gan import tiny_gan

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (8, 2, 3, 1)).astype("float32")
LABELS = np.arange(8, dtype="int32") % 3


class Scale(keras.Model):
    """One weight times the input."""

    def __init__(self, value=0.5, **kwargs):
        super().__init__(**kwargs)
        self.value = value

    def build(self, inputs_shape):
        self.weight = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(self.value)
        )

    def call(self, inputs, training=False):
        return self.weight * inputs

    def get_config(self):
        return {"value": self.value}


def scales(loss, rate=0.1, **kwargs):
    """Returns a GAN of numbers: fake = g z, logit = d x."""
    model = GAN(Scale(0.5), Scale(0.25), latent_size=1, loss=loss, **kwargs)
    model.compile(
        keras.optimizers.SGD(rate), discriminator_optimizer=keras.optimizers.SGD(rate)
    )
    return model


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def weights_of(model):
    networks = model.generator, model.discriminator
    return [float(network.weights[0].numpy()) for network in networks]


def test_one_step_by_hand():
    """Both players' gradients of the default loss, worked out for numbers."""
    keras.utils.set_random_seed(3)
    gamma, rate = 0.6, 0.1
    model = scales("relativistic", rate, r1=gamma, r2=gamma)
    seed = keras.random.SeedGenerator()
    seed.state.assign(model.seed_generator.state)
    z = keras.random.normal((4, 1), seed=seed).numpy()
    x = np.array([[1.0], [-2.0], [0.5], [3.0]], "float32")
    g, d = 0.5, 0.25
    # d/dd [softplus(d (g z - x)) + gamma / 2 d^2 + gamma / 2 d^2].
    slope = (sigmoid(d * (g * z - x)) * (g * z - x)).mean() + 2 * gamma * d
    new_d = d - rate * slope
    # d/dg softplus(d (x - g z)), with the new d.
    new_g = g - rate * (sigmoid(new_d * (x - g * z)) * -new_d * z).mean()
    metrics = model.train_step((x,))
    np.testing.assert_allclose(weights_of(model), [new_g, new_d], rtol=1e-5)
    fake = g * z
    expected = {
        "loss": np.log1p(np.exp(new_d * (x - fake))).mean(),
        "discriminator_loss": np.log1p(np.exp(d * (fake - x))).mean(),
        "real_logit": (d * x).mean(),
        "fake_logit": (d * fake).mean(),
        "r1": d**2,
        "r2": d**2,
        "gradient_norm/discriminator": abs(slope),
        "gradient_norm/generator": abs((new_g - g) / rate),
    }
    assert expected.keys() == metrics.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(metrics[name], value, rtol=1e-4, err_msg=name)


def test_penalty_may_fall():
    falling = keras.optimizers.schedules.ExponentialDecay(0.8, 1, 0.5)
    model = scales("relativistic", r1=falling, r2=0)
    other = scales("relativistic", r1=0.8, r2=0)
    keras.utils.set_random_seed(0)
    for weight in (0.8, 0.4, 0.2):  # Halved at each step.
        other.set_weights(model.get_weights())
        other.seed_generator.state.assign(model.seed_generator.state)
        other.r1 = weight
        x = np.array([[1.0], [-2.0], [0.5], [3.0]], "float32")
        model.train_step((x,))
        other.train_step((x,))
        np.testing.assert_allclose(weights_of(model), weights_of(other), rtol=1e-6)
    loaded = GAN.from_config(tiny_gan(r1=falling, r2=0).get_config())
    assert loaded.r1.get_config() == falling.get_config() and loaded.r2 == 0


def test_wasserstein_penalty_by_hand():
    model = scales("wasserstein", 0.1, r1=0, r2=0, gradient_penalty=10.0)
    x = np.ones((4, 1), "float32")
    seed = keras.random.SeedGenerator()
    seed.state.assign(model.seed_generator.state)
    fake = 0.5 * keras.random.normal((4, 1), seed=seed).numpy()
    metrics = model.train_step((x,))
    # The slope of 0.25 x is 0.25 everywhere: d/dd 10 (d - 1)^2 = 20 (d - 1).
    slope = (fake - x).mean() + 20 * (0.25 - 1)
    np.testing.assert_allclose(weights_of(model)[1], 0.25 - 0.1 * slope, rtol=1e-5)
    np.testing.assert_allclose(metrics["gradient_penalty"], 0.75**2, rtol=1e-4)


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_every_loss_moves_both_networks(loss):
    model = tiny_gan(loss=loss)
    before = model.get_weights()
    step = model.train_step
    if loss == "relativistic":  # One trace is enough.
        step = tf.function(step)
    metrics = step((IMAGES,))
    assert all(np.isfinite(value) for value in metrics.values())
    moved = [np.any(a != b) for a, b in zip(before, model.get_weights())]
    still = {w.path for w, m in zip(model.weights, moved, strict=True) if not m}
    # Where only differences count, the bias of the logit does not.
    bias = model.discriminator.head.dense.bias.path
    assert still == ({bias} if LOSSES[loss].is_relative else set())


def test_each_discriminator_step_has_examples_of_its_own():
    model = scales("wasserstein", 1.0, r1=0, r2=0, discriminator_steps=3)
    seen = []
    discriminate = model.discriminate

    def watched(examples, labels=None, training=False):
        seen.append(np.ravel(examples))
        return discriminate(examples, labels, training)

    model.discriminate = watched
    model.train_step((np.arange(6, dtype="float32")[:, None],))
    np.testing.assert_array_equal(seen[0], [0, 3])
    np.testing.assert_array_equal(seen[2], [1, 4])
    np.testing.assert_array_equal(seen[4], [2, 5])
    fakes = np.concatenate([seen[1], seen[3], seen[5]])
    assert len(set(fakes.tolist())) == 6
    np.testing.assert_array_equal(seen[5], seen[6])  # Those of the last are kept.
    assert int(model.discriminator_optimizer.iterations) == 3
    assert int(model.optimizer.iterations) == 1


def test_average_takes_the_statistics_of_normalisation_along():
    decay = HalfLifeDecay(half_life=8, ramp_up=None)  # A half at each step of 8.
    model = tiny_gan(average_decay=decay)
    average = [weight.numpy() for weight in model.average_generator.weights]
    for _ in range(3):
        model.train_step((IMAGES,))
        new = [weight.numpy() for weight in model.generator.weights]
        average = [(a + b) / 2 for a, b in zip(average, new, strict=True)]
    names = [weight.path for weight in model.average_generator.weights]
    assert any("moving" in name for name in names)
    found = [weight.numpy() for weight in model.average_generator.weights]
    for name, a, b in zip(names, found, average, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6, err_msg=name)
    latents = RANDOM.normal(size=(2, 4)).astype("float32")
    np.testing.assert_allclose(
        model(latents, average=True), model.average_generator(latents), rtol=1e-6
    )
    assert np.any(model(latents).numpy() != model(latents, average=True).numpy())


def test_augmentation_is_seen_by_the_discriminator_alone():
    class Shift:
        num_uniforms = 1

        def __call__(self, images, uniforms, probability=1.0):
            return images + 10 * probability

        def get_config(self):
            return {}

    model = scales("wasserstein", 0.0, r1=0, r2=0, augmentation=Shift())
    metrics = model.train_step((np.ones((4, 1), "float32"),))
    np.testing.assert_allclose(metrics["real_logit"], 0.25 * 11, rtol=1e-6)
    half = scales(
        "wasserstein", 0.0, r1=0, r2=0, augmentation=Shift(), augment_probability=0.5
    )
    metrics = half.train_step((np.ones((4, 1), "float32"),))
    np.testing.assert_allclose(metrics["real_logit"], 0.25 * 6, rtol=1e-6)


def test_wasserstein_penalty_is_of_what_the_discriminator_sees():
    class Triple:
        num_uniforms = 1

        def __call__(self, images, uniforms, probability=1.0):
            return 3 * images

        def get_config(self):
            return {}

    model = scales(
        *("wasserstein", 0.0),
        r1=0,
        r2=0,
        gradient_penalty=10.0,
        augmentation=Triple(),
    )
    metrics = model.train_step((np.ones((4, 1), "float32"),))
    np.testing.assert_allclose(metrics["gradient_penalty"], 0.25**2, rtol=1e-4)


@pytest.mark.parametrize("loss", ["non_saturating", "relativistic"])
def test_augmentation_adapts_to_a_sure_discriminator(loss):
    adaptive = AdaptiveProbability(target=0.5, horizon=40)
    model = tiny_gan(
        shape=(4, 4, 1),
        loss=loss,
        rate=0.0,
        augmentation=DiffAugment(("translation",)),
        augment_probability=adaptive,
    )
    images = RANDOM.uniform(-1, 1, (8, 4, 4, 1)).astype("float32")
    discriminate, sign = model.discriminate, 1.0

    def sure(examples, labels=None, training=False):
        """Finds real examples real, while `sign` is 1, and no others."""
        calls.append(1)
        return 0 * discriminate(examples, labels, training) + (
            sign if len(calls) == 1 else -1.0
        )

    def probability():
        calls.clear()
        return float(model.train_step((images,))["augment_probability"])

    calls = []
    model.discriminate = sure
    # By 8 of 40 each.
    np.testing.assert_allclose([probability(), probability()], [0.2, 0.4], rtol=1e-5)
    sign = -1.0
    np.testing.assert_allclose(probability(), 0.2, rtol=1e-5)
    assert "augment_probability" in [v.name for v in model.non_trainable_variables]


@pytest.mark.parametrize(
    "kwargs",
    [
        {},
        {
            "num_classes": 3,
            "average_decay": PowerFunctionDecay(0.1),
            "augmentation": AffineColorAugment(),
            "augment_probability": AdaptiveProbability(horizon=100),
            "discriminator_steps": 2,
            "loss": "hinge",
            "r2": 0.0,
            "max_gradient_norm": 0.5,
        },
    ],
    ids=["plain", "everything"],
)
def test_saved_and_loaded_model_goes_on_as_if_nothing_had_happened(kwargs, tmp_path):
    data = (IMAGES, LABELS) if "num_classes" in kwargs else (IMAGES,)
    options = {"optimizer": keras.optimizers.Adam, "rate": 0.01, **kwargs}
    straight = tiny_gan(**options)
    for _ in range(2):
        expected = straight.train_step(data)
    first = tiny_gan(**options)
    first.train_step(data)
    first.save(tmp_path / "model.keras")
    state = first.seed_generator.state.numpy()
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    config, other = (json.dumps(m.get_config()) for m in (loaded, first))
    assert config == other
    np.testing.assert_array_equal(loaded.seed_generator.state, state)
    found = loaded.train_step(data)
    for a, b in zip(straight.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    pairs = zip(
        straight.discriminator_optimizer.variables,
        loaded.discriminator_optimizer.variables,
        strict=True,
    )
    for a, b in pairs:
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    for name, value in expected.items():
        np.testing.assert_array_equal(value, found[name], err_msg=name)


def test_fits_and_evaluates_through_keras():
    model = tiny_gan(num_classes=3)
    model.run_eagerly = True  # Four steps take less time than their trace.
    history = model.fit(IMAGES, LABELS, batch_size=4, epochs=2, verbose=0).history
    assert len(history["loss"]) == 2 and "discriminator_loss" in history
    found = model.evaluate(IMAGES, LABELS, verbose=0, return_dict=True)
    assert set(found) >= {"loss", "discriminator_loss"}
    latents = np.zeros((3, 4), "float32")
    images = model([latents, LABELS[:3]])
    assert images.shape == (3, 2, 3, 1)


def test_half_precision_keeps_examples_and_logits_in_float32():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = GAN(
            DCGANGenerator((8, 8, 1), 4, 8),
            DCGANDiscriminator(8, "spectral"),
            latent_size=4,
        )
        model.compile("sgd", discriminator_optimizer="adam")
    finally:
        keras.config.set_dtype_policy("float32")
    images = RANDOM.uniform(-1, 1, (4, 8, 8, 1)).astype("float32")
    metrics = model.train_step((images,))
    assert all(np.isfinite(float(value)) for value in metrics.values())
    assert model(np.zeros((2, 4), "float32")).dtype == "float32"
    assert model.discriminate(images).dtype == "float32"
    assert {w.dtype for w in model.trainable_weights} == {"float32"}


def test_float16_scales_both_losses():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = tiny_gan(optimizer=keras.optimizers.Adam, rate=1e-3, r1=0.0, r2=0.0)
    finally:
        keras.config.set_dtype_policy("float32")
    scaled = keras.optimizers.LossScaleOptimizer
    assert isinstance(model.optimizer, scaled)
    assert isinstance(model.discriminator_optimizer, scaled)
    before = model.get_weights()
    for _ in range(3):
        metrics = model.train_step((IMAGES,))
    assert 0 < metrics["gradient_norm/generator"] < 100
    assert 0 < metrics["gradient_norm/discriminator"] < 100
    assert any(np.any(a != b) for a, b in zip(before, model.get_weights()))


def test_says_what_is_wrong():
    with pytest.raises(ValueError, match="`loss` must be one of hinge.*loss=best"):
        scales("best")
    with pytest.raises(ValueError, match="discriminator_steps=0"):
        scales("hinge", discriminator_steps=0)
    with pytest.raises(ValueError, match="r1=-1"):
        scales("hinge", r1=-1)
    with pytest.raises(ValueError, match="one logit for each example.*: 6 for 2"):
        GAN(Scale(), Scale(), latent_size=3)
    model = tiny_gan(num_classes=3)
    with pytest.raises(ValueError, match="num_classes=3, no labels"):
        model.train_step((IMAGES,))
    with pytest.raises(tf.errors.InvalidArgumentError, match="below num_classes=3"):
        model.train_step((IMAGES, LABELS + 1))
    with pytest.raises(ValueError, match="no weights"):
        model.train_step((IMAGES, LABELS, np.ones(8)))
    with pytest.raises(ValueError, match=r"\(B, 2, 3, 1\).*shape=\(8, 3, 2, 1\)"):
        model.train_step((IMAGES.transpose(0, 2, 1, 3), LABELS))
    with pytest.raises(ValueError, match="augment_probability=1.5"):
        tiny_gan(augment_probability=1.5)
    with pytest.raises(ValueError, match="num_classes=None, MLPGenerator of 3"):
        GAN(model.generator, model.discriminator, latent_size=4)
    steps = tiny_gan(discriminator_steps=5)
    with pytest.raises(tf.errors.InvalidArgumentError, match="for each step"):
        steps.train_step((IMAGES[:3],))
    optimizer = keras.optimizers.SGD()
    with pytest.raises(ValueError, match="an optimizer each"):
        model.compile(optimizer, discriminator_optimizer=optimizer)
