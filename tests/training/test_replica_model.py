import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.training import strategy as strategies
from kerazoo.training.replica_model import ReplicaModel
from kerazoo.training.replica_model import share_of_mean

RANDOM = np.random.default_rng(0)
INPUTS = RANDOM.normal(size=(8, 3)).astype("float32")
TARGETS = RANDOM.normal(size=(8, 1)).astype("float32")
WEIGHTS = np.array([1, 0, 2, 0.5, 3, 1, 0, 1.5], "float32")
KERNEL = RANDOM.normal(size=(3, 1)).astype("float32")
BIAS = np.array([0.3], "float32")
RATE = 0.1


def strategy_of(replicas):
    if replicas == 1:
        return strategies.create("one_device")
    return strategies.create("mirrored", num_devices=replicas)


class Linear(ReplicaModel):
    def __init__(self, regularizer=None):
        super().__init__()
        self.dense = keras.layers.Dense(1, kernel_regularizer=regularizer)
        self.dense.build((None, 3))
        self.set_weights([KERNEL, BIAS])

    def call(self, inputs):
        return self.dense(inputs)


def linear(regularizer=None, max_norm=None):
    model = Linear(regularizer)
    model.max_gradient_norm = max_norm
    model.compile(keras.optimizers.SGD(RATE), keras.losses.mean_squared_error)
    return model


def expected(weights, l2=0.0, max_norm=None, steps=1):
    """Kernel, bias and loss after steps of gradient descent on the weighted mean."""
    kernel, bias = KERNEL.astype(float), BIAS.astype(float)
    for _ in range(steps):
        errors = INPUTS @ kernel + bias - TARGETS
        loss = (weights * errors[:, 0] ** 2).sum() / weights.sum()
        slope = 2 * weights[:, None] * errors / weights.sum()
        gradients = [INPUTS.T @ slope + 2 * l2 * kernel, slope.sum(axis=0)]
        norm = np.sqrt(sum((g**2).sum() for g in gradients))
        scale = min(1, max_norm / norm) if max_norm else 1
        kernel = kernel - RATE * scale * gradients[0]
        bias = bias - RATE * scale * gradients[1]
    return kernel, bias, loss


def step(split, weights, **kwargs):
    """Takes one step on as many replicas as there are parts; returns weights, losses.

    Args:
        split: Where each replica's examples end.
        weights: float `(8,)` or None.
        **kwargs: Of `linear`.
    """
    replicas = len(split)
    strategy = strategy_of(replicas)
    with strategy.scope():
        model = linear(**kwargs)
        model.optimizer.build(model.trainable_variables)
    bounds = list(zip([0, *split], split))

    def part(context):
        rows = slice(*bounds[context.replica_id_in_sync_group])
        arrays = [INPUTS, TARGETS] if weights is None else [INPUTS, TARGETS, weights]
        return tuple(tf.constant(array[rows]) for array in arrays)

    data = strategy.experimental_distribute_values_from_function(part)
    metrics = tf.function(lambda: strategy.run(model.train_step, args=(data,)))()
    losses = strategy.experimental_local_results(metrics["loss"])
    return model.get_weights(), [loss.numpy() for loss in losses]


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("split", [(8,), (4, 8), (5, 8), (1, 8)])
def test_step_is_that_of_the_weighted_mean_however_it_is_split(split, weights):
    (kernel, bias), losses = step(split, weights)
    ours = expected(np.ones(8) if weights is None else weights)
    np.testing.assert_allclose(kernel, ours[0], rtol=1e-5)
    np.testing.assert_allclose(bias, ours[1], rtol=1e-5)
    np.testing.assert_allclose(losses, [ours[2]] * len(split), rtol=1e-5)


def test_replica_without_weight_adds_nothing():
    weights = np.array([1, 2, 3, 4, 0, 0, 0, 0], "float32")
    (kernel, bias), _ = step((4, 8), weights)
    np.testing.assert_allclose(kernel, expected(weights)[0], rtol=1e-5)
    np.testing.assert_allclose(bias, expected(weights)[1], rtol=1e-5)


