"""One image file."""

import os

import numpy as np


def read_image_file(path: str | os.PathLike, to_grey: bool = False) -> np.ndarray:
    """Reads an image file, upright, without transparency.

    Args:
        path: path of the file, in any format that Pillow reads.
        to_grey: bool. Makes colours grey.

    Returns:
        uint8 array `(H, W, C)`: C is 1 for a grey image and 3 for RGB. Of 16 bits the
        upper eight.

    Raises:
        ValueError: If the file cannot be read.

    Example:

    ```python
    pixels = read_image_file("flower.jpg")
    ```
    """
    from PIL import Image
    from PIL import ImageOps

    try:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file)
            if picture.mode.startswith("I"):  # 16 bits.
                picture = Image.fromarray((np.asarray(picture) // 257).astype(np.uint8))
            is_grey = to_grey or picture.mode in ("1", "L", "La", "LA")
            pixels = np.asarray(picture.convert("L" if is_grey else "RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(
            f"Expected an image that can be read. Received: {path}: {reason}"
        ) from error
    return pixels.reshape(*pixels.shape[:2], -1)
