import keras
import numpy as np
import pytest

from kerazoo.layers import GroupNormalization


def random(*shape, seed=0):
    values = np.random.default_rng(seed).normal(size=shape)
    return (1.5 * values + 0.7).astype("float32")


def built(layer, channels, rank=1):
    """Builds the layer with scales and offsets that are not those of a new one."""
    layer.build((None, *(None,) * rank, channels))
    layer.set_weights([random(channels, seed=1), random(channels, seed=2)])
    return layer


def reference(groups, channels, rank, silu):
    """The same on Keras's layer."""
    norm = keras.layers.GroupNormalization(groups, epsilon=1e-5)
    built(norm, channels, rank)
    return norm, (lambda x: keras.ops.silu(norm(x))) if silu else norm


def output_and_gradients(function, variables, x, weights):
    """Returns outputs, and gradients of their weighted sum by x and variables."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        x = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = function(x)
            loss = tf.reduce_sum(outputs * weights)
        gradients = tape.gradient(loss, [x, *(v.value for v in variables)])
    elif backend == "torch":
        import torch

        x = torch.tensor(x, requires_grad=True)
        outputs = function(x)
        loss = (outputs * torch.tensor(weights)).sum()
        gradients = torch.autograd.grad(loss, [x, *(v.value for v in variables)])
    else:
        import jax

        def loss_of(x, values):
            with keras.StatelessScope(zip(variables, values)):
                outputs = function(x)
            return (outputs * weights).sum(), outputs

        values = [v.value for v in variables]
        (_, outputs), (dx, rest) = jax.value_and_grad(loss_of, (0, 1), has_aux=True)(
            x, values
        )
        gradients = [dx, *rest]
    return [keras.ops.convert_to_numpy(value) for value in (outputs, *gradients)]


@pytest.mark.parametrize("silu", [False, True])
@pytest.mark.parametrize(
    ("shape", "groups"),
    [((3, 5, 4, 12), 4), ((2, 9, 6), 1), ((2, 2, 3, 2, 6), 6)],
)
def test_values_and_gradients_are_those_of_keras(shape, groups, silu):
    x, weights = random(*shape), random(*shape, seed=3)
    layer = GroupNormalization(groups, activation="silu" if silu else None)
    built(layer, shape[-1])
    ours = output_and_gradients(layer, layer.trainable_variables, x, weights)
    norm, function = reference(groups, shape[-1], len(shape) - 2, silu)
    theirs = output_and_gradients(function, norm.trainable_variables, x, weights)
    for our, their in zip(ours, theirs, strict=True):
        scale = np.abs(their).max()
        assert scale > 0.1
        np.testing.assert_allclose(our / scale, their / scale, atol=1e-5)


def test_hand_worked_values():
    # One group of 1, 3, 5, 7: mean 4, variance 5. The other is constant.
    x = np.array([[[1.0, 3.0, 2.0, 2.0], [5.0, 7.0, 2.0, 2.0]]], "float32")
    outputs = keras.ops.convert_to_numpy(GroupNormalization(2, epsilon=0.0001)(x))
    expected = np.array([[-3, -1, 0, 0], [1, 3, 0, 0]]) / np.sqrt(5.0001)
    np.testing.assert_allclose(outputs[0], expected, atol=1e-6)


def test_groups_of_an_example_do_not_see_the_others():
    layer = built(GroupNormalization(3, activation="silu"), 6)
    x = random(2, 5, 6)
    changed = x.copy()
    changed[0, :, :2] *= random(5, 2, seed=5)
    difference = keras.ops.convert_to_numpy(layer(changed) - layer(x))
    assert np.abs(difference[0, :, :2]).max() > 0.1
    difference[0, :, :2] = 0
    assert not difference.any()


def test_sums_of_half_precision_are_float32():
    layer = GroupNormalization(2, activation="silu", dtype="mixed_bfloat16")
    x = keras.ops.cast(random(1, 40, 40, 4), "bfloat16")
    outputs = layer(x)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    assert {variable.dtype for variable in layer.weights} == {"float32"}
    exact = GroupNormalization(2, activation="silu")(keras.ops.cast(x, "float32"))
    # Equal up to the rounding of the outputs, 1 part in 2^8.
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(keras.ops.cast(outputs, "float32")),
        keras.ops.convert_to_numpy(exact),
        rtol=2**-8,
        atol=1e-6,
    )


@pytest.mark.parametrize("activation", [None, "silu"])
def test_saved_and_loaded_model_gives_equal_outputs(tmp_path, activation):
    inputs = keras.Input((3, 8))
    layer = GroupNormalization(4, epsilon=0.1, activation=activation)
    model = keras.Model(inputs, layer(inputs))
    assert model.output_shape == (None, 3, 8)
    model.set_weights([random(8, seed=1), random(8, seed=2)])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].get_config() == layer.get_config()
    x = random(2, 3, 8)
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(loaded(x)), keras.ops.convert_to_numpy(model(x))
    )


def test_mistakes_raise():
    with pytest.raises(ValueError, match=r"Received: channels=6, groups=4"):
        GroupNormalization(4)(random(2, 3, 6))
    with pytest.raises(ValueError, match=r"must be positive. Received: groups=0"):
        GroupNormalization(0)
    with pytest.raises(ValueError, match=r"None or \"silu\". Received: .*'relu'"):
        GroupNormalization(2, activation="relu")
