import keras
import numpy as np
import pytest

from kerazoo.models.diffusion.networks.residual_block import ResidualBlock
from kerazoo.models.diffusion.networks.u_net import UNet

SLOW = pytest.mark.slow
SMALL = {"widths": (8, 16), "blocks_per_level": 1, "head_size": 4, "groups": 4}


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def randomise(network, seed=1):
    """Gives every weight a random value, so that nothing is zero or one by chance."""
    weights = network.get_weights()
    network.set_weights(
        [
            w + 0.2 * random(*w.shape, seed=seed + index)
            for index, w in enumerate(weights)
        ]
    )


def call(network, *inputs, **kwargs):
    return keras.ops.convert_to_numpy(network(list(inputs), **kwargs))


def built(shape, **options):
    network = UNet(**{**SMALL, **options})
    inputs_shape = [(None, *shape), (None,)]
    network.build(inputs_shape + [(None,)] * (network.num_classes is not None))
    randomise(network)
    return network


def test_parameters_are_those_of_ddpm_s_layout():
    network = UNet((32, 64, 64), blocks_per_level=2, attention_levels=(2,), groups=8)
    network.build([(None, 32, 32, 1), (None,)])
    assert network.count_params() == 1_623_169
    # One row of 4 * 32 for each class and for "no label".
    network = UNet((32, 64, 64), num_classes=10)
    network.build([(None, 32, 32, 1), (None,), (None,)])
    assert network.count_params() == 1_623_169 + 11 * 128


@pytest.mark.parametrize(
    ("shape", "options"),
    [
        ((8, 2), {"rank": 1}),
        ((16, 1), {"rank": 1, "strides": 4, "kernel_size": 5}),
        ((4, 6, 1), {"widths": (8, 8, 8), "strides": (2, 1), "out_channels": 3}),
        ((3, 4, 4, 1), {"rank": 3, "strides": (1, 2, 2), "kernel_size": (1, 3, 3)}),
        ((2, 4, 6, 2), {"rank": 3, "attention_levels": (), "num_classes": 3}),
    ],
)
def test_one_two_and_three_dimensions(shape, options):
    network = built(shape, **options)
    labels = [np.array([0, 3])] if "num_classes" in options else []
    outputs = call(network, random(2, *shape), np.array([-1.0, 1.0]), *labels)
    assert outputs.shape == (2, *shape[:-1], options.get("out_channels", shape[-1]))
    assert np.isfinite(outputs).all()
    assert outputs.std() > 0.01


def test_untrained_network_returns_zeros():
    network = UNet(**SMALL)
    assert not call(network, random(2, 4, 4, 1), np.zeros(2)).any()


def test_untrained_residual_block_is_the_identity():
    x = random(2, 4, 4, 8)
    outputs = ResidualBlock(8, groups=4)(x, random(2, 5))
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(outputs), x)


def test_with_kernels_of_one_position_permuted_pixels_give_permuted_outputs():
    network = built((4, 4, 2), kernel_size=1, strides=1, attention_levels=(0, 1))
    x, c_noise = random(2, 4, 4, 2), np.array([0.3, -0.7])
    order = np.random.default_rng(3).permutation(16)

    def permuted(images):
        return images.reshape(2, 16, 2)[:, order].reshape(2, 4, 4, 2)

    np.testing.assert_allclose(
        call(network, permuted(x), c_noise),
        permuted(call(network, x, c_noise)),
        atol=1e-4,
    )


def test_examples_do_not_see_each_other_but_their_noise_level():
    network = built((4, 4, 1))
    x, c_noise = random(3, 4, 4, 1), np.array([0.3, -0.7, 0.3])
    outputs = call(network, x, c_noise)
    np.testing.assert_allclose(
        outputs[1:2], call(network, x[1:2], c_noise[1:2]), atol=1e-4
    )
    other = call(network, x, np.array([0.3, -0.69, 0.3]))
    np.testing.assert_allclose(outputs[[0, 2]], other[[0, 2]], atol=1e-4)
    assert np.abs(outputs[1] - other[1]).max() > 0.01


def test_attention_reaches_what_convolutions_do_not():
    x = random(1, 16, 16, 1)
    changed = x.copy()
    changed[0, 0, 0] += 1

    def far_change(**options):
        # Normalization of all positions would reach as far: leave it out.
        network = built((16, 16, 1), widths=(8,), groups=4, **options)
        for layer in network._flatten_layers():
            if type(layer).__name__ == "GroupNormalization":
                layer.call = lambda inputs: inputs
        difference = call(network, changed, np.zeros(1)) - call(network, x, np.zeros(1))
        return np.abs(difference[0, -1, -1]).max()

    assert far_change(attention_levels=(), middle_attention=False) == 0
    assert far_change(attention_levels=(), middle_attention=True) > 0
    assert far_change(attention_levels=(0,), middle_attention=False) > 0


def test_labels_change_the_outputs():
    network = built((4, 4, 1), widths=(8,), num_classes=2)
    x, c_noise = random(1, 4, 4, 1), np.zeros(1)
    outputs = [call(network, x, c_noise, np.array([label])) for label in range(3)]
    for first, second in [(0, 1), (0, 2), (1, 2)]:
        assert np.abs(outputs[first] - outputs[second]).max() > 0.01


