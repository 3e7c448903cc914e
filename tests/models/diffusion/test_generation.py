"""Sampling with the model, and that nothing but its arguments matters."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.diffusion import parametrizations
from kerazoo.models.diffusion import schedules
from kerazoo.models.diffusion.diffusion import Diffusion
from kerazoo.models.diffusion.generation import generate
from kerazoo.models.diffusion.generation import generate_states
from kerazoo.models.diffusion.generation import stateless_noise
from kerazoo.models.diffusion.samplers import SAMPLERS
from kerazoo.training.batch_seed import batch_seed
from kerazoo.training.weight_average import HalfLifeDecay
from tests.models.diffusion.tiny_network import TinyNetwork

SHAPE = (2, 3, 1)
KINDS = {
    "variance preserving": (
        schedules.CosineSchedule(),
        parametrizations.VParametrization(),
    ),
    "karras": (schedules.KarrasSchedule(), parametrizations.EDMParametrization()),
    "flow": (schedules.FlowSchedule(), parametrizations.FlowParametrization()),
}
OTHERS = "dpm_solver_pp_2m", "euler_ancestral"


@pytest.fixture(autouse=True)
def seeds():
    keras.utils.set_random_seed(0)
    TinyNetwork.seen = []


def tiny(kind="variance preserving", shape=SHAPE, **kwargs):
    doubled = 1 + bool(kwargs.get("learned_variance"))
    network = TinyNetwork(shape[-1] * doubled, kwargs.get("num_classes"))
    model = Diffusion(network, shape, *KINDS[kind], **kwargs)
    model.compile(keras.optimizers.SGD(0.1))
    return model


def oracle(kind, mean=0.3, std=0.2):
    """Returns a model of single pixels that knows that they are Gaussian."""
    model = tiny(kind, (1, 1, 1))

    def call(inputs, average=False, training=False):
        alpha, sigma = (inputs[k][:, None, None, None] for k in ("alpha", "sigma"))
        total = alpha**2 * std**2 + sigma**2
        return (alpha * std**2 * inputs["x"] + sigma**2 * mean) / total

    model.call = call
    return model


# Each sampler with one kind, in turn; with the others they are slow.
every = pytest.mark.parametrize(
    ("sampler", "kind"),
    [
        pytest.param(sampler, kind, marks=() if i % 3 == j else pytest.mark.slow)
        for i, sampler in enumerate(SAMPLERS)
        for j, kind in enumerate(KINDS)
    ],
)


@every
def test_every_sampler_draws_from_the_distribution(sampler, kind):
    model = oracle(kind)
    steps = 100 if sampler in ("ddpm", "euler_ancestral") else 30
    images = generate(model, 4000, 1, steps, sampler, clip=False).numpy().ravel()
    # Three standard errors of the mean, and what the steps cost methods of first order.
    assert images.mean() == pytest.approx(0.3, abs=0.01)
    assert images.std() == pytest.approx(0.2, rel=0.15)


@every
def test_every_sampler_runs_on_a_network(sampler, kind):
    model = tiny(kind, num_classes=3, self_conditioning=True)
    images = generate(model, 3, 1, 4, sampler, np.array([0, 2, 1]), guidance=2.0)
    assert images.shape == (3, *SHAPE) and images.dtype == "float32"
    assert np.isfinite(images).all() and len(np.unique(images)) > 1
    assert np.abs(images).max() <= 1 + 1e-6  # All end in a clipped estimate.


@pytest.mark.slow
@pytest.mark.parametrize(
    "sampler",
    ["ddpm", *(pytest.param(s, marks=pytest.mark.slow) for s in OTHERS)],
)
def test_same_arguments_same_images(sampler):
    model = tiny()
    first = generate(model, 3, seed=5, steps=4, sampler=sampler)
    model.seed_generator.next()
    np.testing.assert_array_equal(generate(model, 3, 5, 4, sampler), first)
    assert (generate(model, 3, 6, 4, sampler) != first).numpy().any()
    assert (generate(model, 3, 5, 5, sampler) != first).numpy().any()
    compiled = tf.function(lambda *arguments: generate(model, *arguments, sampler))
    traced = compiled(tf.constant(3), tf.constant(5), tf.constant(4))
    np.testing.assert_allclose(traced, first, atol=1e-5)


def test_noise_depends_on_seed_and_step_alone():
    x = tf.zeros((50, 40))
    first = stateless_noise(3)(2, x).numpy()
    again = stateless_noise(tf.constant(3, tf.int64))(tf.constant(2), x)
    np.testing.assert_array_equal(again, first)
    assert abs(first.mean()) < 0.1 and abs(first.std() - 1) < 0.1
    for other in (stateless_noise(4)(2, x), stateless_noise(3)(-1, x)):
        assert abs(np.corrcoef(first.ravel(), other.numpy().ravel())[0, 1]) < 0.1


def test_images_begin_at_the_noisiest_level():
    model = tiny("karras")
    generate(model, 4, seed=9, steps=2, sampler="euler")
    x, level = TinyNetwork.seen[1]  # The first one built the model.
    noise = stateless_noise(9)(-1, tf.zeros((4, *SHAPE))).numpy()
    scaled = 80 * noise / np.sqrt(80**2 + 0.25)
    np.testing.assert_allclose(x, scaled, rtol=1e-5)
    np.testing.assert_allclose(level, np.full(4, np.log(80) / 4), rtol=1e-6)


@pytest.mark.parametrize(("every", "count"), [(1, 5), (2, 3), (5, 1), (7, 1)])
def test_records(every, count):
    model = tiny()
    records = generate_states(model, 2, 0, 5, every, sampler="ddim")
    assert records.shape == (count, 2, *SHAPE)
    np.testing.assert_array_equal(records[-1], generate(model, 2, 0, 5, "ddim"))
    all_records = generate_states(model, 2, 0, 5, 1, sampler="ddim")
    if count > 1:
        np.testing.assert_array_equal(records[0], all_records[every - 1])


def test_own_estimates_are_passed_from_step_to_step():
    """Euler's method by hand for rectified flows, with what the network is shown."""
    model = tiny("flow", self_conditioning=True)
    x = stateless_noise(2)(-1, tf.zeros((3, *SHAPE))).numpy()
    estimate = np.zeros_like(x)
    for step in range(4):
        sigma, after = 1 - step / 4, 1 - (step + 1) / 4
        level = np.log(sigma / max(1 - sigma, 1e-30))
        level = np.full(3, np.clip(level, -10, 10) / 4, "float32")
        f = model.network([np.concatenate([x, estimate], -1), level]).numpy()
        estimate = np.clip(x - sigma * f, -1, 1)
        x = x + (after - sigma) * (x - estimate) / sigma
    found = generate(model, 3, seed=2, steps=4, sampler="flow_euler")
    np.testing.assert_allclose(found, x, atol=1e-5)


