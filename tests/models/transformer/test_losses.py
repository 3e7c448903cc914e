import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.transformer.losses import projected_cross_entropy
from kerazoo.models.transformer.losses import smoothed_cross_entropy
from kerazoo.training import strategy as strategies

RANDOM = np.random.default_rng(0)
HIDDEN = RANDOM.normal(size=(6, 4)).astype("float32")
EMBEDDINGS = RANDOM.normal(size=(9, 4)).astype("float32")
TARGETS = np.array([0, 3, 8, 3, 1, 7])
UPSTREAM = np.array([0.5, 0.0, 2.0, 1.0, -1.0, 0.25], "float32")

smoothings = pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.9])


def plain(hidden, embeddings, targets, smoothing):
    """The formula on the one-hot matrix."""
    logits = tf.cast(tf.matmul(hidden, embeddings, transpose_b=True), tf.float32)
    size = logits.shape[-1]
    wanted = (1 - smoothing) * tf.one_hot(targets, size) + smoothing / size
    return -tf.reduce_sum(wanted * tf.nn.log_softmax(logits), axis=-1)


def losses_and_gradients(function, hidden, embeddings, smoothing, upstream=UPSTREAM):
    """Returns losses, and gradients of their sum with weights."""
    hidden, embeddings = map(tf.convert_to_tensor, (hidden, embeddings))
    with tf.GradientTape() as tape:
        tape.watch([hidden, embeddings])
        losses = function(hidden, embeddings, TARGETS, smoothing)
        total = tf.reduce_sum(losses * upstream)
    return losses, *tape.gradient(total, [hidden, embeddings])


def assert_all_close(found, expected, **tolerance):
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == other.dtype
        one, other = (tf.cast(x, tf.float32).numpy() for x in (one, other))
        np.testing.assert_allclose(one, other, **tolerance)


def test_smoothed_cross_entropy_by_hand():
    # Probabilities 1/6, 2/6, 3/6: -0.7 log(1/6) - 0.1 log(1/36) with epsilon 0.3.
    logits = np.log([[[1.0, 2.0, 3.0]]]) + 5
    losses = smoothed_cross_entropy(logits, np.array([[0]]), smoothing=0.3)
    expected = -0.7 * np.log(1 / 6) - 0.1 * np.log(1 / 36)
    assert losses.shape == (1, 1)
    np.testing.assert_allclose(losses, [[expected]], rtol=1e-6)
    losses = smoothed_cross_entropy(logits, np.array([[1]]))
    np.testing.assert_allclose(losses, [[np.log(3)]], rtol=1e-6)


@smoothings
def test_smoothed_cross_entropy_equals_that_of_one_hot_labels(smoothing):
    logits = 3 * RANDOM.normal(size=(6, 9)).astype("float32")
    expected = keras.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=smoothing, reduction=None
    )(np.eye(9)[TARGETS], logits)
    losses = smoothed_cross_entropy(logits, TARGETS, smoothing)
    np.testing.assert_allclose(losses, expected, rtol=1e-5)


def test_smoothed_cross_entropy_computes_in_float32():
    logits = tf.constant([[3.0, 1.0, -2.0]], "bfloat16")
    losses = smoothed_cross_entropy(logits, np.array([1]), 0.1)
    assert losses.dtype == tf.float32
    expected = smoothed_cross_entropy(np.array([[3.0, 1.0, -2.0]]), np.array([1]), 0.1)
    np.testing.assert_array_equal(losses, expected)


@smoothings
@pytest.mark.parametrize("is_traced", [False, True])
def test_losses_and_gradients_of_projected_are_those_of_the_formula(
    smoothing, is_traced
):
    found = losses_and_gradients
    if is_traced:
        found = tf.function(found)
    ours = found(projected_cross_entropy, HIDDEN, EMBEDDINGS, smoothing)
    theirs = losses_and_gradients(plain, HIDDEN, EMBEDDINGS, smoothing)
    assert_all_close(ours, theirs, rtol=1e-5, atol=1e-6)
    assert not ours[1][1].numpy().any()  # Upstream is 0.


@pytest.mark.parametrize("is_traced", [False, True])
def test_gradients_of_a_variable_that_is_read_as_well(is_traced):
    tokens, matrix = np.array([2, 2, 5, 0, 8, 1]), keras.Variable(EMBEDDINGS)

    def gradients(function):
        with tf.GradientTape() as tape:
            hidden = tf.gather(tf.identity(matrix), tokens) * 2
            losses = function(hidden, matrix, TARGETS, 0.1)
        return tape.gradient(losses, [matrix.value])

    theirs = gradients(plain)
    ours = tf.function(gradients) if is_traced else gradients
    assert_all_close(ours(projected_cross_entropy), theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_is_near(dtype):
    hidden = tf.cast(HIDDEN, dtype)
    exact = tf.cast(hidden, tf.float32)
    ours = losses_and_gradients(projected_cross_entropy, hidden, EMBEDDINGS, 0.1)
    assert [x.dtype.name for x in ours] == ["float32", dtype, "float32"]
    theirs = losses_and_gradients(plain, exact, EMBEDDINGS, 0.1)
    for one, other in zip(ours, theirs):
        one, other = tf.cast(one, tf.float32).numpy(), other.numpy()
        tolerance = 0.03 if dtype == "bfloat16" else 2e-3
        np.testing.assert_allclose(one, other, atol=tolerance * np.abs(other).max())


def test_small_gradients_of_float16_are_not_lost():
    hidden = tf.cast(HIDDEN, "float16")
    upstream = np.full(6, 1e-8, "float32")  # 0 in half precision.
    _, _, found = losses_and_gradients(
        projected_cross_entropy, hidden, EMBEDDINGS, 0.1, upstream
    )
    exact = tf.cast(hidden, tf.float32)
    _, _, expected = losses_and_gradients(plain, exact, EMBEDDINGS, 0.1, upstream)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-12)


def test_extreme_logits_give_numbers():
    hidden, embeddings = 100 * HIDDEN, 100 * EMBEDDINGS
    ours = losses_and_gradients(projected_cross_entropy, hidden, embeddings, 0.1)
    theirs = losses_and_gradients(plain, hidden, embeddings, 0.1)
    assert all(np.isfinite(x).all() for x in ours)
    assert_all_close(ours, theirs, rtol=1e-5, atol=1e-3)


def test_any_number_of_tokens_in_one_trace():
    traced = tf.function(
        lambda hidden, targets: projected_cross_entropy(
            hidden, tf.constant(EMBEDDINGS), targets, 0.1
        ),
        input_signature=[tf.TensorSpec((None, 4)), tf.TensorSpec((None,), "int64")],
    )
    for count in (0, 1, 6):
        expected = plain(HIDDEN[:count], EMBEDDINGS, TARGETS[:count], 0.1)
        losses = traced(HIDDEN[:count], TARGETS[:count])
        np.testing.assert_allclose(losses, expected, rtol=1e-5)


def test_replicas_compute_the_same():
    strategy = strategies.create("mirrored", num_devices=2)
    step = tf.function(
        lambda: losses_and_gradients(projected_cross_entropy, HIDDEN, EMBEDDINGS, 0.1)
    )
    for result in zip(*map(strategy.experimental_local_results, strategy.run(step))):
        theirs = losses_and_gradients(plain, HIDDEN, EMBEDDINGS, 0.1)
        assert_all_close(result, theirs, rtol=1e-5, atol=1e-6)
