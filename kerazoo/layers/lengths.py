"""Rows of different lengths, padded to one."""

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


def length_mask(lengths: Tensor, size: Tensor | int) -> Tensor:
    """Returns which places are within their rows.

    Args:
        lengths: int `(B,)`.
        size: int or int scalar. Length T of the padded rows.

    Returns:
        bool `(B, T)`, the first `lengths[b]` of row b True.

    Example:

    ```python
    length_mask(np.array([1, 3]), 3)  # [[True, False, False], [True, True, True]]
    ```
    """
    return ops.arange(size, dtype="int32") < ops.cast(lengths, "int32")[:, None]


def pair_spec(
    shape: tuple[int | None, ...], dtype: str
) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Returns the specification of padded rows and their lengths.

    Args:
        shape: Shape of the rows, the batch first.
        dtype: Their type.
    """
    return keras.KerasTensor(shape, dtype), keras.KerasTensor(shape[:1], "int32")
