import functools

import keras
import numpy as np
import pytest

from kerazoo.layers.spectral_normalization import SpectralNormalization

BACKEND = keras.backend.backend()
INDICES = np.array([[0, 2], [1, 4]], "int32")


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


LAYERS = {  # A layer, its inputs, and the axis of its outputs in the kernel.
    "dense": (lambda: keras.layers.Dense(4, use_bias=False), random(2, 5), 1),
    "conv1d": (
        lambda: keras.layers.Conv1D(4, 3, strides=2, use_bias=False),
        random(2, 7, 3),
        2,
    ),
    "conv2d": (
        lambda: keras.layers.Conv2D(4, 3, padding="same", use_bias=False),
        random(2, 4, 5, 3),
        3,
    ),
    "conv3d": (
        lambda: keras.layers.Conv3D(4, 2, use_bias=False),
        random(2, 3, 3, 3, 2),
        4,
    ),
    "conv2d_transpose": (
        lambda: keras.layers.Conv2DTranspose(4, 3, strides=2, use_bias=False),
        random(2, 3, 3, 5),
        2,
    ),
    "embedding": (lambda: keras.layers.Embedding(5, 4), INDICES, 1),
}


def numpy(value):
    return keras.ops.convert_to_numpy(value)


def kernel_of(layer):
    is_embedding = isinstance(layer, keras.layers.Embedding)
    return layer.embeddings if is_embedding else layer.kernel


def spectral_norm(kernel, axis=-1):
    """The largest singular value, by numpy, with a row for each output."""
    matrix = np.moveaxis(kernel, axis, 0).reshape(kernel.shape[axis], -1)
    return np.linalg.svd(matrix.astype(float), compute_uv=False)[0]


def converged(layer, inputs, **kwargs):
    """Wraps the layer, with weights that are known, and a u that stands still."""
    wrapper = SpectralNormalization(layer, power_iterations=150, **kwargs)
    wrapper.build(inputs.shape)
    for seed, weight in enumerate(wrapper.trainable_weights):
        weight.assign(random(*weight.shape, seed=seed))
    wrapper(inputs, training=True)
    wrapper.power_iterations = 1
    return wrapper


def gradient(function, variable):
    """Returns the gradient of a scalar by a variable."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = function()
        return tf.convert_to_tensor(tape.gradient(loss, variable.value)).numpy()
    if BACKEND == "torch":
        import torch

        return torch.autograd.grad(function(), variable.value)[0].numpy()
    import jax

    def loss_of(value):
        with keras.StatelessScope([(variable, value)]):
            return function()

    return np.asarray(jax.jit(jax.grad(loss_of))(variable.value))


def slope(function, x):
    """Returns the gradient of a scalar function by x, differentiable again."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        x = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(x)
        return tape.gradient(value, x)
    if BACKEND == "torch":
        import torch

        x = torch.tensor(x, requires_grad=True)
        return torch.autograd.grad(function(x), x, create_graph=True)[0]
    import jax

    return jax.grad(function)(x)


def differences(function, x, step=1e-5):
    """Returns central differences of a scalar function of a float64 array."""
    found = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        shift = np.zeros(x.shape)
        shift[index] = step
        found[index] = (function(x + shift) - function(x - shift)) / (2 * step)
    return found


@pytest.mark.parametrize("kind", LAYERS)
def test_kernel_is_divided_by_its_largest_singular_value(kind):
    make, inputs, axis = LAYERS[kind]
    layer = make()
    wrapper = converged(layer, inputs)
    kernel = numpy(kernel_of(layer))
    outputs = numpy(wrapper(inputs))
    expected = make()
    expected.build(inputs.shape)
    expected.set_weights([kernel / spectral_norm(kernel, axis)])
    bias = 0 if wrapper.bias is None else numpy(wrapper.bias)
    assert (wrapper.bias is None) == (kind == "embedding")
    np.testing.assert_allclose(
        outputs, numpy(expected(inputs)) + bias, rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(numpy(wrapper(inputs, training=True)), outputs, 1e-5)
    assert tuple(wrapper.compute_output_shape(inputs.shape)) == outputs.shape


def test_each_training_call_is_one_power_iteration():
    layer = keras.layers.Dense(3, use_bias=False)
    wrapper = SpectralNormalization(layer, use_bias=False)
    x, kernel, u = random(2, 4), random(4, 3, seed=1), random(3, seed=2)
    wrapper.build(x.shape)
    wrapper.set_weights([u, kernel])
    for _ in range(2):
        v = kernel @ u
        v /= np.linalg.norm(v)
        moved = kernel.T @ v
        moved /= np.linalg.norm(moved)
        expected = x @ kernel / (moved @ kernel.T @ v)
        # Inference looks one iteration ahead, and leaves u where it is.
        for training in (False, False, True):
            np.testing.assert_allclose(
                numpy(wrapper(x, training=training)), expected, rtol=1e-4
            )
        u = moved
        np.testing.assert_allclose(numpy(wrapper.u), u, rtol=1e-4)
    np.testing.assert_array_equal(numpy(layer.kernel), kernel)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["dense", "conv2d_transpose", "embedding"])
