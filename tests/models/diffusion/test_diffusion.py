"""The model's loss, gradients and estimates against formulas worked out in NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from kerazoo.models.diffusion import parametrizations
from kerazoo.models.diffusion import schedules
from kerazoo.training.global_batch import GlobalBatch
from kerazoo.training.weight_average import PowerFunctionDecay
from tests.models.diffusion.tiny_network import TinyNetwork
from tests.models.diffusion.tiny_network import tiny_diffusion

SHAPE = (2, 3, 1)
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (6, *SHAPE)).astype("float32")
LABELS = np.array([0, 1, 2, 0, 1, 2], "int32")
WEIGHTS = np.array([1, 0, 2, 0.5, 1, 3], "float32")


@pytest.fixture(autouse=True)
def seeds():
    keras.utils.set_random_seed(0)
    TinyNetwork.seen = []


def drawn(model, size=6):
    """Returns the next batch's random numbers without drawing them of the model."""
    copy = keras.random.SeedGenerator(0)
    copy.state.assign(model.seed_generator.state)
    return GlobalBatch(size, copy)


def noisy(model, images):
    """Returns alpha, sigma, noise and x of the next step, as arrays."""
    batch = drawn(model, len(images))
    uniform, noise = batch.uniform(), batch.normal(images.shape[1:]).numpy()
    alpha, sigma = (level.numpy() for level in model.schedule.draw(uniform))
    wide = (-1, *[1] * (images.ndim - 1))
    x = alpha.reshape(wide) * images + sigma.reshape(wide) * noise
    return alpha, sigma, noise, x


# Each parametrisation on its own paper's path: input, estimate of x0, target.
PAPERS = {
    "epsilon": (
        "cosine",
        lambda x, a, s: x,
        lambda f, x, a, s: (x - s * f) / a,
        lambda y, n, a, s: n,
    ),
    "v": (
        "cosine",
        lambda x, a, s: x,
        lambda f, x, a, s: a * x - s * f,
        lambda y, n, a, s: a * n - s * y,
    ),
    "x0": (
        "cosine",
        lambda x, a, s: x,
        lambda f, x, a, s: f,
        lambda y, n, a, s: y,
    ),
    "flow": (
        "flow",
        lambda x, a, s: x,
        lambda f, x, a, s: x - s * f,
        lambda y, n, a, s: n - y,
    ),
    "edm": (
        "karras",
        lambda x, a, s: x / np.sqrt(s**2 + 0.25),
        lambda f, x, a, s: (
            (0.25 * x + 0.5 * s * np.sqrt(s**2 + 0.25) * f) / (s**2 + 0.25)
        ),
        lambda y, n, a, s: (
            (y - 0.25 * (y + s * n) / (s**2 + 0.25)) * np.sqrt(s**2 + 0.25) / (0.5 * s)
        ),
    ),
}
# Of the errors of x0, by sigma / alpha; the uniform weight is of the outputs' errors.
WEIGHTS_OF_X0 = {
    "min_snr": lambda ratio: np.minimum(ratio**-2, 5),
    "edm": lambda ratio: (ratio**2 + 0.25) / (0.5 * ratio) ** 2,
}


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("weighting", ["uniform", "min_snr", "edm"])
@pytest.mark.parametrize("name", PAPERS)
def test_loss_is_that_of_the_paper(name, weighting, weights):
    schedule, shown, estimate, target = PAPERS[name]
    model = tiny_diffusion(
        schedules.SCHEDULES[schedule](),
        parametrizations.PARAMETRIZATIONS[name](),
        weighting=weighting,
    )
    alpha, sigma, noise, x = noisy(model, IMAGES)
    a, s = (v.astype("float64").reshape(-1, 1, 1, 1) for v in (alpha, sigma))
    network_input = shown(x, a, s).astype("float32")
    f = model.network([network_input, np.log(sigma / alpha) / 4]).numpy()
    if weighting == "uniform":
        errors = (f - target(IMAGES, noise, a, s)) ** 2
    else:
        weight = WEIGHTS_OF_X0[weighting](s / a)
        errors = weight * (estimate(f, x, a, s) - IMAGES) ** 2
    errors = errors.mean(axis=(1, 2, 3))
    data = IMAGES if weights is None else (IMAGES, LABELS, weights)
    found = model.train_step(data)["loss"]
    assert found.dtype == "float32"
    assert float(found) == pytest.approx(np.average(errors, weights=weights), rel=2e-4)


