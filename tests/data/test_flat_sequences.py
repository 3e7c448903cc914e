import numpy as np
import pytest
import tensorflow as tf

from kerazoo.data.flat_sequences import FlatSequences

SEQUENCES = [np.arange(1, n + 1) for n in (3, 0, 5, 1)]


@pytest.mark.parametrize("dtype", ["int32", "float32"])
def test_sequences_are_padded(dtype):
    sequences = FlatSequences([s.astype(dtype) for s in SEQUENCES], dtype)
    examples = tf.constant([2, 0, 4, 1, 3])  # 4 is the empty one after the last.
    found = sequences.padded(examples, 6)
    expected = [[1, 2, 3, 4, 5, 0], [1, 2, 3, 0, 0, 0], [0] * 6, [0] * 6, [1] + [0] * 5]
    assert found.dtype == dtype and found.numpy().tolist() == expected
    assert sequences.lengths(examples).numpy().tolist() == [5, 3, 0, 0, 1]