def test_averaged_weights_make_the_images():
    model = tiny(average_decay=HalfLifeDecay(100))
    images = generate(model, 2, 0, 3)
    raw = generate(model, 2, 0, 3, average=False)
    np.testing.assert_array_equal(images, raw)
    model.network.set_weights([w + 0.3 for w in model.network.get_weights()])
    np.testing.assert_array_equal(generate(model, 2, 0, 3), images)
    assert (generate(model, 2, 0, 3, average=False) != raw).numpy().any()


def test_labels_guidance_clip_and_spacing_reach_the_sampler():
    model = tiny(num_classes=3)
    labels = np.array([0, 1], "int32")
    plain = generate(model, 2, 0, 3, labels=labels).numpy()
    differing = [
        generate(model, 2, 0, 3),
        generate(model, 2, 0, 3, labels=labels[::-1]),
        generate(model, 2, 0, 3, labels=labels, guidance=3.0),
        generate(model, 2, 0, 3, labels=labels, spacing="log_snr"),
    ]
    assert all((other != plain).numpy().any() for other in differing)
    assert np.abs(generate(oracle("flow", mean=5), 2, 0, 3)).max() <= 1
    assert np.abs(generate(oracle("flow", mean=5), 2, 0, 3, clip=False)).max() > 3
    with pytest.raises(ValueError, match="`spacing` must be one of.*'even'"):
        generate(model, 2, 0, 3, spacing="even")


