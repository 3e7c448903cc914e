import numpy as np
import pytest
import tensorflow as tf

from kerazoo.serving.halves import in_halves


@pytest.mark.parametrize("rows", [0, 1, 31, 32, 33, 64])
def test_halves_are_the_whole(rows):
    x = np.random.default_rng(0).normal(size=(rows, 3)).astype("float32")

    def statistics(x, y):
        return {"sum": tf.reduce_sum(x, axis=1), "pair": (x + y, tf.shape(x)[:0])}

    found = tf.function(lambda x: in_halves(statistics, x, 2 * x, fewest=32))(x)
    np.testing.assert_allclose(found["sum"], x.sum(axis=1), rtol=1e-6)
    np.testing.assert_array_equal(found["pair"][0], 3 * x)


def test_function_is_traced_once_and_sees_half_the_rows():
    traces, seen = [], []

    def count(x):
        traces.append(x)
        tf.py_function(lambda n: seen.append(int(n)), [tf.shape(x)[0]], [])
        return x

    run = tf.function(
        lambda x: in_halves(count, x, fewest=32),
        input_signature=[tf.TensorSpec((None,))],
    )
    assert run(tf.zeros(40)).shape == 40
    assert sorted(seen) == [20, 20]
    assert run(tf.zeros(5)).shape == 5
    assert sorted(seen) == [5, 20, 20]
    assert len(traces) == 1
