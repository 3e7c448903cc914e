import keras
import numpy as np

from kerazoo.layers.attention_mask import causal_mask
from kerazoo.layers.attention_mask import window_mask


def test_hand_worked_masks():
    queries, keys = np.array([1, 3]), np.arange(5)
    causal = keras.ops.convert_to_numpy(causal_mask(queries, keys))
    np.testing.assert_array_equal(causal, [[1, 1, 0, 0, 0], [1, 1, 1, 1, 0]])
    window = keras.ops.convert_to_numpy(window_mask(queries, keys, window=2))
    np.testing.assert_array_equal(window, [[1, 1, 1, 0, 0], [0, 0, 1, 1, 1]])
    assert causal.dtype == window.dtype == bool


def test_window_of_one_sees_itself():
    mask = window_mask(np.arange(3), np.arange(3), window=1)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(mask), np.eye(3))