def variances(model, scaled):
    """Makes the network say that value of every variance, -1 for the smaller."""
    kernel, bias = model.network.outer.get_weights()
    kernel[:, 1], bias[1] = 0, scaled
    model.network.outer.set_weights([kernel, bias])


@pytest.mark.parametrize(
    ("scaled", "variance"), [(-1, "fixed_small"), (1, "fixed_large")]
)
def test_learned_variance_of_the_ends_is_that_of_the_fixed_ones(scaled, variance):
    model = tiny(learned_variance=True)
    variances(model, scaled)
    found = generate(model, 3, seed=4, steps=6, sampler="ddpm")
    alphas, sigmas = model.schedule.steps(6, dtype="float64")
    noise = stateless_noise(4)
    start = float(sigmas[0]) * noise(-1, tf.zeros((3, *SHAPE)))
    expected = SAMPLERS["ddpm"](
        model.denoiser(), start, alphas, sigmas, noise, variance=variance
    )
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_learned_variance_is_for_ddpm_alone_and_not_guided():
    model = tiny(learned_variance=True, num_classes=3, self_conditioning=True)
    labels = np.array([0, 1], "int32")
    images = {}
    for scaled in (-1, 0, 1):
        variances(model, scaled)
        for sampler in ("ddpm", "ddim"):
            found = generate(model, 2, 0, 4, sampler, labels, guidance=3.0)
            images[sampler, scaled] = found.numpy()
    np.testing.assert_array_equal(images["ddim", -1], images["ddim", 1])
    assert (images["ddpm", -1] != images["ddpm", 1]).any()


def test_guidance_leaves_the_variance_of_the_label():
    model = tiny(learned_variance=True, num_classes=3)
    x = np.zeros((2, *SHAPE), "float32")
    labels = np.array([0, 1], "int32")
    fractions = [
        model.denoiser(own, guidance).with_variance(x, 0.8, 0.6, x)[1].numpy()
        for own, guidance in ((labels, 1.0), (labels, 3.0), (None, 1.0))
    ]
    np.testing.assert_allclose(fractions[1], fractions[0], atol=1e-6)
    assert np.abs(fractions[2] - fractions[0]).max() > 1e-3


def test_batches_of_neighbouring_seeds_share_no_noise():
    seeds = [batch_seed(seed, index) for seed in (0, 1, 2) for index in range(50)]
    assert len(set(seeds)) == len(seeds)
    assert batch_seed(5, 0) == 5  # What a served model is asked for.
    assert 0 <= batch_seed(2**32 - 1, 7) < 2**31


def test_samplers_get_the_levels_in_double_precision(monkeypatch):
    """A thousand levels of float32 are 1e-3 off the published samples."""
    seen = []

    def spy(denoise, x, alphas, sigmas, **options):
        seen.append((x.dtype, alphas.dtype, sigmas.dtype, options["variance"]))
        return x

    monkeypatch.setitem(SAMPLERS, "ddpm", spy)
    generate(tiny(), 2, 0, 1_000, "ddpm", variance="fixed_large")
    assert seen == [("float32", "float64", "float64", "fixed_large")]


def test_guidance_needs_labels():
    model = tiny(num_classes=3)
    with pytest.raises(ValueError, match="guidance=5.0, labels=None"):
        generate(model, 2, 0, 2, guidance=5.0)


@pytest.mark.slow
@pytest.mark.parametrize("average_decay", [None, HalfLifeDecay(10)])
def test_frozen_weights_make_the_same_images_and_stay(average_decay):
    model = tiny(average_decay=average_decay)
    make = {
        frozen: tf.function(lambda f=frozen: generate(model, 2, 0, 3, frozen=f))
        for frozen in (False, True)
    }
    before = make[False]().numpy()
    np.testing.assert_allclose(make[True](), before, atol=1e-6)
    network = model.average_network or model.network
    network.set_weights([w + 0.1 for w in network.get_weights()])
    assert np.abs(make[False]() - before).max() > 1e-3
    np.testing.assert_allclose(make[True](), before, atol=1e-6)
