import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.layers.attention_cache import path_mask
from kerazoo.layers.attention_cache import spread
from kerazoo.layers.attention_cache import written

GENERATOR = np.random.default_rng(0)
CACHE = GENERATOR.normal(size=(3, 2, 6, 4)).astype("float32")


@pytest.mark.parametrize("place", [0, 2, 4])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_places_are_written_and_the_old_cache_stays(place, dtype):
    new = GENERATOR.normal(size=(3, 2, 2, 4)).astype("float32")
    cache = ops.cast(CACHE, dtype)
    before = ops.convert_to_numpy(ops.cast(cache, "float32")).copy()
    found = ops.convert_to_numpy(
        ops.cast(written(cache, new, ops.convert_to_tensor(place)), "float32")
    )
    expected = before.copy()
    of_heads = ops.convert_to_numpy(ops.cast(ops.cast(new, dtype), "float32"))
    expected[:, :, place : place + 2] = of_heads.transpose(0, 2, 1, 3)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(
        ops.convert_to_numpy(ops.cast(cache, "float32")), before
    )


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="is about TensorFlow's graphs"
)
def test_loop_writes_one_place_after_the_other(compiled):
    import tensorflow as tf

    new = GENERATOR.normal(size=(6, 3, 1, 2, 4)).astype("float32")

    @tf.function(jit_compile=compiled)
    def fill():
        return tf.while_loop(
            lambda i, *_: i < 6,
            lambda i, first, second: (
                i + 1,
                written(first, tf.gather(new, i), i),
                written(second, 2 * tf.gather(new, i), i),
            ),
            (0, *(tf.zeros((3, 2, 6, 4)) for _ in range(2))),
        )[1:]

    first, second = fill()
    np.testing.assert_array_equal(first, new[:, :, 0].transpose(1, 2, 0, 3))
    np.testing.assert_array_equal(second, 2 * first.numpy())


def test_spread_leaves_a_place_for_each_beam():
    found = ops.convert_to_numpy(spread(CACHE, 3))
    np.testing.assert_array_equal(found[:, :, ::3], CACHE)
    assert not found[:, :, 1::3].any() and not found[:, :, 2::3].any()


def test_path_of_each_beam():
    paths = GENERATOR.integers(0, 3, (2, 3, 5)).astype("int32")
    mask = ops.convert_to_numpy(path_mask(paths)).reshape(2, 3, 5, 3)
    assert (mask.sum(axis=-1) == 1).all()
    np.testing.assert_array_equal(mask.argmax(axis=-1), paths)
