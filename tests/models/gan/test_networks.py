"""Generators and discriminators of every kind, on any backend of Keras."""

import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.gan.networks import CompactDiscriminator
from kerazoo.models.gan.networks import CompactGenerator
from kerazoo.models.gan.networks import DCGANDiscriminator
from kerazoo.models.gan.networks import DCGANGenerator
from kerazoo.models.gan.networks import MLPDiscriminator
from kerazoo.models.gan.networks import MLPGenerator
from kerazoo.models.gan.networks import ResidualDiscriminator
from kerazoo.models.gan.networks import ResidualGenerator
from kerazoo.models.gan.networks.conditioning import LabelledImages
from kerazoo.models.gan.networks.conditioning import LabelledLatents
from kerazoo.models.gan.networks.conditioning import ProjectionHead
from kerazoo.models.gan.networks.residual_block import ResidualBlock
from kerazoo.models.gan.networks.sizes import halvings
from kerazoo.models.gan.networks.sizes import rounded_halves

SHAPE = (16, 12, 2)  # Two halvings: the second is normalised.
GENERATORS = {
    "compact": lambda shape=SHAPE, **kwargs: CompactGenerator(shape, 4, 2, **kwargs),
    "dcgan": lambda shape=SHAPE, **kwargs: DCGANGenerator(shape, 4, 4, **kwargs),
    "dcgan_plain": lambda shape=SHAPE, **kwargs: DCGANGenerator(
        shape, 4, 4, batch_normalization=False, **kwargs
    ),
    "mlp": lambda shape=SHAPE, **kwargs: MLPGenerator(shape, 4, (8, 6), **kwargs),
    "mlp_normalized": lambda shape=SHAPE, **kwargs: MLPGenerator(
        shape, 4, (8,), batch_normalization=True, activation=None, **kwargs
    ),
    "residual": lambda shape=SHAPE, **kwargs: ResidualGenerator(
        shape, 4, 4, blocks_per_level=2, expansion=1.5, groups=2, **kwargs
    ),
}
DISCRIMINATORS = {
    "compact": lambda **kwargs: CompactDiscriminator(2, **kwargs),
    "compact_normalized": lambda **kwargs: CompactDiscriminator(2, True, **kwargs),
    "dcgan": lambda **kwargs: DCGANDiscriminator(4, **kwargs),
    "dcgan_plain": lambda **kwargs: DCGANDiscriminator(4, "none", **kwargs),
    "dcgan_spectral": lambda **kwargs: DCGANDiscriminator(4, "spectral", **kwargs),
    "mlp": lambda **kwargs: MLPDiscriminator((8, 6), **kwargs),
    "mlp_maxout": lambda **kwargs: MLPDiscriminator((8, 6), 3, **kwargs),
    "residual": lambda **kwargs: ResidualDiscriminator(
        4, blocks_per_level=2, expansion=1.5, groups=2, **kwargs
    ),
}
CONDITIONAL = {
    **DISCRIMINATORS,
    "dcgan_concatenation": lambda **kwargs: DCGANDiscriminator(
        4, "batch", condition="concatenation", **kwargs
    ),
    "dcgan_spectral_concatenation": lambda **kwargs: DCGANDiscriminator(
        4, "spectral", condition="concatenation", **kwargs
    ),
}
SIZES = {
    # Sides of the smallest maps.
    (8, 8, 1): (4, 4),
    (28, 28, 1): (7, 7),
    (32, 32, 3): (4, 4),
    (64, 64, 3): (4, 4),
    (12, 40, 2): (3, 10),
    (18, 10, 1): (9, 5),
}


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def call(network, *inputs, **kwargs):
    inputs = list(inputs) if len(inputs) > 1 else inputs[0]
    return ops.convert_to_numpy(ops.cast(network(inputs, **kwargs), "float32"))


def randomise(network, seed=1):
    """Gives every weight another value, so that nothing is zero or one by chance."""
    for index, weight in enumerate(network.weights):
        change = 0.2 * random(*weight.shape, seed=seed + index)
        if "variance" in weight.path:
            change = np.abs(change)
        weight.assign(weight + change)
    return network