def test_gradient_passes_through_sigma(kind):
    make, inputs, axis = LAYERS[kind]
    layer = make()
    wrapper = converged(layer, inputs)
    shape = wrapper.compute_output_shape(inputs.shape)
    weights = keras.ops.convert_to_tensor(random(*shape, seed=3))
    # The layer is linear: its gradient by its kernel is the same for all kernels.
    by_scaled = gradient(
        lambda: keras.ops.sum(weights * layer(inputs)), kernel_of(layer)
    ).astype(float)
    numeric = differences(
        lambda kernel: (by_scaled * kernel).sum() / spectral_norm(kernel, axis),
        numpy(kernel_of(layer)).astype(float),
    )
    for training in (False, True):
        call = functools.partial(wrapper, inputs, training=training)
        found = gradient(
            lambda call=call: keras.ops.sum(weights * call()), kernel_of(layer)
        )
        np.testing.assert_allclose(found, numeric, rtol=1e-3, atol=1e-3)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="Keras's differs by backend")
def test_gradient_of_keras_own_does_not():
    x, weights = random(2, 5), random(2, 4, seed=3)
    layer = keras.layers.Dense(4, use_bias=False)
    own = keras.layers.SpectralNormalization(layer, power_iterations=50)
    own.build(x.shape)
    kernel = random(5, 4, seed=4)
    layer.kernel.assign(kernel)

    def loss(kernel):
        return (weights * (x @ kernel)).sum() / spectral_norm(kernel)

    # The first call leaves a kernel of norm one, which further ones keep.
    own(x, training=True)
    found = gradient(
        lambda: keras.ops.sum(weights * own(x, training=True)), layer.kernel
    )
    normalized = kernel / spectral_norm(kernel)
    np.testing.assert_allclose(numpy(layer.kernel), normalized, rtol=1e-4)
    numeric = differences(loss, normalized.astype(float))
    np.testing.assert_allclose(found, x.T @ weights, rtol=1e-4, atol=1e-5)
    assert np.abs(found - numeric).max() > 0.1


def test_gradient_of_a_gradient_penalty():
    x = random(3, 5)
    layer = keras.layers.Dense(4, use_bias=False)
    wrapper = converged(layer, x, use_bias=False)

    def penalty():
        slopes = slope(lambda x: keras.ops.sum(keras.ops.tanh(wrapper(x))), x)
        return keras.ops.sum(keras.ops.square(slopes))

    def expected(kernel):
        scaled = kernel / spectral_norm(kernel)
        return (((1 - np.tanh(x @ scaled) ** 2) @ scaled.T) ** 2).sum()

    numeric = differences(expected, numpy(layer.kernel).astype(float))
    assert np.abs(numeric).max() > 0.1
    np.testing.assert_allclose(
        gradient(penalty, layer.kernel), numeric, rtol=1e-3, atol=1e-3
    )


def test_kernel_of_zeros_stays_and_learns():
    layer = keras.layers.Dense(4, use_bias=False, kernel_initializer="zeros")
    wrapper = SpectralNormalization(layer)
    x = random(2, 5)
    wrapper.build(x.shape)
    u = numpy(wrapper.u)
    np.testing.assert_array_equal(numpy(wrapper(x, training=True)), np.zeros((2, 4)))
    np.testing.assert_allclose(numpy(wrapper.u), u / np.linalg.norm(u), rtol=1e-5)
    found = gradient(lambda: keras.ops.sum(wrapper(x, training=True)), layer.kernel)
    np.testing.assert_allclose(found, x.T @ np.ones((2, 4)), rtol=1e-5)


