import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.training import strategy as strategies
from kerazoo.training.global_norm_clipping import GlobalNormClipping


def apply(strategy, shares, max_norm, make_optimizer, start=None, steps=1):
    """Applies every replica's share of the gradients; returns the variables.

    Args:
        strategy: `tf.distribute.Strategy`.
        shares: One list of gradients per replica, one gradient per variable.
        max_norm: float.
        make_optimizer: Function that returns a Keras optimizer.
        start: Values of the variables before, zeros by default.
        steps: int. How often.

    Returns:
        One list of values per replica.
    """
    start = start or [np.zeros_like(gradient) for gradient in shares[0]]
    with strategy.scope():
        variables = [keras.Variable(value).value for value in start]
        optimizer = make_optimizer()
        optimizer.build(variables)
        clipping = GlobalNormClipping(optimizer, max_norm)

    def step():
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        gradients = [tf.gather(np.stack(share), replica) for share in zip(*shares)]
        clipping.apply_gradients(zip(gradients, variables))

    run = tf.function(lambda: strategy.run(step))
    for _ in range(steps):
        run()
    return [
        [value.numpy() for value in values]
        for values in zip(*map(strategy.experimental_local_results, variables))
    ]


def array(*values):
    return np.array(values, np.float32)


def sgd():
    return keras.optimizers.SGD(1.0)


def one_replica():
    return tf.distribute.get_strategy()


@pytest.fixture(scope="module")
def two_replicas():
    return strategies.create("mirrored", num_devices=2)


# Shares of the gradients (3, 0) and (4), whose norm is 5: no share has that norm.
UNEVEN = [[array(1, 7), array(-5)], [array(2, -7), array(9)]]


def test_clips_all_gradients_by_their_common_norm():
    ((first, second),) = apply(one_replica(), [[array(3, 0), array(4)]], 2.5, sgd)
    np.testing.assert_allclose(first, [-1.5, 0], rtol=1e-6)
    np.testing.assert_allclose(second, [-2], rtol=1e-6)


@pytest.mark.parametrize("max_norm", [5.0, 6.0, 1e9])
def test_leaves_small_gradients_alone(max_norm):
    ((first, second),) = apply(one_replica(), [[array(3, 0), array(4)]], max_norm, sgd)
    np.testing.assert_allclose(first, [-3, 0], rtol=1e-6)
    np.testing.assert_allclose(second, [-4], rtol=1e-6)


def test_clips_the_sum_of_uneven_shares_of_two_replicas(two_replicas):
    replicas = apply(two_replicas, UNEVEN, 2.5, sgd)
    assert len(replicas) == 2
    for first, second in replicas:
        np.testing.assert_allclose(first, [-1.5, 0], atol=1e-6)
        np.testing.assert_allclose(second, [-2], rtol=1e-6)


def test_leaves_a_small_sum_of_large_shares_alone(two_replicas):
    for first, second in apply(two_replicas, UNEVEN, 6.0, sgd):
        np.testing.assert_allclose(first, [-3, 0], atol=1e-6)
        np.testing.assert_allclose(second, [-4], rtol=1e-6)


@pytest.mark.parametrize("max_norm", [0.5, pytest.param(1e9, marks=pytest.mark.slow)])
def test_adam_takes_the_same_steps_on_one_and_on_two_replicas(two_replicas, max_norm):
    random = np.random.default_rng(0)
    start = [random.normal(size=s).astype(np.float32) for s in ((3, 2), (2,))]
    shares = [
        [scale * random.normal(size=v.shape).astype(np.float32) for v in start]
        for scale in (0.2, 3.0)
    ]
    whole = [[a + b for a, b in zip(*shares)]]

    def adam():  # A large epsilon, so that the size of the gradients matters.
        return keras.optimizers.Adam(0.1, epsilon=1.0)

    (one,) = apply(one_replica(), whole, max_norm, adam, start, steps=3)
    for replica in apply(two_replicas, shares, max_norm, adam, start, steps=3):
        for value, expected, before in zip(replica, one, start):
            assert (np.abs(expected - before) > 1e-4).all()
            np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-6)


def test_works_outside_of_a_strategy_without_a_graph():
    variable = keras.Variable(array(1, 1)).value
    clipping = GlobalNormClipping(sgd(), max_norm=1.0)
    clipping.apply_gradients([(tf.constant([3.0, 4.0]), variable)])
    np.testing.assert_allclose(variable, [1 - 0.6, 1 - 0.8], rtol=1e-6)


def test_variables_without_a_gradient_keep_their_value():
    used, unused = (keras.Variable(array(1, 1)).value for _ in range(2))
    optimizer = sgd()
    optimizer.build([used, unused])
    clipping = GlobalNormClipping(optimizer, max_norm=1.0)
    clipping.apply_gradients([(tf.constant([3.0, 4.0]), used), (None, unused)])
    np.testing.assert_allclose(used, [1 - 0.6, 1 - 0.8], rtol=1e-6)
    np.testing.assert_array_equal(unused, [1, 1])


def test_clips_the_gradient_of_an_embedding():
    embedding = keras.layers.Embedding(3, 2, embeddings_initializer="zeros")
    embedding.build()
    table = embedding.embeddings.value
    with tf.GradientTape() as tape:
        # Row 2 comes twice: its gradient is (3, 0), that of row 0 is (0, 4).
        rows = embedding(tf.constant([2, 0, 2]))
        loss = tf.reduce_sum(rows * [[1.0, 0.0], [0.0, 4.0], [2.0, 0.0]])
    clipping = GlobalNormClipping(sgd(), max_norm=2.5)
    clipping.apply_gradients([(tape.gradient(loss, table), table)])
    np.testing.assert_allclose(table, [[0, -2], [0, 0], [-1.5, 0]], atol=1e-6)


def test_checkpoints_keep_the_optimizer(tmp_path):
    def new():
        variable = keras.Variable(array(0)).value
        optimizer = keras.optimizers.SGD(1.0, momentum=0.5)
        optimizer.build([variable])
        clipping = GlobalNormClipping(optimizer, max_norm=10.0)
        return variable, clipping, tf.train.Checkpoint(optimizer=clipping)

    gradient = tf.constant([2.0])
    variable, clipping, checkpoint = new()
    clipping.apply_gradients([(gradient, variable)])
    path = checkpoint.save(str(tmp_path / "checkpoint"))
    variable, clipping, checkpoint = new()
    checkpoint.restore(path).assert_existing_objects_matched()
    clipping.apply_gradients([(gradient, variable)])
    # A step of 2, then one of 2 + 0.5 * 2 by the restored momentum.
    np.testing.assert_allclose(variable, [-2.0 - 3.0])