def built(make, *inputs, **kwargs):
    network = make(**kwargs)
    call(network, *inputs)
    return randomise(network)


def cases(generators, discriminators):
    """Returns pairs of a function that makes a network and what goes into it."""
    inputs = {"G": random(3, 4), "D": random(3, *SHAPE)}
    return [
        pytest.param(make, inputs[player], id=f"{player}-{name}")
        for player, networks in (("G", generators), ("D", discriminators))
        for name, make in networks.items()
    ]


every_network = pytest.mark.parametrize(
    ("make", "x"), cases(GENERATORS, DISCRIMINATORS)
)
every_conditional = pytest.mark.parametrize(
    ("make", "x"), cases(GENERATORS, CONDITIONAL)
)


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(shape, marks=pytest.mark.slow if min(shape[:2]) > 12 else ())
        for shape in SIZES
    ],
)
@pytest.mark.parametrize("name", ["compact", "dcgan", "residual"])
def test_images_of_many_sizes(name, shape):
    images = call(GENERATORS[name](shape), random(2, 4))
    assert images.shape == (2, *shape)
    assert np.isfinite(images).all() and images.std() > 0
    logits = call(DISCRIMINATORS[name](), images)
    assert logits.shape == (2,)
    assert np.isfinite(logits).all()


@pytest.mark.parametrize("shape", [(2,), (28, 28, 1)])
def test_dense_networks_are_for_examples_of_any_shape(shape):
    for name in ("mlp", "mlp_normalized"):
        examples = call(GENERATORS[name](shape), random(2, 4))
        assert examples.shape == (2, *shape)
    for name in ("mlp", "mlp_maxout"):
        assert call(DISCRIMINATORS[name](), examples).shape == (2,)


@pytest.mark.parametrize(("shape", "smallest"), SIZES.items())
def test_smallest_maps(shape, smallest):
    count = halvings(shape)
    assert (shape[0] >> count, shape[1] >> count) == smallest
    assert (smallest[0] << count, smallest[1] << count) == shape[:2]


def test_parameters_of_dcgan():
    """Counted by hand for images of 32x32x3, 64 channels and latents of 100."""
    generator = DCGANGenerator((32, 32, 3), 100)
    generator.build((None, 100))
    maps = 100 * 4 * 4 * 256  # The linear map takes the place of a convolution.
    convolutions = 4 * 4 * (256 * 128 + 128 * 64 + 64 * 3) + 3
    normalizations = 4 * (256 + 128 + 64)
    assert generator.count_params() == maps + convolutions + normalizations
    assert generator.count_params() == 1_069_827
    discriminator = DCGANDiscriminator()
    discriminator.build((None, 32, 32, 3))
    convolutions = 4 * 4 * (3 * 64 + 64 * 128 + 128 * 256) + 64
    normalizations = 4 * (128 + 256)
    linear = 4 * 4 * 256 + 1
    assert discriminator.count_params() == convolutions + normalizations + linear
    assert discriminator.count_params() == 664_129


def test_parameters_of_residual_networks():
    """By hand: 8 channels at 8x8, 16 at 4x4, half as many groups as channels."""
    generator = ResidualGenerator((8, 8, 3), 10, 8, groups=4, num_classes=5)
    generator.build([(None, 10), (None,)])

    def block(channels):
        inner = channels * channels + channels  # 1x1 and bias.
        return inner + 9 * channels * channels // 4 + channels + channels * channels

    both = block(8) + block(16) + 8 * 16  # And the change of channels.
    stem = 5 * 32 + (10 + 32) * 16 + 16 + 4 * 4 * 16
    assert generator.count_params() == stem + both + 8 * 3
    discriminator = ResidualDiscriminator(8, groups=4, num_classes=5)
    discriminator.build([(None, 8, 8, 3), (None,)])
    head = 4 * 4 * 16 + 16 + 1 + 5 * 16
    assert discriminator.count_params() == 3 * 8 + both + head