def test_batch_without_weight_changes_nothing():
    (kernel, bias), losses = step((4, 8), np.zeros(8, "float32"))
    np.testing.assert_array_equal(kernel, KERNEL)
    np.testing.assert_array_equal(bias, BIAS)
    assert losses == [0, 0]


@pytest.mark.parametrize("split", [(8,), (5, 8)])
@pytest.mark.parametrize("max_norm", [0.5, 1e3])
def test_norm_of_the_sum_over_replicas_is_clipped(split, max_norm):
    (kernel, bias), _ = step(split, WEIGHTS, max_norm=max_norm)
    ours = expected(WEIGHTS, max_norm=max_norm)
    np.testing.assert_allclose(kernel, ours[0], rtol=1e-5)
    np.testing.assert_allclose(bias, ours[1], rtol=1e-5)
    moved = np.sqrt(((kernel - KERNEL) ** 2).sum() + ((bias - BIAS) ** 2).sum())
    assert (moved == pytest.approx(RATE * max_norm)) == (max_norm == 0.5)


@pytest.mark.parametrize("split", [(8,), (5, 8)])
def test_regularisation_counts_once_and_not_in_the_loss(split):
    regularizer = keras.regularizers.L2(0.7)
    (kernel, _), losses = step(split, WEIGHTS, regularizer=regularizer)
    ours = expected(WEIGHTS, l2=0.7)
    np.testing.assert_allclose(kernel, ours[0], rtol=1e-5)
    np.testing.assert_allclose(losses, [ours[2]] * len(split), rtol=1e-5)


@pytest.mark.parametrize("max_norm", [None, 0.5])
def test_loss_scaling_of_half_precision_cancels_out(max_norm):
    model = linear(max_norm=max_norm)
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(RATE))
    model.compile(optimizer, keras.losses.mean_squared_error)
    model.train_step((INPUTS, TARGETS, WEIGHTS))
    ours = expected(WEIGHTS, max_norm=max_norm)
    np.testing.assert_allclose(model.get_weights()[0], ours[0], rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("replicas", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_plain_fit_and_evaluate(replicas):
    with strategy_of(replicas).scope():
        model = linear()
    history = model.fit(
        INPUTS,
        TARGETS,
        sample_weight=WEIGHTS,
        batch_size=8,
        epochs=4,
        shuffle=False,
        validation_data=(INPUTS, TARGETS, WEIGHTS),
        validation_batch_size=8,
        verbose=0,
    ).history
    kernel, bias, loss = expected(WEIGHTS, steps=4)
    np.testing.assert_allclose(model.get_weights()[0], kernel, rtol=1e-5)
    np.testing.assert_allclose(model.get_weights()[1], bias, rtol=1e-5)
    assert history["loss"][-1] == pytest.approx(loss, rel=1e-5)
    assert history["val_loss"][-2] == pytest.approx(loss, rel=1e-5)
    # Two batches of as many examples: the mean over all.
    errors = INPUTS @ kernel + bias - TARGETS
    found = model.evaluate(INPUTS, TARGETS, batch_size=4, verbose=0, return_dict=True)
    assert found["loss"] == pytest.approx((errors**2).mean(), rel=1e-5)


def test_functional_models_are_refused():
    """Keras would make all other subclasses functional with them."""
    inputs = keras.Input((3,))
    for kind in (ReplicaModel, Linear):
        with pytest.raises(TypeError, match=f"`{kind.__name__}` must .*`call`"):
            kind(inputs, keras.layers.Dense(1)(inputs))
    assert linear()(INPUTS).shape == (8, 1)


def test_share_of_mean():
    assert float(share_of_mean(tf.constant([1.0, 2.0, 6.0]))) == 3
    values = tf.constant([[1.0, 5.0], [3.0, 100.0]], tf.bfloat16)
    share = share_of_mean(values, tf.constant([[1.0, 1.0], [2.0, 0.0]]))
    assert float(share) == 3
    # Neither the sum nor the number of these is a number of half precision.
    assert float(share_of_mean(tf.ones(3001, tf.float16))) == 1
