import keras
import numpy as np
import pytest

from kerazoo.layers.batch_normalization import BatchNormalization

BACKEND = keras.backend.backend()
ACTIVATIONS = {
    None: lambda x: x,
    "relu": keras.ops.relu,
    "leaky_relu": lambda x: keras.ops.leaky_relu(x, 0.3),
}


def random(*shape, seed=0):
    values = np.random.default_rng(seed).normal(size=shape)
    return (1.5 * values + 0.7).astype("float32")


def numpy(values):
    return [keras.ops.convert_to_numpy(value) for value in values]


def built(layer, channels, rank=2):
    """Builds the layer with weights that are not those of a new one."""
    if not layer.built:
        layer.build((None, *(None,) * (rank - 2), channels))
    gamma, beta, mean, _ = (random(channels, seed=seed) for seed in range(1, 5))
    layer.set_weights([gamma, beta, mean, 0.5 + random(channels, seed=4) ** 2])
    return layer


def pair(channels, rank=2, activation=None):
    """Our layer, Keras's, and a function of Keras's with the activation."""
    ours = BatchNormalization(0.8, 1e-3, activation, negative_slope=0.3)
    theirs = keras.layers.BatchNormalization(momentum=0.8, epsilon=1e-3)
    built(ours, channels, rank)
    built(theirs, channels, rank)

    def function(x, training):
        return ACTIVATIONS[activation](theirs(x, training=training))

    return ours, theirs, function


def gradients(function, layer, x):
    """Returns the gradients of a scalar by x and the layer's trainable weights."""
    values = [variable.value for variable in layer.trainable_variables]
    if BACKEND == "tensorflow":
        import tensorflow as tf

        @tf.function
        def gradients_of(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = function(x)
            return tape.gradient(loss, [x, *values])

        return gradients_of(tf.constant(x))
    if BACKEND == "torch":
        import torch

        x = torch.tensor(x, requires_grad=True)
        return torch.autograd.grad(function(x), [x, *values], create_graph=True)
    import jax

    def loss_of(x, values):
        with keras.StatelessScope(zip(layer.trainable_variables, values)):
            return function(x)

    dx, rest = jax.jit(jax.grad(loss_of, (0, 1)))(x, values)
    return [dx, *rest]


def slope_by_inputs(function):
    """Function of x: the gradient of a scalar function by x, differentiable again."""
    if BACKEND == "jax":
        import jax

        return jax.grad(function)
    if BACKEND == "torch":
        import torch

        return lambda x: torch.autograd.grad(function(x), x, create_graph=True)[0]
    import tensorflow as tf

    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(x)
        return tape.gradient(value, x)

    return slope


def assert_close(ours, theirs):
    for our, their in zip(numpy(ours), numpy(theirs), strict=True):
        scale = np.abs(their).max()
        assert scale > 0.01
        np.testing.assert_allclose(our / scale, their / scale, atol=1e-5)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("shape", [(9, 4), (3, 5, 4, 6), (2, 2, 3, 2, 6)])
def test_it_is_that_of_keras(shape, activation, training):
    ours, theirs, function = pair(shape[-1], len(shape), activation)
    x, weights = random(*shape), keras.ops.convert_to_tensor(random(*shape, seed=5))
    assert_close([ours(x, training=training)], [function(x, training)])
    # The averages have moved in training.
    assert_close(ours.weights, theirs.weights)
    assert_close(
        gradients(
            lambda x: keras.ops.sum(weights * ours(x, training=training)), ours, x
        ),
        gradients(lambda x: keras.ops.sum(weights * function(x, training)), theirs, x),
    )


def test_moving_averages():
    layer = BatchNormalization(momentum=0.75)
    mean, variance = np.zeros(3), np.ones(3)
    for seed in range(3):
        x = (seed + 1) * random(4, 2, 5, 3, seed=seed)
        layer(x, training=True)
        mean = 0.75 * mean + 0.25 * x.mean(axis=(0, 1, 2))
        variance = 0.75 * variance + 0.25 * x.var(axis=(0, 1, 2))
    gamma, beta, *averages = numpy(layer.weights)
    np.testing.assert_allclose(averages, [mean, variance], rtol=1e-4)
    outputs = keras.ops.convert_to_numpy(layer(x))
    expected = (x - mean) / np.sqrt(variance + 1e-5) * gamma + beta
    np.testing.assert_allclose(outputs, expected, atol=1e-4)
    np.testing.assert_array_equal(numpy(layer.weights)[2:], averages)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradient_of_a_gradient_penalty(activation):
    x, weights = random(5, 3, 4), keras.ops.convert_to_tensor(random(5, 3, 4, seed=5))
    layer = BatchNormalization(0.8, 1e-3, activation, negative_slope=0.3)
    built(layer, 4, 3)

    def plain(x):
        """The same from operations whose gradients are the backend's own."""
        mean = keras.ops.mean(x, axis=(0, 1))
        variance = keras.ops.mean(keras.ops.square(x - mean), axis=(0, 1))
        gamma, beta = layer.trainable_variables
        normalized = (x - mean) / keras.ops.sqrt(variance + 1e-3)
        return ACTIVATIONS[activation](normalized * gamma + beta)

    def penalty_of(function):
        # A nonlinear loss: that of the outputs themselves has no slope.
        slope = slope_by_inputs(
            lambda x: keras.ops.sum(weights * keras.ops.square(function(x)))
        )
        return lambda x: keras.ops.sum(keras.ops.square(slope(x)))

    assert_close(
        gradients(penalty_of(lambda x: layer(x, training=True)), layer, x),
        gradients(penalty_of(plain), layer, x),
    )


def test_half_precision_has_the_statistics_of_single():
    half = BatchNormalization(activation="relu", dtype="mixed_bfloat16")
    x = keras.ops.cast(random(8, 20, 20, 4), "bfloat16")
    outputs = half(x, training=True)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    assert {variable.dtype for variable in half.weights} == {"float32"}
    single = BatchNormalization(activation="relu")
    exact = single(keras.ops.cast(x, "float32"), training=True)
    np.testing.assert_allclose(numpy(half.weights), numpy(single.weights), rtol=1e-6)
    # Equal up to the rounding of the outputs, 1 part in 2^8.
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(keras.ops.cast(outputs, "float32")),
        keras.ops.convert_to_numpy(exact),
        rtol=2**-8,
        atol=1e-6,
    )


