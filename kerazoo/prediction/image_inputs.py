"""Images to be asked about: files, or all of a folder."""

import os
import pathlib
from collections.abc import Sequence

from kerazoo.data.images.image_paths import image_paths
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row


def read_images(paths: Sequence[str | os.PathLike]) -> Inputs:
    """Finds images; items are their paths, which are read when they are asked about.

    Args:
        paths: Files, and folders, of which all images are taken, also those in folders
            inside.

    Raises:
        FileNotFoundError: If one is missing, or a folder has no images.

    Example:

    ```python
    from PIL import Image

    Image.new("L", (8, 8)).save("black.png")
    read_images(["black.png"]).total  # 1
    ```
    """
    files: list[pathlib.Path] = []
    for path in map(pathlib.Path, paths):
        files += [path] if path.is_file() else image_paths(path, "input")
    rows = [Row(str(file), [str(file)], file) for file in files]
    return Inputs(["file"], rows, len(rows), "images")
