import kerazoo.models.dqn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest
from tf_agents.specs import array_spec

from kerazoo.layers import DuelingHead
from kerazoo.models.dqn.q_networks import q_network

VECTOR = array_spec.BoundedArraySpec((4,), np.float32, -1.0, 1.0)
MATRIX = array_spec.BoundedArraySpec((3, 5), np.float64, -1.0, 1.0)
BITS = array_spec.BoundedArraySpec((6,), np.uint8, 0, 1)
PIXELS = array_spec.BoundedArraySpec((36, 36, 3), np.uint8, 0, 255)
FRAMES = array_spec.BoundedArraySpec((4, 84, 84), np.uint8, 0, 255)
GRID = array_spec.BoundedArraySpec((7, 7, 3), np.uint8, 0, 255)


@pytest.fixture
def policy():
    """Sets the dtype policy of a test."""
    before = keras.config.dtype_policy()
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy(before)


def observations(spec, batch=2, seed=0):
    random = np.random.default_rng(seed)
    if np.issubdtype(spec.dtype, np.integer):
        high = int(np.max(spec.maximum))
        shape = (batch, *spec.shape)
        return random.integers(0, high, shape, spec.dtype, endpoint=True)
    return random.normal(size=(batch, *spec.shape)).astype(spec.dtype)


