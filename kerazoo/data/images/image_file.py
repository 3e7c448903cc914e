"""One image file."""

import os

import numpy as np


def read_image_file(path: str | os.PathLike, to_grey: bool = False) -> np.ndarray:
    """Reads an image file, upright, without transparency; the first of a moving one.

    Args:
        path: path of the file, in any format that Pillow reads.
        to_grey: bool. Makes colours grey.

    Returns:
        uint8 array `(H, W, C)`: C is 1 for a grey image and 3 for RGB. Of 16 bits the
        upper eight.

    Raises:
        ValueError: If the file cannot be read, or its pixels are no whole numbers of
            at most 16 bits.

    Example:

    ```python
    pixels = read_image_file("flower.jpg")
    ```
    """
    from PIL import Image
    from PIL import ImageOps
    from PIL import UnidentifiedImageError

    try:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file)
            if picture.mode == "F":
                raise ValueError("its pixels are fractions: save it with 8 or 16 bits")
            if picture.mode.startswith("I"):
                picture = Image.fromarray(_upper_bits(np.asarray(picture)))
            is_grey = to_grey or picture.mode in ("1", "L", "La", "LA")
            pixels = np.asarray(picture.convert("L" if is_grey else "RGB"))
    except UnidentifiedImageError as error:
        raise ValueError(
            f"Expected an image that can be read. Received: {path}: it is no image"
        ) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(
            f"Expected an image that can be read. Received: {path}: {reason}"
        ) from error
    return pixels.reshape(*pixels.shape[:2], -1)


def _upper_bits(pixels):
    """Returns pixels of 16 bits with 8."""
    if pixels.min() < 0 or pixels.max() > 65_535:
        raise ValueError("its pixels have 32 bits: save it with 8 or 16")
    return (pixels // 257).astype(np.uint8)
