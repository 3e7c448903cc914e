"""Pictures of many images."""

import io

import numpy as np


def grid_picture(
    images: np.ndarray, columns: int, gap: int = 1, scale: int | None = None
) -> bytes:
    """Puts images side by side, row by row.

    Args:
        images: float array `(N, H, W, C)` in [-1, 1], C 1 or 3.
        columns: int. Images in a row.
        gap: int. Pixels between images.
        scale: int or None. Enlarges each pixel to a square of so many; None for as
            many as make small images visible.

    Returns:
        bytes of a PNG.

    Example:

    ```python
    import pathlib

    images = np.random.default_rng(0).uniform(-1, 1, (64, 8, 8, 1))
    pathlib.Path("grid.png").write_bytes(grid_picture(images, columns=8))
    ```
    """
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(grid_pixels(images, columns, gap, scale)).save(buffer, "PNG")
    return buffer.getvalue()


def grid_pixels(
    images: np.ndarray, columns: int, gap: int = 1, scale: int | None = None
) -> np.ndarray:
    """Returns the grid of `grid_picture` as uint8 `(H, W)` or `(H, W, 3)`."""
    images = np.rint((np.clip(images, -1, 1) + 1) * 127.5).astype(np.uint8)
    count, height, width, channels = images.shape
    rows = -(-count // columns)
    grid = np.zeros((rows * columns, height + gap, width + gap, channels), np.uint8)
    grid[:count, :height, :width] = images
    grid = grid.reshape(rows, columns, height + gap, width + gap, channels)
    grid = grid.transpose(0, 2, 1, 3, 4).reshape(
        rows * (height + gap), columns * (width + gap), channels
    )[: rows * (height + gap) - gap, : columns * (width + gap) - gap]
    scale = scale or max(1, 64 // max(height, width))
    grid = grid.repeat(scale, axis=0).repeat(scale, axis=1)
    return grid[..., 0] if channels == 1 else grid