def test_widths_have_their_limits():
    """Eight times the base for DCGAN, four times for residual networks."""
    for make_generator, make_discriminator, widest in (
        (DCGANGenerator, DCGANDiscriminator, 32),
        (ResidualGenerator, ResidualDiscriminator, 16),
    ):
        generator = make_generator((128, 128, 1), 4, 4)
        generator.build((None, 4))
        discriminator = make_discriminator(4)
        discriminator.build((None, 128, 128, 1))
        for network in (generator, discriminator):
            kernels = [w.shape for w in network.weights if len(w.shape) == 4]
            assert max(max(shape[2:]) for shape in kernels) == widest


def test_images_of_dcgan_and_dense_networks_are_within_one():
    for name in ("dcgan", "dcgan_plain", "mlp"):
        network = built(GENERATORS[name], random(2, 4))
        network.set_weights([10 * w for w in network.get_weights()])
        images = call(network, 10 * random(50, 4))
        assert 0.9 < np.abs(images).max() <= 1
    network = built(GENERATORS["residual"], random(2, 4))
    assert np.abs(call(network, 10 * random(50, 4))).max() > 2


@pytest.mark.slow  # What labels add is below.
@every_network
def test_saved_and_loaded_network_gives_equal_outputs(tmp_path, make, x):
    network = built(make, x, name="net")
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert loaded.get_config() == network.get_config()
    np.testing.assert_array_equal(call(loaded, x), call(network, x))


@pytest.mark.slow
@every_conditional
def test_saved_and_loaded_conditional_network_gives_equal_outputs(tmp_path, make, x):
    labels = np.array([2, 0, 1])
    network = built(make, x, labels, num_classes=3)
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert loaded.get_config() == network.get_config()
    np.testing.assert_array_equal(call(loaded, x, labels), call(network, x, labels))


@every_conditional
def test_config_round_trip(make, x):
    config = make(num_classes=3, dtype="mixed_bfloat16").get_config()
    again = type(make()).from_config(config)
    assert again.get_config() == config
    assert again.num_classes == 3
    assert again.compute_dtype == "bfloat16"


@every_conditional
def test_labels_change_the_outputs(make, x):
    network = built(make, x, np.zeros(3, "int32"), num_classes=3)
    outputs = [call(network, x, np.full(3, label)) for label in range(3)]
    for first, second in ((0, 1), (0, 2), (1, 2)):
        difference = np.abs(outputs[first] - outputs[second]).reshape(3, -1)
        assert (difference.max(axis=1) > 1e-4).all()
    # Each example sees its own label.
    mixed = call(network, x, np.array([2, 0, 1]))
    expected = np.stack([outputs[2][0], outputs[0][1], outputs[1][2]])
    np.testing.assert_allclose(mixed, expected, atol=1e-4)


@every_network
def test_examples_do_not_see_each_other_outside_of_training(make, x):
    network = built(make, x)
    outputs = call(network, x)
    assert np.ptp(outputs, axis=0).max() > 1e-3
    np.testing.assert_allclose(call(network, x[1:2]), outputs[1:2], atol=1e-4)


@every_network
def test_label_errors(make, x):
    labels = np.zeros(3, "int32")
    other = r"Received: num_classes=None, shapes=\[\(.+\), \(.*3,\)\]"
    with pytest.raises(ValueError, match=rf"called as `network\(x\)`\. {other}"):
        make()([x, labels])
    call_of_pair = r"called as `network\(\[x, labels\]\)`\. Received: num_classes=3"
    with pytest.raises(ValueError, match=call_of_pair):
        make(num_classes=3)(x)
    with pytest.raises(ValueError, match=call_of_pair):
        make(num_classes=3)([x, labels, labels])
    # The same when it is built already.
    network = make()
    call(network, x)
    with pytest.raises(ValueError, match=r"called as `network\(x\)`"):
        network([x, labels])
    network = make(num_classes=3)
    call(network, x, labels)
    with pytest.raises(ValueError, match=call_of_pair):
        network(x)


