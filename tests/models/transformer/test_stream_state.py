import keras
import numpy as np
from keras import ops

from kerazoo.models.transformer.stream_state import packed
from kerazoo.models.transformer.stream_state import unpacked


def test_structures_come_back():
    random = np.random.default_rng(0)
    state = (
        random.integers(0, 1_000, 3).astype("int32"),
        [random.normal(size=(3, 2, 4)).astype("float32"), np.zeros((3, 0, 2), "f")],
        {"half": ops.cast(random.normal(size=(3, 5)), "bfloat16")},
    )
    numbers = packed(state)
    assert ops.convert_to_numpy(numbers).shape == (3, 1 + 8 + 0 + 5)
    like = keras.tree.map_structure(
        lambda x: ops.zeros((1, *x.shape[1:]), x.dtype), state
    )
    found = unpacked(numbers, like)
    keras.tree.assert_same_structure(found, state)
    for ours, theirs in zip(keras.tree.flatten(found), keras.tree.flatten(state)):
        assert ours.shape == theirs.shape
        ours, theirs = (
            ops.convert_to_numpy(ops.cast(x, "float32")) for x in (ours, theirs)
        )
        np.testing.assert_array_equal(ours, theirs)
    one = unpacked(numbers[1:2], like)[1][0]  # Each row is on its own.
    np.testing.assert_array_equal(ops.convert_to_numpy(one)[0], state[1][0][1])
