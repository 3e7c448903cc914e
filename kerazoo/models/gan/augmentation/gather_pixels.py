"""Pixels at other places of their own images."""

from keras import ops

from kerazoo.layers.tensor import Tensor


def gather_pixels(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Returns the pixels of each image at its rows and columns.

    Its gradients of any order are exact and XLA compiles it, neither of which holds for
    `keras.ops.image.affine_transform` on TensorFlow.

    Args:
        images: float `(B, H, W, C)`.
        rows: int `(B, ...)` in [0, H).
        columns: int `(B, ...)` in [0, W), which broadcasts with `rows`.

    Returns:
        float `(B, ..., C)`.

    Example:

    ```python
    rows, columns = np.zeros((2, 5, 1), int), np.arange(5)[None, None]
    gather_pixels(np.ones((2, 5, 5, 3)), rows, columns)  # (2, 5, 5, 3), of row 0
    ```
    """
    height, width, channels = images.shape[1:]
    indices = rows * width + columns
    first = ops.arange(ops.shape(images)[0], dtype=indices.dtype) * (height * width)
    indices = indices + ops.reshape(first, (-1, *(1,) * (len(indices.shape) - 1)))
    return ops.take(ops.reshape(images, (-1, channels)), indices, axis=0)