@pytest.mark.parametrize(
    ("make", "x"),
    [
        pytest.param(
            *case.values,
            id=case.id,
            marks=pytest.mark.slow if "residual" in case.id else (),
        )
        for case in cases(GENERATORS, CONDITIONAL)
    ],
)
def test_bfloat16_is_near_the_full_precision(make, x):
    labels = np.array([2, 0, 1])
    network = built(make, x, labels, num_classes=3)
    # Reads its policy from the config, as a model that is loaded does.
    config = make(num_classes=3, dtype="mixed_bfloat16").get_config()
    mixed = type(network).from_config(config)
    call(mixed, x, labels)
    mixed.set_weights(network.get_weights())
    assert {variable.dtype for variable in mixed.trainable_variables} == {"float32"}
    dtypes = {
        layer.compute_dtype
        for layer in mixed._flatten_layers()
        if not isinstance(layer, keras.layers.Wrapper)
    }
    is_discriminator = x.ndim == 4
    assert dtypes == ({"bfloat16", "float32"} if is_discriminator else {"bfloat16"})
    outputs = mixed([x, labels])
    expected = "float32" if is_discriminator else "bfloat16"
    assert keras.backend.standardize_dtype(outputs.dtype) == expected
    outputs, exact = call(mixed, x, labels), call(network, x, labels)
    assert np.abs(outputs - exact).max() > 0
    assert np.abs(outputs - exact).mean() < 0.05 * np.abs(exact).mean()


@every_conditional
def test_gradients_reach_every_weight(make, x):
    labels = np.array([2, 0, 1])
    network = built(make, x, labels, num_classes=3)
    targets = random(*call(network, x, labels).shape, seed=5)
    network.compile(
        keras.optimizers.SGD(1.0),
        lambda y, outputs: ops.sum(y * outputs),
        run_eagerly=True,  # One step takes less time than its trace.
    )
    before = [ops.convert_to_numpy(v) for v in network.trainable_variables]
    network.train_on_batch([x, labels], targets)
    for old, variable in zip(before, network.trainable_variables):
        new = ops.convert_to_numpy(variable)
        assert np.isfinite(new).all(), variable.path
        assert np.abs(new - old).max() > 1e-6, variable.path


def test_functional_model_knows_shape_and_dtype():
    latents, labels = keras.Input((4,)), keras.Input((), dtype="int32")
    for make in GENERATORS.values():
        images = make(num_classes=3, dtype="mixed_bfloat16")([latents, labels])
        assert tuple(images.shape) == (None, *SHAPE)
    images = keras.Input(SHAPE)
    for make in CONDITIONAL.values():
        logits = make(num_classes=3, dtype="mixed_bfloat16")([images, labels])
        assert tuple(logits.shape) == (None,)
        assert logits.dtype == "float32"


def test_labelled_latents_are_followed_by_a_row_of_the_table():
    layer = LabelledLatents(3)
    latents, labels = random(2, 4), np.array([2, 0])
    outputs = ops.convert_to_numpy(layer(latents, labels))
    assert outputs.shape == (2, 36)
    np.testing.assert_array_equal(outputs[:, :4], latents)
    table = layer.get_weights()[0]
    np.testing.assert_array_equal(outputs[:, 4:], table[labels])
    assert 0.7 < table.std() < 1.3
    unchanged = ops.convert_to_numpy(LabelledLatents()(latents))
    np.testing.assert_array_equal(unchanged, latents)


def test_labelled_images_are_followed_by_a_plane_of_the_table():
    layer = LabelledImages(3)
    images, labels = random(2, *SHAPE), np.array([2, 0])
    outputs = ops.convert_to_numpy(layer(images, labels))
    assert outputs.shape == (2, 16, 12, 3)
    np.testing.assert_array_equal(outputs[..., :2], images)
    planes = layer.get_weights()[0].reshape(3, 16, 12)
    np.testing.assert_array_equal(outputs[..., 2], planes[labels])


def test_projection_head_is_its_formula():
    features, labels = random(3, 5), np.array([1, 0, 1])
    head = built(ProjectionHead, features)
    kernel, bias = head.get_weights()
    expected = features @ kernel[:, 0] + bias[0]
    np.testing.assert_allclose(call(head, features), expected, rtol=1e-5)
    head = ProjectionHead(2)
    head(features, labels)
    kernel, bias, embeddings = randomise(head).get_weights()
    logits = ops.convert_to_numpy(head(features, labels))
    expected = features @ kernel[:, 0] + bias[0]
    expected += (embeddings[labels] * features).sum(axis=1)
    np.testing.assert_allclose(logits, expected, rtol=1e-5)