def test_step_descends_the_gradient_of_the_loss():
    model = tiny_diffusion(
        parametrization=parametrizations.X0Parametrization(), rate=1.0
    )
    alpha, sigma, _, x = noisy(model, IMAGES)
    f = model.network([x, np.log(sigma / alpha) / 4]).numpy()
    before = model.network.outer.bias.numpy()
    model.train_step(IMAGES)
    moved = model.network.outer.bias.numpy() - before
    np.testing.assert_allclose(moved, [-2 * (f - IMAGES).mean()], rtol=1e-4)


def test_evaluation_is_the_same_loss_and_trains_nothing():
    model = tiny_diffusion()
    start = model.get_weights()
    state = model.seed_generator.state.numpy()
    tested = model.test_step(IMAGES)["loss"]
    for weight, old in zip(model.get_weights(), start, strict=True):
        np.testing.assert_array_equal(weight, old)
    model.seed_generator.state.assign(state)
    assert float(model.train_step(IMAGES)["loss"]) == float(tested)


def trained(points, parametrization, schedule):
    """Returns a model of single pixels, trained on those two values."""
    model = tiny_diffusion(schedule, parametrization, (1, 1, 1), TinyNetwork(units=48))
    rate = keras.optimizers.schedules.CosineDecay(3e-2, 600)
    model.compile(keras.optimizers.Adam(rate))
    model.optimizer.build(model.trainable_variables)
    images = points.astype("float32").reshape(-1, 1, 1, 1)

    @tf.function
    def train():
        for _ in tf.range(600):
            model.train_step(images)

    train()
    return model


def estimates(model, alpha, sigma, x):
    """Returns the denoised values of x `(N,)`."""
    denoise = model.denoiser(clip=False)
    wide = x.astype("float32").reshape(-1, 1, 1, 1)
    return denoise(wide, alpha, sigma, np.zeros_like(wide)).numpy().ravel()


@pytest.mark.slow
def test_learns_the_posterior_mean_of_two_points():
    """It is c tanh(c alpha x / sigma^2) for the points c and -c."""
    points = np.repeat([0.6, -0.6], 256)
    model = trained(
        points, parametrizations.X0Parametrization(), schedules.CosineSchedule()
    )
    for alpha, sigma in ((0.8, 0.6), (0.6, 0.8), (0.45, 0.893)):
        x = np.random.default_rng(1).choice(points, 500) * alpha
        x += sigma * np.random.default_rng(2).standard_normal(500)
        expected = 0.6 * np.tanh(0.6 * alpha * x / sigma**2)
        found = estimates(model, alpha, sigma, x)
        assert np.sqrt(np.mean((found - expected) ** 2)) < 0.05, (alpha, sigma)


def test_learns_the_posterior_mean_of_a_gaussian():
    """It is (alpha s^2 x + sigma^2 m) / (alpha^2 s^2 + sigma^2)."""
    mean, std = 0.4, 0.3
    points = mean + std * np.random.default_rng(0).standard_normal(512)
    model = trained(
        points, parametrizations.EDMParametrization(), schedules.KarrasSchedule()
    )
    for sigma in (0.1, 0.3, 1.0):
        x = points[:500] + sigma * np.random.default_rng(2).standard_normal(500)
        expected = (std**2 * x + sigma**2 * mean) / (std**2 + sigma**2)
        found = estimates(model, 1.0, sigma, x)
        assert np.sqrt(np.mean((found - expected) ** 2)) < 0.04, sigma


def with_labels(model, labels, alpha=0.8, sigma=0.6):
    """Returns the model's estimates of the images taken for noisy ones."""
    count = len(IMAGES)
    return model(
        {
            "x": IMAGES,
            "alpha": np.full(count, alpha, "float32"),
            "sigma": np.full(count, sigma, "float32"),
            "labels": np.broadcast_to(labels, count).astype("int32"),
        }
    ).numpy()


def test_guidance_leads_away_from_no_label():
    model = tiny_diffusion(num_classes=3)
    own, none = with_labels(model, LABELS), with_labels(model, 3)
    assert np.abs(own - none).max() > 0.01
    for guidance in (0.0, 1.0, 2.5, tf.constant(1.0), tf.constant(4.0)):
        denoise = model.denoiser(LABELS, guidance, clip=False)
        found = denoise(IMAGES, 0.8, 0.6, np.zeros_like(IMAGES)).numpy()
        expected = none + float(guidance) * (own - none)
        np.testing.assert_allclose(found, expected, atol=2e-6)


