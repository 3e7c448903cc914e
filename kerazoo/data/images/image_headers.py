"""What files of images say at their beginning."""

import concurrent.futures
import dataclasses
import os
import pathlib
import typing

_ORIENTATION = 0x0112  # Of EXIF.


@dataclasses.dataclass(frozen=True)
class ImageHeader:
    """Height and width of an image, upright, and whether it moves."""

    size: tuple[int, int]
    is_animated: bool


def image_headers(
    paths: typing.Sequence[str | os.PathLike],
) -> list[ImageHeader | None]:
    """Returns what the beginnings of files say; None of one that is no image.

    Args:
        paths: Files, in any format that Pillow reads.

    Example:

    ```python
    from PIL import Image

    Image.new("L", (40, 30)).save("black.png")
    image_headers(["black.png"])[0].size  # (30, 40)
    ```
    """
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(image_header, paths))


def image_header(path: str | os.PathLike) -> ImageHeader | None:
    """Returns what the beginning of a file says; None if it is no image."""
    from PIL import Image

    try:
        with Image.open(pathlib.Path(path)) as file:
            width, height = file.size
            if file.getexif().get(_ORIENTATION, 1) > 4:  # It lies on its side.
                width, height = height, width
            return ImageHeader((height, width), getattr(file, "is_animated", False))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
