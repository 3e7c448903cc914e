"""Pictures as HTML."""

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

_SMALL = 64  # Pixels; up to here they stay squares where a picture is enlarged.


def png_of(pixels: np.ndarray) -> bytes:
    """Returns a picture as a PNG file.

    Args:
        pixels: uint8 `(H, W)`, `(H, W, 1)` or `(H, W, 3)`.
    """
    buffer = io.BytesIO()
    shape = pixels.shape[:2] if pixels.shape[-1] == 1 else pixels.shape
    image = Image.fromarray(pixels.reshape(shape))
    image.save(buffer, "png", compress_level=1)
    return buffer.getvalue()


def strip(
    pngs: Sequence[bytes], captions: Sequence[str] = (), size: str = "7rem"
) -> str:
    """Returns pictures side by side, as many in a row as there is room for.

    Args:
        pngs: PNG files; the pixels of small ones stay sharp where they are enlarged.
        captions: Text under each; none for no text.
        size: Width of a picture, in units of CSS.

    Example:

    ```python
    strip([png_of(np.zeros((8, 8), "uint8"))], ["black"])
    ```
    """
    figures = []
    for i, png in enumerate(pngs):
        caption = html.escape(captions[i]) if captions else ""
        alt = caption or f"picture {i + 1}"
        small = ' class="small"' if _width(png) <= _SMALL else ""
        source = f"data:image/png;base64,{base64.b64encode(png).decode()}"
        picture = f'<img{small} src="{source}" alt="{alt}">'
        below = f"<figcaption>{caption}</figcaption>" if caption else ""
        figures.append(f"<figure>{picture}{below}</figure>")
    return f'<div class="strip" style="--size: {size}">{"".join(figures)}</div>'


def _width(png):
    return int.from_bytes(png[16:20], "big")  # Of the header, the first chunk.