def test_projection_head_stays_in_float32():
    network = MLPDiscriminator((8,), num_classes=2, dtype="mixed_bfloat16")
    network([random(3, 5), np.array([1, 0, 1])])
    head = ProjectionHead(2)
    features, labels = random(3, 5), np.array([1, 0, 1])
    exact = head(features, labels)
    rounded = head(ops.cast(features, "bfloat16"), labels)
    assert keras.backend.standardize_dtype(rounded.dtype) == "float32"
    np.testing.assert_allclose(
        ops.convert_to_numpy(rounded), ops.convert_to_numpy(exact), atol=0.05
    )
    assert network.head.compute_dtype == "float32"


def test_untrained_residual_block_is_the_identity():
    x = random(2, 4, 6, 8)
    outputs = ResidualBlock(expansion=0.5, groups=2, depth=3)(x)
    np.testing.assert_array_equal(ops.convert_to_numpy(outputs), x)


def test_residual_block_of_one_position_is_its_formula():
    """With one pixel only the middle of the 3x3 kernel acts."""
    x = random(2, 1, 1, 4)
    block = ResidualBlock(expansion=2.0, groups=2)
    block(x)
    first, b1, second, b2, third = randomise(block).get_weights()

    def leaky(values):
        return np.where(values > 0, values, 0.2 * values)

    hidden = leaky(x[:, 0, 0] @ first[0, 0] + b1)
    halves = [
        hidden[:, 4 * group : 4 * group + 4]
        @ second[1, 1, :, 4 * group : 4 * group + 4]
        for group in range(2)
    ]
    hidden = leaky(np.concatenate(halves, axis=1) + b2)
    expected = x[:, 0, 0] + hidden @ third[0, 0]
    outputs = ops.convert_to_numpy(block(x))[:, 0, 0]
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)


def test_residual_block_begins_smaller_in_deeper_networks():
    deviations = []
    for depth in (1, 16):
        block = ResidualBlock(depth=depth)
        block.build((None, 4, 4, 64))
        first, _, second, _, third = block.get_weights()
        assert not third.any()
        deviations.append((first.std(), second.std()))
    # He's, and times 16^(-1/4).
    np.testing.assert_allclose(
        deviations[0], [(2 / 64) ** 0.5, (2 / 576) ** 0.5], rtol=0.05
    )
    np.testing.assert_allclose(deviations[1], np.array(deviations[0]) / 2, rtol=0.05)


def test_untrained_residual_generator_is_linear_in_the_latents():
    network = GENERATORS["residual"]()
    x = random(3, 4)
    one, other, both = call(network, np.stack([x[0], x[1], x[0] + x[1]]))
    np.testing.assert_allclose(one + other, both, atol=1e-5)


def test_maxout_is_the_largest_of_its_pieces():
    network = built(lambda: MLPDiscriminator((4,), 3), random(2, 5))
    kernel, bias, weights, shift = network.get_weights()
    x = random(6, 5, seed=2)
    maps = [
        x @ kernel[:, 4 * k : 4 * k + 4] + bias[4 * k : 4 * k + 4] for k in range(3)
    ]
    expected = np.max(maps, axis=0) @ weights[:, 0] + shift[0]
    np.testing.assert_allclose(call(network, x), expected, rtol=1e-4)


@pytest.mark.slow
def test_spectral_weights_have_norm_one_after_enough_calls():
    keras.utils.set_random_seed(0)
    network = DCGANDiscriminator(4, "spectral", num_classes=3)
    x, labels = random(2, 12, 12, 2), np.array([2, 0])
    for _ in range(80):
        network([x, labels], training=True)
    for convolution, channels in zip(network.convolutions, (2, 4)):
        # What the windows of one position make of each of its inputs alone.
        size = 4 * 4 * channels
        inputs = np.zeros((size, 8, 8, channels), "float32")
        inputs[:, 1:5, 1:5] = np.eye(size).reshape(size, 4, 4, channels)
        matrix = ops.convert_to_numpy(convolution(inputs))[:, 1, 1]
        assert np.linalg.norm(matrix, 2) == pytest.approx(1, rel=1e-3)
    size = 3 * 3 * 8
    rows = ops.convert_to_numpy(network.head.dense(np.eye(size, dtype="float32")))
    assert np.linalg.norm(rows) == pytest.approx(1, rel=1e-3)
    table = ops.convert_to_numpy(network.head.embedding(np.arange(3)))
    assert np.linalg.norm(table, 2) == pytest.approx(1, rel=1e-3)


