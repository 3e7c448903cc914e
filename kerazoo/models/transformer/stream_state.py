"""What a network remembers of a stream, as one tensor."""

import math
import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


def packed(state: typing.Any) -> Tensor:
    """Lays the tensors of a structure side by side.

    Args:
        state: Structure of tensors `(B, ...)`, whose numbers float32 can hold.

    Returns:
        float32 `(B, N)`.

    Example:

    ```python
    packed((np.array([3]), [np.array([[[1.0], [2.0]]])]))  # [[3, 1, 2]]
    ```
    """
    # Not -1 for the rows: a part may have no numbers.
    parts = [
        ops.reshape(ops.cast(x, "float32"), (ops.shape(x)[0], _size(x)))
        for x in keras.tree.flatten(state)
    ]
    return ops.concatenate(parts, axis=1)


def unpacked(numbers: Tensor, like: typing.Any) -> typing.Any:
    """Returns the structure of tensors that `packed` laid side by side.

    Args:
        numbers: float `(B, N)`.
        like: A structure of tensors of the same shapes, but for B, and types.

    Example:

    ```python
    like = np.array([0]), [np.zeros((1, 2, 1), "float32")]
    unpacked(np.array([[3, 1, 2]]), like)  # ([3], [[[[1.0], [2.0]]]])
    ```
    """
    leaves, start, rows = [], 0, ops.shape(numbers)[0]
    for x in keras.tree.flatten(like):
        end = start + _size(x)
        leaf = ops.reshape(numbers[:, start:end], (rows, *x.shape[1:]))
        leaves.append(ops.cast(leaf, keras.backend.standardize_dtype(x.dtype)))
        start = end
    return keras.tree.pack_sequence_as(like, leaves)


def _size(x):
    return math.prod(x.shape[1:])
