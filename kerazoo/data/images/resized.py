"""Images brought to one size."""

import numpy as np


def resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Cuts a byte image's middle to the shape wanted, and scales it.

    Args:
        image: uint8 array `(H, W, 1)` or `(H, W, 3)`.
        size: pair of int. Height and width.

    Returns:
        uint8 array `(*size, C)`; the image itself where it has that size.

    Example:

    ```python
    resized(np.zeros((40, 60, 3), np.uint8), (32, 32))
    ```
    """
    from PIL import Image

    if image.shape[:2] == tuple(size):
        return image
    height, width = size
    scale = min(image.shape[0] / height, image.shape[1] / width)
    rows, columns = (max(round(side * scale), 1) for side in size)
    top, left = (image.shape[0] - rows) // 2, (image.shape[1] - columns) // 2
    middle = image[top : top + rows, left : left + columns]
    picture = Image.fromarray(middle[..., 0] if image.shape[-1] == 1 else middle)
    scaled = picture.resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(scaled).reshape(height, width, image.shape[-1])


def height_and_width(
    image_size: int | tuple[int, int] | None,
) -> tuple[int, int] | None:
    """Returns an `image_size`, a number or a pair, as a pair, or None for None.

    Raises:
        ValueError: If a side is not positive.
    """
    if image_size is None:
        return None
    sides = np.atleast_1d(image_size).astype(int).tolist()
    if np.ndim(image_size) == 0:
        sides = 2 * sides
    if len(sides) != 2 or min(sides) < 1:
        raise ValueError(
            "`image_size` must be a positive number or a pair of them, height and "
            f"width. Received: image_size={image_size}"
        )
    return sides[0], sides[1]