def test_guidance_of_one_costs_nothing():
    model = tiny_diffusion(num_classes=3)
    TinyNetwork.seen.clear()
    unguided = model.denoiser(LABELS, clip=False)(IMAGES, 0.8, 0.6, IMAGES)
    np.testing.assert_array_equal(unguided, with_labels(model, LABELS))
    assert [len(x) for x, *_ in TinyNetwork.seen] == [6, 6]
    model.denoiser(LABELS, guidance=2.0)(IMAGES, 0.8, 0.6, IMAGES)
    assert len(TinyNetwork.seen[-1][0]) == 12


def test_estimates_without_labels_are_of_any_class_and_clipped():
    model = tiny_diffusion(num_classes=3)
    none = with_labels(model, 3)
    any_class = model.denoiser(clip=False)(IMAGES, 0.8, 0.6, IMAGES)
    np.testing.assert_array_equal(any_class, none)
    wide = model.denoiser()(100 * IMAGES, 0.8, 0.6, IMAGES).numpy()
    assert wide.max() == 1 and wide.min() == -1


def test_label_dropout_hides_the_stated_share():
    model = tiny_diffusion(num_classes=3, label_dropout=0.3)
    images = np.zeros((4000, *SHAPE), "float32")
    labels = np.arange(4000) % 3
    TinyNetwork.seen.clear()
    model.train_step((images, labels))
    seen = np.asarray(TinyNetwork.seen[-1][2])
    hidden = seen == 3
    assert abs(hidden.mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / 4000)
    np.testing.assert_array_equal(seen[~hidden], labels[~hidden])
    model.test_step((images, labels))
    np.testing.assert_array_equal(TinyNetwork.seen[-1][2], labels)


def self_conditioned(is_first):
    """Returns a model whose next step does, or does not, begin without an estimate."""
    model = tiny_diffusion(self_conditioning=True, rate=1.0)
    while True:
        copy = keras.random.SeedGenerator(0)
        copy.state.assign(model.seed_generator.state)
        batch = GlobalBatch(len(IMAGES), copy)
        batch.uniform(), batch.normal(SHAPE)
        if (float(batch.shared_uniform()) < 0.5) == is_first:
            return model
        model.seed_generator.state.assign(copy.state)


@pytest.mark.parametrize("is_first", [True, False])
def test_own_estimate_is_shown_without_a_gradient(is_first):
    model = self_conditioned(is_first)
    alpha, sigma, noise, x = noisy(model, IMAGES)
    level = tf.constant(np.log(sigma / alpha) / 4)
    a, s = alpha.reshape(-1, 1, 1, 1), sigma.reshape(-1, 1, 1, 1)
    output = model.network([np.concatenate([x, 0 * x], -1), level]).numpy()
    estimate = 0 * x if is_first else a * x - s * output
    with tf.GradientTape() as tape:
        f = model.network([np.concatenate([x, estimate], -1), level])
        loss = tf.reduce_mean((f - (a * noise - s * IMAGES)) ** 2)
    gradients = tape.gradient(loss, model.network.trainable_variables)
    expected = [
        weight.numpy() - gradient.numpy()
        for weight, gradient in zip(model.network.trainable_variables, gradients)
    ]
    TinyNetwork.seen.clear()
    found = model.train_step(IMAGES)["loss"]
    assert len(TinyNetwork.seen) == 2 - is_first
    shown = np.asarray(TinyNetwork.seen[-1][0])
    np.testing.assert_allclose(shown[..., :1], x, atol=1e-6)
    np.testing.assert_allclose(shown[..., 1:], estimate, atol=1e-5)
    assert float(found) == pytest.approx(float(loss), rel=1e-5)
    for weight, other in zip(model.network.get_weights(), expected, strict=True):
        np.testing.assert_allclose(weight, other, atol=1e-5)