def test_frozen_layer_is_in_inference():
    layer = built(BatchNormalization(), 4)
    layer.trainable = False
    before = numpy(layer.weights)
    outputs = numpy([layer(random(5, 4), training=t) for t in (False, True)])
    np.testing.assert_array_equal(outputs[1], outputs[0])
    np.testing.assert_array_equal(numpy(layer.weights), before)


def test_saved_and_loaded_model_gives_equal_outputs(tmp_path):
    inputs = keras.Input((None, 2, 8))
    layer = BatchNormalization(
        0.5, 0.1, "leaky_relu", 0.4, keras.initializers.HeNormal()
    )
    model = keras.Model(inputs, layer(inputs))
    assert model.output_shape == (None, None, 2, 8)
    built(layer, 8)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].get_config() == layer.get_config()
    x = random(2, 3, 2, 8)
    for training in (False, True):
        ours, theirs = numpy([m(x, training=training) for m in (model, loaded)])
        np.testing.assert_array_equal(theirs, ours)


def test_unknown_activation_raises():
    with pytest.raises(ValueError, match=r"\"leaky_relu\". Received: .*'silu'"):
        BatchNormalization(activation="silu")


@pytest.mark.skipif(BACKEND != "tensorflow", reason="needs replicas of tf.distribute")
@pytest.mark.parametrize(
    "ends",
    [
        pytest.param((4, 8), marks=pytest.mark.slow),
        (5, 8),
        pytest.param((1, 8), marks=pytest.mark.slow),
        (8, 8),
    ],
)
def test_two_replicas_are_one(ends):
    import tensorflow as tf

    from kerazoo.training import strategy as strategies

    x, weights = random(8, 3, 4), random(8, 3, 4, seed=5)

    def results(strategy, ends):
        """Outputs, gradients and those of a gradient penalty, and moving averages."""
        with strategy.scope():
            layer = built(BatchNormalization(activation="leaky_relu"), 4, 3)

        def part(context):
            index = context.replica_id_in_sync_group
            rows = slice(ends[index - 1] if index else 0, ends[index])
            return tf.constant(x[rows]), tf.constant(weights[rows])

        def of_replica(data):
            x, weights = data
            variables = [variable.value for variable in layer.trainable_variables]
            with tf.GradientTape(persistent=True) as outer:
                outer.watch(x)
                with tf.GradientTape() as tape:
                    tape.watch(x)
                    outputs = layer(x, training=True)
                    loss = tf.reduce_sum(weights * outputs**2)
                penalty = tf.reduce_sum(tape.gradient(loss, x) ** 2)
            sources = [x, *variables]
            found = [
                outputs,
                *outer.gradient(loss, sources),
                *outer.gradient(penalty, sources),
            ]
            context = tf.distribute.get_replica_context()
            # Those by the variables are shares of a sum.
            for index in (2, 3, 5, 6):
                found[index] = context.all_reduce("sum", found[index])
            return found

        data = strategy.experimental_distribute_values_from_function(part)
        found = tf.function(lambda: strategy.run(of_replica, (data,)))()
        locals_of = strategy.experimental_local_results
        rows = [tf.concat(locals_of(found[index]), axis=0) for index in (0, 1, 4)]
        shared = [locals_of(found[index])[-1] for index in (2, 3, 5, 6)]
        averages = [locals_of(v.value) for v in layer.non_trainable_variables]
        for values in averages:
            np.testing.assert_array_equal(values[0], values[-1])
        return [*rows, *shared, *(values[0] for values in averages)]

    one = results(strategies.create("one_device"), (8,))
    assert_close(results(strategies.create("mirrored", num_devices=2), ends), one)
