"""One image file, as images of a given shape are."""

import os

import numpy as np

from kerazoo.data.images.image_file import read_image_file
from kerazoo.data.images.resized import resized


def read_fitted_file(
    path: str | os.PathLike, image_shape: tuple[int, int, int], to_grey: bool = False
) -> np.ndarray:
    """Reads an image file, cut and scaled to a shape.

    Args:
        path: File, in any format that Pillow reads.
        image_shape: `(H, W, C)` with C 1 or 3.
        to_grey: Makes colours grey, which are refused otherwise where C is 1.

    Returns:
        uint8 array of that shape.

    Raises:
        ValueError: If the file cannot be read, or has colours that do not fit.

    Example:

    ```python
    pixels = read_fitted_file("flower.jpg", (32, 32, 3))
    ```
    """
    pixels = read_image_file(path, to_grey)
    height, width, channels = image_shape
    if channels == 1 and (pixels != pixels[..., :1]).any():
        raise ValueError(f"Expected a grey image. Received: {path}, with colours")
    # Grey becomes RGB, and RGB that is grey becomes grey.
    pixels = resized(pixels, (height, width))[..., :channels]
    return np.broadcast_to(pixels, image_shape)