def test_sigma_of_half_precision_is_that_of_single():
    x, kernel, u = random(2, 5), random(5, 4, seed=1), random(4, seed=2)
    inputs = keras.Input((5,))
    found = []
    for dtype in ("float32", "mixed_bfloat16"):
        layer = keras.layers.Dense(4, use_bias=False, dtype=dtype)
        wrapper = SpectralNormalization(layer, use_bias=False)
        # A model brings the dtype of its own calls.
        model = keras.Model(inputs, wrapper(inputs), dtype=dtype)
        for call in (wrapper, model):
            wrapper.set_weights([u, kernel])
            outputs = call(x, training=True)
            assert {variable.dtype for variable in wrapper.weights} == {"float32"}
            found.append((numpy(keras.ops.cast(outputs, "float32")), numpy(wrapper.u)))
        kind = keras.backend.standardize_dtype(outputs.dtype)
        assert kind == dtype.removeprefix("mixed_")
    for outputs, u in found:
        # Of a rounded kernel u would differ by 1 part in 2^9.
        np.testing.assert_allclose(u, found[0][1], rtol=1e-6)
        np.testing.assert_allclose(outputs, found[0][0], atol=2**-6)


@pytest.mark.parametrize("kind", ["dense", "conv2d_transpose", "embedding"])
def test_saved_and_loaded_model_gives_equal_outputs(tmp_path, kind):
    make, x, _ = LAYERS[kind]
    layer = SpectralNormalization(make(), 2, 1e-9, use_bias=kind == "dense")
    model = keras.Sequential([keras.Input(x.shape[1:], dtype=x.dtype), layer])
    model.set_weights([random(*w.shape, seed=5) for w in model.get_weights()])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    ours, theirs = layer.get_config(), loaded.layers[-1].get_config()
    assert theirs.pop("layer")["config"] == ours.pop("layer")["config"]
    assert theirs == ours
    assert len(loaded.trainable_weights) == 1 + (kind == "dense")
    for training in (True, False):
        ours, theirs = (numpy(m(x, training=training)) for m in (model, loaded))
        np.testing.assert_array_equal(theirs, ours)


def test_mistakes_raise():
    with pytest.raises(ValueError, match=r"Received: layer=<Flatten"):
        SpectralNormalization(keras.layers.Flatten())
    with pytest.raises(ValueError, match=r"use_bias=False. Received: use_bias=True"):
        SpectralNormalization(keras.layers.Dense(2))
    with pytest.raises(ValueError, match=r"activation=None. Received: .*relu"):
        SpectralNormalization(
            keras.layers.Conv2D(2, 3, activation="relu", use_bias=False)
        )
    with pytest.raises(ValueError, match=r"must be positive. .*power_iterations=0"):
        SpectralNormalization(keras.layers.Embedding(2, 3), power_iterations=0)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="needs replicas of tf.distribute")
def test_two_replicas_are_one():
    import tensorflow as tf

    from kerazoo.training import strategy as strategies

    x, weights = random(5, 3), random(5, 2, seed=1)

    def results(strategy, ends):
        with strategy.scope():
            layer = SpectralNormalization(keras.layers.Dense(2, use_bias=False))
            layer.build(x.shape)
            layer.set_weights(
                [random(*w.shape, seed=5 + i) for i, w in enumerate(layer.weights)]
            )

        def part(context):
            index = context.replica_id_in_sync_group
            rows = slice(ends[index - 1] if index else 0, ends[index])
            return tf.constant(x[rows]), tf.constant(weights[rows])

        def of_replica(data):
            x, weights = data
            with tf.GradientTape() as tape:
                outputs = layer(layer(x, training=True)[:, :1] * x, training=True)
                loss = tf.reduce_sum(weights * outputs)
            context = tf.distribute.get_replica_context()
            kernel = layer.layer.kernel.value
            return context.all_reduce("sum", tape.gradient(loss, kernel))

        data = strategy.experimental_distribute_values_from_function(part)
        by_kernel = tf.function(lambda: strategy.run(of_replica, (data,)))()
        found = [by_kernel, layer.u.value]
        locals_of = [strategy.experimental_local_results(value) for value in found]
        for values in locals_of:
            np.testing.assert_array_equal(values[0], values[-1])
        return [values[0].numpy() for values in locals_of]

    one = results(strategies.create("one_device"), (5,))
    two = results(strategies.create("mirrored", num_devices=2), (3, 5))
    for our, their in zip(two, one, strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-5)
