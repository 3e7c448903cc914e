"""Maps of tokens as one matrix."""

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


def by_rows(layer: keras.layers.Layer, inputs: Tensor) -> Tensor:
    """Applies a layer of `(N, D)` to all tokens at once.

    TensorFlow then computes product, bias and activation in one operation.

    Args:
        layer: Layer that treats rows alike, such as `keras.layers.Dense`.
        inputs: float `(..., D)`.

    Returns:
        float `(..., U)`.

    Example:

    ```python
    by_rows(keras.layers.Dense(8), ops.ones((2, 10, 32)))  # (2, 10, 8)
    ```
    """
    outputs = layer(ops.reshape(inputs, (-1, inputs.shape[-1])))
    return ops.reshape(outputs, (*ops.shape(inputs)[:-1], outputs.shape[-1]))