def layers_of(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


def randomise(model, seed=1):
    random = np.random.default_rng(seed)
    model.set_weights([0.1 * random.normal(size=w.shape) for w in model.get_weights()])


@pytest.mark.parametrize("dueling", [False, True])
@pytest.mark.parametrize(
    "spec", [VECTOR, MATRIX, BITS, PIXELS, GRID], ids=["v", "m", "b", "p", "g"]
)
def test_one_value_per_action(spec, dueling):
    model = q_network(spec, 3, hidden_units=(8,), dueling=dueling)
    assert model.output_shape == (None, 3)
    q_values = model(observations(spec))
    assert q_values.shape == (2, 3)
    assert q_values.dtype == "float32"
    assert np.isfinite(q_values).all()


def test_vectors_go_through_relu_layers():
    model = q_network(VECTOR, 2, hidden_units=(8, 6))
    randomise(model)
    kernels, biases = model.get_weights()[::2], model.get_weights()[1::2]
    assert [kernel.shape for kernel in kernels] == [(4, 8), (8, 6), (6, 2)]
    x = observations(VECTOR)
    expected = x
    for kernel, bias in zip(kernels[:-1], biases[:-1]):
        expected = np.maximum(expected @ kernel + bias, 0)
    expected = expected @ kernels[-1] + biases[-1]
    np.testing.assert_allclose(model(x), expected, rtol=1e-4, atol=1e-6)


def test_no_hidden_layers_make_a_linear_model():
    model = q_network(VECTOR, 2, hidden_units=())
    (kernel, bias) = model.get_weights()
    x = observations(VECTOR)
    np.testing.assert_allclose(model(x), x @ kernel + bias, rtol=1e-4, atol=1e-6)


def test_images_go_through_the_convolutions_of_the_paper():
    convolutions = layers_of(q_network(FRAMES, 2), keras.layers.Conv2D)
    assert [(c.filters, c.kernel_size, c.strides) for c in convolutions] == [
        (32, (8, 8), (4, 4)),
        (64, (4, 4), (2, 2)),
        (64, (3, 3), (1, 1)),
    ]
    # 84 -> 20 -> 9 -> 7 pixels, as in Mnih et al.
    assert convolutions[-1].output.shape == (None, 7, 7, 64)


@pytest.mark.parametrize(
    ("shape", "count"), [((35, 36, 3), 0), ((36, 36, 3), 3), ((3, 36, 35), 0)]
)
def test_images_too_small_for_the_convolutions_are_flattened(shape, count):
    spec = array_spec.BoundedArraySpec(shape, np.uint8, 0, 255)
    model = q_network(spec, 2, hidden_units=(4,))
    assert len(layers_of(model, keras.layers.Conv2D)) == count
    assert model(observations(spec)).shape == (2, 2)


def test_pixels_are_scaled_in_the_model():
    model = q_network(GRID, 2, hidden_units=())
    kernel, bias = model.get_weights()
    x = observations(GRID)
    assert x.max() > 200
    np.testing.assert_allclose(
        model(x), x.reshape(2, -1) / 255 @ kernel + bias, rtol=1e-3, atol=1e-5
    )


@pytest.mark.parametrize(
    "spec", [BITS, array_spec.BoundedArraySpec((4,), np.float32, 0.0, 255.0)]
)
def test_what_is_no_pixel_is_not_scaled(spec):
    model = q_network(spec, 2, hidden_units=())
    kernel, bias = model.get_weights()
    x = np.ones((1, *spec.shape), spec.dtype)
    np.testing.assert_allclose(model(x)[0], kernel.sum(0) + bias, rtol=1e-4, atol=1e-6)


def test_frames_stacked_first_are_treated_as_channels():
    frames = q_network(FRAMES, 2, hidden_units=(8,))
    spec = array_spec.BoundedArraySpec((84, 84, 4), np.uint8, 0, 255)
    images = q_network(spec, 2, hidden_units=(8,))
    randomise(frames)
    images.set_weights(frames.get_weights())
    x = observations(FRAMES)
    q_values = np.array(frames(x))
    assert (q_values[0] != q_values[1]).all()
    np.testing.assert_allclose(
        q_values, images(np.transpose(x, (0, 2, 3, 1))), rtol=1e-4, atol=1e-6
    )


def test_dueling_model_ends_in_a_dueling_head():
    model = q_network(VECTOR, 3, hidden_units=(8,), dueling=True)
    head = model.layers[-1]
    assert isinstance(head, DuelingHead)
    assert head.num_actions == 3
    assert not layers_of(q_network(VECTOR, 3), DuelingHead)


@pytest.mark.parametrize("noisy", [False, True])
@pytest.mark.parametrize("dueling", [False, True])
@pytest.mark.parametrize("implicit", [False, True])
def test_distributions_of_every_action(implicit, dueling, noisy):
    model = q_network(
        VECTOR,
        3,
        (8, 6),
        dueling,
        noisy=noisy,
        num_outputs=5,
        implicit_quantiles=implicit,
    )
    assert model.output_shape == (None, 3, 5)
    outputs = model(observations(VECTOR))
    assert outputs.shape == (2, 3, 5)
    np.testing.assert_array_equal(outputs, model(observations(VECTOR)))
    other = model(observations(VECTOR), training=True)
    assert (np.array(outputs) != np.array(other)).all() == noisy
    # Widths: 8 and 6, whether the head has the last or not.
    assert {8, 6} <= {weight.shape[-1] for weight in model.get_weights()}


def test_without_hidden_layers_quantiles_are_of_the_observation():
    model = q_network(VECTOR, 3, (), num_outputs=5, implicit_quantiles=True)
    assert [w.shape for w in model.get_weights()] == [(64, 4), (4,), (4, 3), (3,)]


@pytest.mark.parametrize("options", [{"noisy": True}, {"num_outputs": 5}])
def test_several_joints_have_plain_values(options):
    with pytest.raises(ValueError, match="Several joints"):
        q_network(VECTOR, (3, 2), **options)


@pytest.mark.parametrize("dueling", [False, True])
def test_same_seed_gives_the_same_weights_and_another_seed_others(dueling):
    def weights(seed):
        model = q_network(VECTOR, 3, hidden_units=(8, 8), dueling=dueling, seed=seed)
        return [w for w in model.get_weights() if w.ndim > 1]  # Biases are 0.

    for one, same, other in zip(weights(0), weights(0), weights(1)):
        np.testing.assert_array_equal(one, same)
        assert (one != other).any()


def test_seeds_of_noisy_layers_follow_from_the_seed():
    def weights(seed):
        model = q_network(VECTOR, 3, (8, 8), dueling=True, seed=seed, noisy=True)
        return [w for w in model.get_weights() if np.ptp(w) > 0]  # Sigmas are equal.

    for one, same, other in zip(weights(0), weights(0), weights(1), strict=True):
        np.testing.assert_array_equal(one, same)
        assert (one != other).any()


@pytest.mark.parametrize("seed", [0, None])
def test_layers_of_equal_shape_begin_with_different_weights(seed):
    model = q_network(VECTOR, 3, hidden_units=(8, 8, 8), seed=seed)
    second, third = (layer.kernel.numpy() for layer in model.layers[-3:-1])
    assert second.shape == third.shape == (8, 8)
    assert (second != third).any()


def test_models_without_a_seed_differ():
    first, second = (q_network(VECTOR, 3).get_weights()[0] for _ in range(2))
    assert (first != second).any()


@pytest.mark.parametrize("dueling", [False, True])
def test_action_values_are_float32_under_mixed_precision(policy, dueling):
    policy("mixed_bfloat16")
    model = q_network(PIXELS, 3, hidden_units=(8,), dueling=dueling)
    convolution = layers_of(model, keras.layers.Conv2D)[0]
    assert convolution.compute_dtype == "bfloat16"
    q_values = model(observations(PIXELS))
    assert q_values.dtype == "float32"
    # Not bfloat16 numbers in float32: more than 8 bits of the mantissa are used.
    assert (np.array(q_values).view(np.uint32) & 0xFFFF).any()


def test_config_round_trip():
    model = q_network(PIXELS, 3, hidden_units=(8,), dueling=True)
    again = keras.Sequential.from_config(model.get_config())
    again.set_weights(model.get_weights())
    x = observations(PIXELS)
    np.testing.assert_array_equal(again(x), model(x))
