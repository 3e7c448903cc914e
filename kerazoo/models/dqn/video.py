"""Pictures in a row as a video."""

import os
import pathlib
import typing

import imageio.v3 as imageio
import numpy as np


def write_video(
    path: str | os.PathLike,
    pictures: typing.Sequence[np.ndarray],
    pictures_per_second: float = 30,
) -> None:
    """Writes pictures as an endless .gif, or as .mp4.

    Args:
        path: Ends in `.gif` or `.mp4`; its folder is made if missing.
        pictures: uint8 `(H, W, 3)` each.
        pictures_per_second: Speed.

    Raises:
        ValueError: If the ending is another one.

    Example:

    ```python
    write_video("pole.gif", [np.zeros((64, 64, 3), np.uint8)] * 30)
    ```
    """
    path = pathlib.Path(path)
    if path.suffix not in (".gif", ".mp4"):
        raise ValueError(f"`path` must end in .gif or .mp4. Received: path={path}")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gif":
        path.write_bytes(gif_of(pictures, pictures_per_second))
    else:
        imageio.imwrite(path, pictures, fps=pictures_per_second, macro_block_size=2)


def gif_of(
    pictures: typing.Sequence[np.ndarray], pictures_per_second: float = 30
) -> bytes:
    """Returns pictures as an endless GIF.

    Args:
        pictures: uint8 `(H, W, 3)` each.
        pictures_per_second: Speed.

    Example:

    ```python
    gif_of([np.zeros((64, 64, 3), np.uint8)] * 30)[:6]  # b"GIF89a"
    ```
    """
    # Browsers slow down what is faster than 20 milliseconds a picture.
    milliseconds = max(1000 // pictures_per_second, 20)
    return imageio.imwrite(
        "<bytes>", pictures, extension=".gif", duration=milliseconds, loop=0
    )
