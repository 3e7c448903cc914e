import numpy as np
import pytest
import tensorflow as tf

from kerazoo.serving.empty_batches import with_a_row


@pytest.mark.parametrize("dtype", ["float32", "uint8", "int32"])
def test_only_no_rows_get_one(dtype):
    for rows in (1, 3):
        batch = np.arange(rows * 4).reshape(rows, 2, 2).astype(dtype)
        np.testing.assert_array_equal(with_a_row(tf.constant(batch)), batch)
    none = with_a_row(tf.zeros((0, 2, 2), dtype))
    np.testing.assert_array_equal(none, np.zeros((1, 2, 2), dtype))