def test_dropout_acts_in_training_only():
    network = built((4, 4, 1), widths=(8,), dropout=0.5, seed=3)
    x, c_noise = random(1, 4, 4, 1), np.zeros(1)
    once = call(network, x, c_noise)
    np.testing.assert_array_equal(once, call(network, x, c_noise))
    assert np.abs(once - call(network, x, c_noise, training=True)).max() > 0.01


def test_mixed_precision_returns_float32_near_the_full_precision():
    options = {"widths": (8,), "dtype": "mixed_bfloat16"}
    network, mixed = built((8, 8, 1), widths=(8,)), built((8, 8, 1), **options)
    mixed.set_weights(network.get_weights())
    x, c_noise = random(2, 8, 8, 1), np.array([1.001, 1.004], "float32")
    outputs = mixed([x, c_noise])
    assert keras.backend.standardize_dtype(outputs.dtype) == "float32"
    assert {variable.dtype for variable in mixed.trainable_variables} == {"float32"}
    outputs, exact = keras.ops.convert_to_numpy(outputs), call(network, x, c_noise)
    assert np.abs(outputs - exact).max() > 0
    assert np.abs(outputs - exact).mean() < 0.05 * np.abs(exact).mean()


def test_functional_model_knows_shape_and_dtype():
    inputs = [keras.Input((4, 4, 1)), keras.Input(())]
    outputs = UNet(**SMALL, out_channels=2, dtype="mixed_bfloat16")(inputs)
    assert tuple(outputs.shape) == (None, 4, 4, 2)
    assert outputs.dtype == "float32"


@pytest.mark.parametrize("num_classes", [pytest.param(None, marks=SLOW), 2])
def test_saved_and_loaded_network_gives_equal_outputs(tmp_path, num_classes):
    network = built(
        (4, 6, 1),
        num_classes=num_classes,
        attention_levels=[0],
        middle_attention=False,
        kernel_size=[3, 1],
        strides=[1, 2],
        dropout=0.1,
        out_channels=2,
        seed=7,
        name="net",
    )
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert loaded.get_config() == network.get_config()
    inputs = [random(2, 4, 6, 1), np.array([0.3, -0.7])]
    inputs += [np.array([1, 2])] if num_classes else []
    np.testing.assert_array_equal(call(loaded, *inputs), call(network, *inputs))


def test_config_round_trip():
    config = built((4, 4, 1), num_classes=2, dtype="mixed_bfloat16").get_config()
    again = UNet.from_config(config)
    assert again.get_config() == config
    assert again.widths == (8, 16)
    assert again.compute_dtype == "bfloat16"


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="Of TensorFlow.")
def test_traced_function_takes_any_batch():
    import tensorflow as tf

    network = built((4, 4, 1))
    traced = tf.function(
        lambda x, c_noise: network([x, c_noise]),
        input_signature=[
            tf.TensorSpec((None, 4, 4, 1)),
            tf.TensorSpec((None,)),
        ],
        autograph=False,
    )
    for batch in [1, 3]:
        x, c_noise = random(batch, 4, 4, 1), np.linspace(-1, 1, batch, dtype="float32")
        np.testing.assert_allclose(
            traced(x, c_noise), call(network, x, c_noise), atol=1e-4
        )


def test_sizes_that_the_levels_cannot_halve_raise():
    network = UNet(**{**SMALL, "widths": (8, 8, 8)})
    message = r"multiples of \(4, 4\), for 3 levels.* Received: sizes=\(4, 6\)"
    with pytest.raises(ValueError, match=message):
        network.build([(None, 4, 6, 1), (None,)])
    network.build([(None, None, None, 1), (None,)])
    with pytest.raises(ValueError, match=message):
        network([random(1, 4, 6, 1), np.zeros(1)])
    with pytest.raises(ValueError, match=r"Received: sizes=\(2, 4\)"):
        network([random(1, 2, 4, 1), np.zeros(1)])
    with pytest.raises(ValueError, match=r"2 spatial dimensions .*\(1, 4, 1\), rank=2"):
        network([random(1, 4, 1), np.zeros(1)])


def test_mistakes_raise():
    with pytest.raises(ValueError, match=r"attention_levels=\(2,\), widths=\(16, 16\)"):
        UNet((16, 16), attention_levels=(2,))
    with pytest.raises(ValueError, match=r"Received: rank=4"):
        UNet((16, 16), rank=4)
    with pytest.raises(ValueError, match=r"widths=\(8, 16\), groups=8"):
        UNet((8, 16))
    with pytest.raises(ValueError, match=r"Received: blocks_per_level=0"):
        UNet((16, 16), blocks_per_level=0)
    with pytest.raises(ValueError, match=r"channels=12, head_size=8"):
        UNet((12,), groups=4).build([(None, 4, 4, 1), (None,)])
    x, c_noise, labels = random(1, 4, 4, 1), np.zeros(1), np.zeros(1, "int32")
    smallest = {**SMALL, "widths": (8,), "middle_attention": False}
    with pytest.raises(ValueError, match=r"num_classes=None"):
        UNet(**smallest)([x, c_noise, labels])
    with pytest.raises(ValueError, match=r"labels=None, num_classes=2"):
        UNet(**smallest, num_classes=2)([x, c_noise])
    with pytest.raises(ValueError, match=r"network\(\[x, c_noise, labels\]\)"):
        UNet(**smallest)([x])