def bound_by_hand(images, x, epsilon, scaled, index, betas):
    """Returns the bits per dimension of each example from the tables of DDPM.

    The variances are interpolated by Equation 15 of Nichol and Dhariwal, the means
    are those of Ho et al., Equation 7, and the decoder is theirs, Equation 13.
    """
    products = np.cumprod(1 - betas)
    before = np.append(1, products[:-1])
    posterior = betas * (1 - before) / (1 - products)
    posterior[0] = posterior[1]
    products, before, posterior, beta = (
        table[index][:, None, None, None]
        for table in (products, before, posterior, betas)
    )

    def mean(x0):
        total = np.sqrt(before) * beta * x0 + np.sqrt(1 - beta) * (1 - before) * x
        return total / (1 - products)

    estimate = (x - np.sqrt(1 - products) * epsilon) / np.sqrt(products)
    share = (scaled + 1) / 2
    variance = np.exp(share * np.log(beta) + (1 - share) * np.log(posterior))
    divergence = np.log(variance / posterior) - 1 + posterior / variance
    divergence += (mean(images) - mean(estimate)) ** 2 / variance
    decoder = stats.norm(mean(estimate), np.sqrt(variance))
    upper = np.where(images > 0.999, np.inf, images + 1 / 255)
    lower = np.where(images < -0.999, -np.inf, images - 1 / 255)
    likelihood = np.log(np.maximum(decoder.cdf(upper) - decoder.cdf(lower), 1e-12))
    last = (index == 0)[:, None, None, None]
    return np.where(last, -likelihood, divergence / 2).mean(axis=(1, 2, 3)) / np.log(2)


def test_hybrid_loss_and_its_gradients():
    steps = 4
    schedule = schedules.LinearSchedule(0.001, 0.02, num_train_steps=steps)
    model = tiny_diffusion(
        schedule,
        parametrizations.EpsilonParametrization(),
        learned_variance=True,
        rate=1.0,
    )
    images = RANDOM.integers(0, 256, (20, *SHAPE)) / 127.5 - 1
    images[:, 0, 0] = np.where(images[:, 0, 0] > 0, 1, -1)
    index = np.floor(drawn(model, 20).uniform().numpy() * steps).astype(int)
    assert 0 < (index == 0).sum() < 20
    alpha, sigma, noise, x = noisy(model, images)
    output = model.network([x.astype("float32"), np.log(sigma / alpha) / 4]).numpy()
    epsilon, scaled = np.split(output.astype("float64"), 2, axis=-1)
    betas = np.linspace(0.001, 0.02, steps)

    def bound(scaled):
        bits = bound_by_hand(images, x, epsilon, scaled, index, betas)
        return steps * 0.001 * bits.mean()

    expected = np.mean((epsilon - noise) ** 2) + bound(scaled)
    slopes = [
        2 * np.mean(epsilon - noise),  # The bound says nothing to the estimate.
        (bound(scaled + 1e-4) - bound(scaled - 1e-4)) / 2e-4,
    ]
    start = model.network.outer.bias.numpy()
    loss = model.train_step(images.astype("float32"))["loss"]
    assert float(loss) == pytest.approx(expected, rel=1e-3)
    moved = start - model.network.outer.bias.numpy()
    np.testing.assert_allclose(moved[0], slopes[0], rtol=2e-4)
    np.testing.assert_allclose(moved[1], slopes[1], rtol=1e-2)
    assert np.abs(moved).min() > 1e-4


@pytest.mark.slow
def test_learned_variance_with_everything_else():
    model = tiny_diffusion(
        learned_variance=True,
        self_conditioning=True,
        num_classes=3,
        towers=2,
        average_decay=PowerFunctionDecay(),
    )
    model.compile("adam")
    model.fit(IMAGES, LABELS, batch_size=4, epochs=2, verbose=0)
    assert np.isfinite(model.evaluate(IMAGES, LABELS, verbose=0))
    denoise = model.denoiser(LABELS, guidance=2.0)
    estimate, fraction = denoise.with_variance(IMAGES, 0.8, 0.6, IMAGES)
    assert estimate.shape == fraction.shape == IMAGES.shape
    np.testing.assert_array_equal(denoise(IMAGES, 0.8, 0.6, IMAGES), estimate)


def test_losses_by_noise_are_those_of_their_examples():
    model = tiny_diffusion()
    batch = drawn(model, 6)
    quarter = (batch.uniform().numpy() * 4).astype(int)
    one_by_one = []
    for i in range(6):  # The rest of the batch does not count.
        copy = tiny_diffusion()
        copy.set_weights(model.get_weights())
        copy.seed_generator.state.assign(model.seed_generator.state)
        weights = np.eye(6, dtype="float32")[i]
        one_by_one.append(float(copy.train_step((IMAGES, None, weights))["loss"]))
    found = model.train_step((IMAGES,))
    for k in range(4):
        expected = [one_by_one[i] for i in np.flatnonzero(quarter == k)]
        value = float(found[f"loss_by_noise/{k + 1}_of_4"])
        if expected:
            assert value == pytest.approx(np.mean(expected), rel=1e-5)
        else:
            assert np.isnan(value)
