import keras
import numpy as np
import pytest

from kerazoo.layers import MaskedBatchNormalization

RANDOM = np.random.default_rng(0)
INPUTS = RANDOM.normal(2, 3, (7, 4)).astype("float32")
MASK = np.array([True, False, True, True, False, True, False])
EPSILON = 1e-3


def to_numpy(value):
    return keras.ops.convert_to_numpy(value)


def expected(mean, variance, layer):
    gamma, beta = to_numpy(layer.gamma), to_numpy(layer.beta)
    return (INPUTS - mean) / np.sqrt(variance + EPSILON) * gamma + beta


def built(**kwargs):
    layer = MaskedBatchNormalization(momentum=0.8, epsilon=EPSILON, **kwargs)
    layer.build((None, 4))
    layer.gamma.assign(RANDOM.uniform(0.5, 2, 4))
    layer.beta.assign(RANDOM.normal(size=4))
    return layer


def test_moments_are_those_of_the_masked_nodes():
    layer = built()
    outputs = layer(INPUTS, mask=MASK, training=True)
    mean, variance = INPUTS[MASK].mean(axis=0), INPUTS[MASK].var(axis=0)
    np.testing.assert_allclose(
        to_numpy(outputs), expected(mean, variance, layer), rtol=1e-4, atol=1e-5
    )


def test_moving_averages_and_inference():
    layer = built()
    mean, variance = np.zeros(4), np.ones(4)
    for batch in (INPUTS, 2 * INPUTS, INPUTS - 5):
        layer(batch, mask=MASK, training=True)
        mean = 0.8 * mean + 0.2 * batch[MASK].mean(axis=0)
        variance = 0.8 * variance + 0.2 * batch[MASK].var(axis=0)
    np.testing.assert_allclose(to_numpy(layer.moving_mean), mean, rtol=1e-5)
    np.testing.assert_allclose(to_numpy(layer.moving_variance), variance, rtol=1e-5)
    outputs = to_numpy(layer(INPUTS, mask=MASK))
    np.testing.assert_allclose(outputs, expected(mean, variance, layer), rtol=1e-4)


def test_values_outside_of_the_mask_do_not_matter():
    changed = np.where(MASK[:, None], INPUTS, 1e6)
    one, other = built(), built()
    other.set_weights(one.get_weights())
    outputs = [
        to_numpy(layer(x, mask=MASK, training=True))[MASK]
        for layer, x in ((one, INPUTS), (other, changed.astype("float32")))
    ]
    np.testing.assert_array_equal(outputs[0], outputs[1])


@pytest.mark.parametrize("mask", [None, np.ones(7, bool)], ids=["none", "all"])
def test_without_a_mask_it_is_keras_own(mask):
    layer = built()
    keras_own = keras.layers.BatchNormalization(momentum=0.8, epsilon=EPSILON)
    keras_own.build((None, 4))
    keras_own.set_weights(layer.get_weights())
    np.testing.assert_allclose(
        to_numpy(layer(INPUTS, mask=mask, training=True)),
        to_numpy(keras_own(INPUTS, training=True)),
        rtol=1e-4,
        atol=1e-5,
    )


def test_gradient_treats_the_moments_as_functions_of_the_masked_nodes(gradients):
    layer = built()
    upstream = RANDOM.normal(size=(7, 4)).astype("float32")

    def function(x):
        return keras.ops.convert_to_tensor(upstream) * layer(
            x, mask=MASK, training=True
        )

    *_, found = gradients(layer, function, INPUTS)
    gamma, beta = to_numpy(layer.gamma).astype(float), to_numpy(layer.beta)

    def loss(x):
        mean, variance = x[MASK].mean(axis=0), x[MASK].var(axis=0)
        outputs = (x - mean) / np.sqrt(variance + EPSILON) * gamma + beta
        return ((upstream * outputs) ** 2).sum()

    numeric = np.zeros((7, 4))
    for index in np.ndindex(7, 4):
        shift = np.zeros((7, 4))
        shift[index] = 1e-5
        x = INPUTS.astype(float)
        numeric[index] = (loss(x + shift) - loss(x - shift)) / 2e-5
    np.testing.assert_allclose(found, numeric, rtol=1e-3, atol=1e-3)


def test_empty_mask_leaves_finite_outputs():
    layer = built()
    outputs = layer(INPUTS, mask=np.zeros(7, bool), training=True)
    assert np.isfinite(to_numpy(outputs)).all()
    assert np.isfinite(to_numpy(layer.moving_variance)).all()


def test_half_precision_has_the_moments_of_single():
    layer = built(dtype="mixed_float16")
    outputs = layer(300 * INPUTS, mask=MASK, training=True)  # Squares exceed float16.
    assert keras.backend.standardize_dtype(outputs.dtype) == "float16"
    chosen = 300 * INPUTS[MASK]
    np.testing.assert_allclose(
        to_numpy(layer.moving_variance), 0.8 + 0.2 * chosen.var(axis=0), rtol=1e-2
    )


def test_config_round_trip(tmp_path):
    layer = MaskedBatchNormalization(momentum=0.8, synchronized=False)
    model = keras.Sequential([keras.Input((4,)), layer])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras").layers[0]
    assert type(loaded) is MaskedBatchNormalization
    assert loaded.get_config() == layer.get_config()


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="needs replicas of tf.distribute"
)
def test_two_replicas_have_the_moments_of_the_joint_batch():
    import tensorflow as tf

    from kerazoo.training import strategy as strategies

    strategy = strategies.create("mirrored", num_devices=2)
    with strategy.scope():
        layer = built(synchronized=True)
    # Halves of one size, with three and one nodes that count.
    inputs, mask = tf.constant(np.concatenate([INPUTS, [[9.0] * 4]])), [*MASK, False]
    values = strategy.experimental_distribute_values_from_function(
        lambda context: tf.split(inputs, 2)[context.replica_id_in_sync_group]
    )
    masks = strategy.experimental_distribute_values_from_function(
        lambda context: tf.split(mask, 2)[context.replica_id_in_sync_group]
    )

    @tf.function
    def call():
        return strategy.run(
            lambda x, m: layer(x, mask=m, training=True), (values, masks)
        )

    outputs = tf.concat(strategy.experimental_local_results(call()), axis=0)[:7]
    mean, variance = INPUTS[MASK].mean(axis=0), INPUTS[MASK].var(axis=0)
    np.testing.assert_allclose(
        outputs, expected(mean, variance, layer), rtol=1e-4, atol=1e-5
    )
    for variable, moment, start in (
        (layer.moving_mean, mean, 0),
        (layer.moving_variance, variance, 1),
    ):
        for value in strategy.experimental_local_results(variable.value):
            np.testing.assert_allclose(value, 0.8 * start + 0.2 * moment, rtol=1e-5)