@pytest.mark.slow  # Follows from the norms of the weights, which are seen above.
def test_spectral_normalization_bounds_the_slope():
    """Each convolution of 4x4 and stride 2 sees each input at most 4 times."""
    network = DCGANDiscriminator(4, "spectral")
    x = random(2, 12, 12, 2)
    network(x)
    network.set_weights([10 * w for w in network.get_weights()])
    for _ in range(80):
        network(x, training=True)
    one, other = call(network, np.stack([x[0], x[0] + 0.1 * x[1]]))
    # Two convolutions, of norm 2 at most.
    assert np.abs(one - other) <= 4 * np.linalg.norm(0.1 * x[1])


def test_batch_statistics_are_used_in_training_alone():
    for make, x in (
        (GENERATORS["dcgan"], random(3, 4)),
        (DISCRIMINATORS["dcgan"], random(3, *SHAPE)),
    ):
        network = built(make, x)
        once = call(network, x)
        np.testing.assert_array_equal(call(network, x), once)
        trained = call(network, x, training=True)
        assert np.abs(trained - once).max() > 1e-3
        assert np.abs(call(network, x) - once).max() > 1e-5  # Averages have moved.


def test_mistakes_raise():
    with pytest.raises(ValueError, match="one of none, batch, spectral. .*=layer"):
        DCGANDiscriminator(normalization="layer")
    with pytest.raises(ValueError, match="one of projection, concatenation. .*=sum"):
        DCGANDiscriminator(condition="sum")
    for shape in ((9, 8, 1), (8, 7, 1), (4, 8, 1)):
        message = rf"even sides .* image_shape=\({shape[0]}, {shape[1]}, 1\)"
        for name in ("dcgan", "residual"):
            with pytest.raises(ValueError, match=message):
                GENERATORS[name](shape)
            with pytest.raises(ValueError, match=message):
                DISCRIMINATORS[name]()(random(1, *shape))
    for name in ("dcgan", "residual"):
        with pytest.raises(ValueError, match=r"\(H, W, C\) .*image_shape=\(2,\)"):
            DISCRIMINATORS[name]()(random(3, 2))
    with pytest.raises(
        ValueError, match="multiple of `groups`. .*channels=8, groups=3"
    ):
        ResidualBlock(groups=3)(random(1, 4, 4, 8))


def test_parameters_of_compact():
    """Counted by hand for stacked MNIST, and a discriminator of a quarter's filters."""
    generator = CompactGenerator((28, 28, 3), 256)
    generator.build((None, 256))
    maps = 256 * 4 * 4 * 64
    convolutions = 9 * (64 * 32 + 32 * 16 + 16 * 8 + 8 * 3) + 3
    norms = 2 * (64 + 32 + 16 + 8)
    trainable = sum(np.prod(v.shape) for v in generator.trainable_variables)
    assert trainable == maps + convolutions + norms
    discriminator = CompactDiscriminator(2, batch_normalization=True)
    discriminator.build((None, 28, 28, 3))
    trainable = sum(np.prod(v.shape) for v in discriminator.trainable_variables)
    assert trainable == 9 * (3 * 2 + 2 * 4 + 4 * 8) + 2 * (2 + 4 + 8) + 4 * 4 * 8 + 1


def test_rounded_halves():
    assert rounded_halves((28, 30, 3), 3) == [(28, 30), (14, 15), (7, 8), (4, 4)]
    with pytest.raises(ValueError, match="at least 8.*image_shape=.7, 28, 1."):
        CompactGenerator((7, 28, 1), 4)
    with pytest.raises(ValueError, match="at least 8.*image_shape=.28, 7, 1."):
        CompactDiscriminator().build((None, 28, 7, 1))
