import keras
import numpy as np
import pytest

from kerazoo.layers.attention_blocks import key_blocks
from kerazoo.layers.attention_blocks import merge_blocks
from kerazoo.layers.attention_blocks import query_blocks


def numpy(x):
    return keras.ops.convert_to_numpy(x)


def test_hand_worked_blocks():
    x = np.array([[1, 2, 3, 4, 5]], "int32")
    np.testing.assert_array_equal(numpy(query_blocks(x, 2)), [[1, 2], [3, 4], [5, 0]])
    np.testing.assert_array_equal(
        numpy(key_blocks(x, 2, is_causal=True)),
        [[0, 0, 1, 2], [1, 2, 3, 4], [3, 4, 5, 0]],
    )
    np.testing.assert_array_equal(
        numpy(key_blocks(x, 2, is_causal=False)),
        [[0, 0, 1, 2, 3, 4], [1, 2, 3, 4, 5, 0], [3, 4, 5, 0, 0, 0]],
    )


@pytest.mark.parametrize("length", [1, 3, 6, 7])
def test_merging_undoes_cutting(length):
    x = np.random.default_rng(0).normal(size=(2, length, 4, 5)).astype("float32")
    blocks = query_blocks(x, 3)
    assert tuple(blocks.shape) == (2 * -(-length // 3), 3, 4, 5)
    np.testing.assert_array_equal(numpy(merge_blocks(blocks, length)), x)
