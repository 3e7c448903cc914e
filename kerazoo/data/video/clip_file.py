"""Clips of animated files."""

import os

import numpy as np


def read_clip_file(path: str | os.PathLike) -> np.ndarray:
    """Reads the frames of an animated GIF, PNG or WebP.

    Args:
        path: path of the file.

    Returns:
        uint8 array `(T, H, W, 3)`, RGB; T is 1 for a file of one picture.

    Raises:
        OSError: If the file cannot be opened.
        ValueError: If it is none that Pillow reads, or is cut off.

    Example:

    ```python
    from PIL import Image
    from kerazoo.data.video.clip_file import read_clip_file

    frames = [Image.new("RGB", (8, 6), color) for color in ("red", "blue")]
    frames[0].save("clip.gif", save_all=True, append_images=frames[1:])
    read_clip_file("clip.gif").shape  # (2, 6, 8, 3)
    ```
    """
    from PIL import Image
    from PIL import ImageSequence

    with open(path, "rb") as file:
        try:
            with Image.open(file) as image:
                frames = [
                    np.asarray(frame.convert("RGB"))
                    for frame in ImageSequence.Iterator(image)
                ]
        except (OSError, ValueError, SyntaxError) as error:
            raise ValueError(
                f"Expected an animated picture. Received: path={path} ({error})"
            ) from error
    return np.stack(frames)
