import numpy as np
from keras import ops

from kerazoo.layers.pooling import masked_max
from kerazoo.layers.pooling import masked_mean


def numpy(x):
    return ops.convert_to_numpy(ops.cast(x, "float32"))


def test_largest_of_the_tokens_that_count():
    x = -np.arange(12, dtype="float32").reshape(2, 3, 2)
    mask = np.array([[0, 1, 1], [0, 0, 0]], bool)
    np.testing.assert_array_equal(numpy(masked_max(x, mask)), [[-2, -3], [0, 0]])


def test_mean_of_the_tokens_that_count():
    x = np.arange(12, dtype="float32").reshape(2, 3, 2)
    mask = np.array([[1, 0, 1], [0, 0, 0]], bool)
    np.testing.assert_array_equal(numpy(masked_mean(x, mask)), [[2, 3], [0, 0]])
    many = masked_mean(np.ones((1, 3_001, 1), "float16"), np.ones((1, 3_001), bool))
    assert numpy(many) == 1
