import keras
import numpy as np
import pytest

from kerazoo.models.diffusion.networks.dit import DiT
from kerazoo.models.diffusion.networks.dit_block import DiTBlock

SMALL = {"hidden_size": 16, "depth": 2, "num_heads": 2}


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def call(network, *inputs, **kwargs):
    return keras.ops.convert_to_numpy(network(list(inputs), **kwargs))


def built(shape, **options):
    """A network whose gates and last map are not zero."""
    network = DiT(**{**SMALL, **options})
    inputs_shape = [(None, *shape), (None,)]
    network.build(inputs_shape + [(None,)] * (network.num_classes is not None))
    weights = network.get_weights()
    network.set_weights(
        [w + 0.2 * random(*w.shape, seed=index) for index, w in enumerate(weights)]
    )
    return network


def test_parameters_are_those_of_dit_s_2():
    # Worked from the paper's Figure 3 at D = 384 and 2 x 2 patches of 4 channels. Per
    # block: attention 4 D^2 + 4 D, perceptron 8 D^2 + 5 D, modulation 6 D^2 + 6 D.
    size = 384
    blocks = 12 * (18 * size**2 + 15 * size)
    levels = 256 * size + size + size**2 + size
    labels = 1001 * size
    patches = 16 * size + size
    output = 2 * size**2 + 2 * size + 32 * size + 32
    network = DiT(384, 12, 6, patch_size=2, num_classes=1000, out_channels=8)
    network.build([(None, 32, 32, 4), (None,), (None,)])
    assert network.count_params() == blocks + levels + labels + patches + output


@pytest.mark.parametrize(
    ("shape", "options"),
    [
        ((8, 2), {"rank": 1, "patch_size": 4}),
        ((4, 6, 1), {"patch_size": (2, 3), "out_channels": 2}),
        ((4, 4, 3), {"num_classes": 3, "mlp_ratio": 1.5}),
        ((2, 4, 4, 1), {"rank": 3, "patch_size": (1, 2, 2), "hidden_size": 12}),
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
    network = DiT(**SMALL, num_classes=2)
    outputs = call(network, random(2, 4, 4, 1), np.array([-1.0, 1.0]), np.array([0, 2]))
    assert not outputs.any()


def test_untrained_block_is_the_identity():
    x = random(2, 3, 16)
    block = DiTBlock(num_heads=2)
    condition = random(2, 5)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(block(x, condition)), x)
    # Open the gates: the last third of the two modulations.
    for norm in (block.attention_norm, block.mlp_norm):
        kernel, bias = norm.projection.get_weights()
        norm.projection.set_weights([kernel, bias + np.repeat([0, 0, 1.0], 16)])
    assert np.abs(keras.ops.convert_to_numpy(block(x, condition)) - x).max() > 0.1


def test_positions_tell_equal_patches_apart():
    network = built((4, 6, 1))
    outputs = call(network, np.ones((1, 4, 6, 1), "float32"), np.zeros(1))
    patches = [outputs[0, i : i + 2, j : j + 2] for i in (0, 2) for j in (0, 2, 4)]
    for first in range(6):
        for second in range(first):
            assert np.abs(patches[first] - patches[second]).max() > 1e-3


def test_positions_are_sinusoids_of_row_and_column():
    network = DiT(8, 1, 1)
    network.build([(None, 4, 6, 1), (None,)])
    positions = keras.ops.convert_to_numpy(network._positions([2, 3]))
    assert positions.shape == (6, 8)
    expected = [
        [
            wave(at * speed)
            for at in (row, column)
            for wave in (np.cos, np.sin)
            for speed in (1, 0.01)
        ]
        for row in range(2)
        for column in range(3)
    ]
    np.testing.assert_allclose(positions, expected, atol=1e-6)


def test_labels_and_noise_levels_change_the_outputs():
    network = built((4, 4, 1), num_classes=2)
    x = random(1, 4, 4, 1)
    cases = [(0.3, 0), (0.3, 1), (0.3, 2), (0.31, 0)]
    outputs = [call(network, x, np.array([c]), np.array([y])) for c, y in cases]
    for first in range(4):
        for second in range(first):
            assert np.abs(outputs[first] - outputs[second]).max() > 0.01


def test_dropout_acts_in_training_only():
    network = built((4, 4, 1), dropout=0.5, seed=3)
    x, c_noise = random(1, 4, 4, 1), np.zeros(1)
    once = call(network, x, c_noise)
    np.testing.assert_array_equal(once, call(network, x, c_noise))
    assert np.abs(once - call(network, x, c_noise, training=True)).max() > 0.01


def test_mixed_precision_returns_float32_near_the_full_precision():
    network, mixed = built((4, 4, 1)), built((4, 4, 1), dtype="mixed_bfloat16")
    x, c_noise = random(2, 4, 4, 1), np.array([1.001, 1.004], "float32")
    mixed.set_weights(network.get_weights())
    outputs = mixed([x, c_noise])
    assert keras.backend.standardize_dtype(outputs.dtype) == "float32"
    outputs, exact = keras.ops.convert_to_numpy(outputs), call(network, x, c_noise)
    assert np.abs(outputs - exact).max() > 0
    assert np.abs(outputs - exact).mean() < 0.05 * np.abs(exact).mean()


def test_saved_and_loaded_network_gives_equal_outputs(tmp_path):
    network = built(
        (4, 6, 1),
        mlp_ratio=2.0,
        patch_size=[2, 3],
        dropout=0.1,
        num_classes=2,
        out_channels=2,
        seed=7,
    )
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert loaded.get_config() == network.get_config()
    inputs = [random(2, 4, 6, 1), np.array([0.3, -0.7]), np.array([1, 2])]
    np.testing.assert_array_equal(call(loaded, *inputs), call(network, *inputs))


def test_functional_model_knows_shape_and_dtype():
    inputs = [keras.Input((4, 4, 1)), keras.Input(())]
    outputs = DiT(**SMALL, out_channels=2, dtype="mixed_bfloat16")(inputs)
    assert tuple(outputs.shape) == (None, 4, 4, 2)
    assert outputs.dtype == "float32"


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="Of TensorFlow.")
def test_traced_function_takes_any_batch_and_size():
    import tensorflow as tf

    network = built((4, 4, 1))
    traced = tf.function(
        lambda x, c_noise: network([x, c_noise]),
        input_signature=[
            tf.TensorSpec((None, None, None, 1)),
            tf.TensorSpec((None,)),
        ],
        autograph=False,
    )
    for batch, width in [(1, 4), (3, 8)]:
        x, c_noise = random(batch, 4, width, 1), random(batch, seed=1)
        np.testing.assert_allclose(
            traced(x, c_noise), call(network, x, c_noise), atol=1e-4
        )


def test_mistakes_raise():
    with pytest.raises(ValueError, match=r"multiples of \(2, 2\). .*sizes=\(4, 5\)"):
        DiT(**SMALL)([random(1, 4, 5, 1), np.zeros(1)])
    with pytest.raises(ValueError, match=r"hidden_size=18, rank=2, num_heads=3"):
        DiT(18, 1, 3)
    with pytest.raises(ValueError, match=r"hidden_size=16, rank=2, num_heads=3"):
        DiT(16, 1, 3)
    with pytest.raises(ValueError, match=r"labels=None, num_classes=2"):
        DiT(**SMALL, num_classes=2)([random(1, 4, 4, 1), np.zeros(1)])
