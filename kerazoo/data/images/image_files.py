"""Images in files of their own."""

import os
import pathlib
import typing

import numpy as np


def write_image_files(
    folder: str | os.PathLike,
    images: np.ndarray,
    labels: np.ndarray | None = None,
    class_names: typing.Sequence[str] | None = None,
) -> None:
    """Writes each image to a file in a folder of its class, as `image_folder` reads.

    Args:
        folder: Where to write.
        images: uint8 array `(N, H, W, C)`.
        labels: int array `(N,)`, or None; where one is negative, there are no folders
            of classes.
        class_names: Names of the classes; by default their numbers.

    Example:

    ```python
    images = np.zeros((2, 8, 8, 1), "uint8")
    write_image_files("made", images, labels=np.array([3, 5]))  # made/3/00000.png ...
    ```
    """
    from PIL import Image

    folders = [pathlib.Path(folder)] * len(images)
    if labels is not None and (labels >= 0).all():
        names = [class_names[i] if class_names else str(i) for i in labels]
        folders = [parent / name for parent, name in zip(folders, names)]
    for number, (image, parent) in enumerate(zip(images, folders)):
        parent.mkdir(parents=True, exist_ok=True)
        pixels = image[..., 0] if image.shape[-1] == 1 else image
        Image.fromarray(pixels).save(parent / f"{number:05d}.png")
