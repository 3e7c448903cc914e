import numpy as np
from keras import ops

from kerazoo.layers import length_mask


def test_mask_of_lengths():
    mask = ops.convert_to_numpy(length_mask(np.array([0, 2, 3]), 3))
    np.testing.assert_array_equal(mask, [[0, 0, 0], [1, 1, 0], [1, 1, 1]])
