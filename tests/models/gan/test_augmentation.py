"""What holds for every augmentation."""

import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.gan.augmentation import AUGMENTATIONS

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="needs TensorFlow"
)
every = pytest.mark.parametrize("name", AUGMENTATIONS)


def batch(name, size=6, shape=(8, 8, 3), dtype="float32", seed=0):
    """Returns an augmentation, images and uniform numbers."""
    random = np.random.default_rng(seed)
    augment = AUGMENTATIONS[name]()
    images = random.uniform(-1, 1, (size, *shape)).astype(dtype)
    return augment, images, random.random((size, augment.num_uniforms), "float32")


def numpy(tensor):
    return ops.convert_to_numpy(tensor)


@every
@pytest.mark.parametrize("shape", [(8, 8, 3), (5, 7, 1)])
def test_probability_0_gives_exactly_the_images(name, shape):
    augment, images, uniforms = batch(name, shape=shape)
    uniforms[0] = 0
    np.testing.assert_array_equal(numpy(augment(images, uniforms, 0.0)), images)


@every
def test_all_is_the_default(name):
    augment, images, uniforms = batch(name)
    found, expected = augment(images, uniforms), augment(images, uniforms, 1.0)
    np.testing.assert_array_equal(numpy(found), numpy(expected))
    assert np.abs(numpy(found) - images).mean() > 0.1


@every
def test_probability_may_be_a_tensor(name):
    augment, images, uniforms = batch(name)
    expected = numpy(augment(images, uniforms, 0.5))
    found = augment(images, uniforms, ops.convert_to_tensor(0.5))
    np.testing.assert_array_equal(numpy(found), expected)


@every
def test_an_example_does_not_depend_on_the_split(name):
    augment, images, uniforms = batch(name)
    whole = numpy(augment(images, uniforms, 0.7))
    for part in (slice(0, 2), slice(2, 6)):
        found = numpy(augment(images[part], uniforms[part], 0.7))
        np.testing.assert_allclose(found, whole[part], atol=1e-5)


@every
def test_type_is_that_of_the_images(name):
    augment, images, uniforms = batch(name)
    half = ops.cast(images, "bfloat16")
    outputs = augment(half, uniforms)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    # The uniform numbers are not rounded, so only the images are.
    expected = numpy(augment(ops.cast(half, "float32"), uniforms))
    outputs = numpy(ops.cast(outputs, "float32"))
    np.testing.assert_allclose(outputs, expected, rtol=2**-8, atol=1e-6)


@every
def test_config(name):
    augment, images, uniforms = batch(name)
    config = keras.saving.serialize_keras_object(augment)
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is type(augment)
    assert again.get_config() == augment.get_config()
    found, expected = again(images, uniforms), augment(images, uniforms)
    np.testing.assert_array_equal(numpy(found), numpy(expected))


@every
def test_uniforms_of_another_shape_raise(name):
    augment, images, uniforms = batch(name)
    count = augment.num_uniforms
    with pytest.raises(ValueError, match=rf"\(batch, {count}\). Received.*=\(6, 3\)"):
        augment(images, uniforms[:, :3])


@needs_tensorflow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if name == "affine_color" else ())
        for name in AUGMENTATIONS
    ],
)
def test_compiled_with_any_batch_size(name):
    import tensorflow as tf

    augment, images, uniforms = batch(name)
    expected = numpy(augment(images, uniforms, 0.7))
    signature = [
        tf.TensorSpec((None, 8, 8, 3)),
        tf.TensorSpec((None, augment.num_uniforms)),
    ]
    graph = tf.function(lambda x, u: augment(x, u, 0.7), input_signature=signature)
    compiled = tf.function(lambda x, u: augment(x, u, 0.7), jit_compile=True)
    for function in (graph, compiled):
        np.testing.assert_allclose(function(images, uniforms), expected, atol=1e-5)


def penalty(augment, images, uniforms, weights):
    """A nonlinear score of the augmented images, and the square of its gradient."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = augment(images, uniforms, 0.8)
        score = tf.reduce_sum(weights * outputs**3)
    gradient = tape.gradient(score, images)
    return score, gradient, tf.reduce_sum(gradient**2)


@pytest.mark.slow
@needs_tensorflow
@every
@pytest.mark.parametrize("compiled", [False, True])
def test_gradients_of_both_orders(name, compiled):
    """Against central differences in float64, along a random direction."""
    import tensorflow as tf

    augment, images, uniforms = batch(name, dtype="float64")
    random = np.random.default_rng(3)
    weights, direction = random.normal(size=(2, *images.shape))

    def gradients(images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            _, first, square = penalty(augment, images, uniforms, weights)
        return first, tape.gradient(square, images)

    if compiled:
        gradients = tf.function(gradients, jit_compile=True)
    first, second = gradients(tf.constant(images))
    step = 1e-5
    ahead, behind = (
        penalty(
            augment, tf.constant(images + sign * step * direction), uniforms, weights
        )
        for sign in (1, -1)
    )
    slope = (ahead[0] - behind[0]) / (2 * step)
    assert np.sum(first * direction) == pytest.approx(float(slope), rel=1e-6)
    slope = (ahead[2] - behind[2]) / (2 * step)
    assert np.sum(second * direction) == pytest.approx(float(slope), rel=1e-6)
    assert np.abs(second).max() > 0.1
