"""The image files of a folder."""

import collections
import os
import pathlib

SUFFIXES = (
    *(".bmp", ".gif", ".jpeg", ".jpg", ".pgm"),
    *(".png", ".ppm", ".tif", ".tiff", ".webp"),
)


def image_paths(folder: str | os.PathLike, name: str = "images") -> list[pathlib.Path]:
    """Returns the paths of all images in a folder and its folders, sorted.

    Hidden files and folders are left out.

    Args:
        folder: path of the folder.
        name: What it is called in errors.

    Raises:
        FileNotFoundError: If there is no such folder, or no image in it.

    Example:

    ```python
    from PIL import Image

    Image.new("L", (8, 8)).save("black.png")
    image_paths(".")  # [PosixPath("black.png")]
    ```
    """
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing"
        raise FileNotFoundError(
            f"`{name}` must be a folder of images, and there is {found}. "
            f"Received: {name}={folder}"
        )
    paths = [path for path in sorted(folder.rglob("*")) if not _is_hidden(path, folder)]
    images = [path for path in paths if path.name.lower().endswith(SUFFIXES)]
    if not images:
        raise FileNotFoundError(
            f"`{name}` must be a folder of images ({', '.join(SUFFIXES)}), and there "
            f"{_others(paths)}. Received: {name}={folder}"
        )
    return images


def _is_hidden(path, folder):
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _others(paths):
    """Returns what a folder has instead of images."""
    counts = collections.Counter(path.suffix.lower() for path in paths if path.suffix)
    if not counts:
        return "is none"
    suffix, count = counts.most_common(1)[0]
    return f"is none, but {count} {suffix}: save them as .png or .jpg"
