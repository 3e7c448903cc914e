"""Maps of attention as pictures."""

import math
import typing
from collections.abc import Sequence

import numpy as np

from kerazoo.tasks.figures import label_of
from kerazoo.tasks.figures import make_figure
from kerazoo.tasks.figures import png_of

_MOST_LABELS = 40  # Tokens at a side that have their names.
_COLUMNS = 4  # Maps in a row.
_LONGEST_TITLE = 80  # Characters.


def tokens_picture(
    tokens: Sequence[str], relevance: np.ndarray, heads: np.ndarray, title: str = ""
) -> bytes:
    """Draws how much of a text's tokens is in an answer, and the heads of a block.

    Args:
        tokens: T of them.
        relevance: float `(T,)`. Share of each.
        heads: float `(N, T, T)`. What each token, the row, attends to.
        title: Above the picture.

    Returns:
        bytes of a PNG.

    Example:

    ```python
    tokens, heads = ["a", "good", "film"], np.full((2, 3, 3), 1 / 3)
    tokens_picture(tokens, np.array([0.2, 0.6, 0.2]), heads, "good")[1:4]  # b"PNG"
    ```
    """
    rows = math.ceil(len(heads) / _COLUMNS)
    width = float(np.clip(0.4 * len(tokens), 8, 16))
    heights = [2.5, rows * width / _COLUMNS]
    figure = make_figure(width, sum(heights))
    figure.suptitle(label_of(title, _LONGEST_TITLE))
    parts = figure.subfigures(2, 1, squeeze=False, height_ratios=heights)
    above, below = parts.flat
    axes = above.subplots()
    axes.bar(range(len(tokens)), relevance, color="tab:blue")
    axes.set(ylabel="rollout", xlim=(-0.6, len(tokens) - 0.4))
    _label(axes.xaxis, tokens, rotation=45, ha="right")
    panels = _panels(below, len(heads))
    for number, (own, panel) in enumerate(zip(heads, panels), 1):
        _draw_map(panel, own, tokens, tokens, f"last block, head {number}")
    return png_of(figure)


def translation_picture(
    source: Sequence[str], target: Sequence[str], blocks: np.ndarray, title: str = ""
) -> bytes:
    """Draws what the tokens of a translation attend to in its source.

    Args:
        source: S tokens.
        target: T tokens.
        blocks: float `(N, T, S)`. The mean of the heads of each block.
        title: Above the picture.

    Returns:
        bytes of a PNG.

    Example:

    ```python
    blocks = np.full((1, 2, 3), 1 / 3)
    translation_picture(["a", "b", "c"], ["x", "y"], blocks)[1:4]  # b"PNG"
    ```
    """
    count = 1 + len(blocks)
    columns = min(count, _COLUMNS)
    width, height = (float(np.clip(0.3 * len(x), 2.5, 7)) for x in (source, target))
    rows = math.ceil(count / _COLUMNS)
    figure = make_figure(columns * (width + 0.8), rows * (height + 1.2))
    figure.suptitle(label_of(title, _LONGEST_TITLE))
    panels = _panels(figure, count)
    _draw_map(panels[0], blocks.mean(axis=0), target, source, "mean of all")
    for number, (own, panel) in enumerate(zip(blocks, panels[1:]), 1):
        _draw_map(panel, own, target, source, f"block {number}")
    return png_of(figure)


def image_picture(
    image: np.ndarray, relevance: np.ndarray, heads: np.ndarray, title: str = ""
) -> bytes:
    """Draws how much of an image's patches is in an answer, and the heads of a block.

    Args:
        image: uint8 `(H, W, C)`, C 1 or 3.
        relevance: float `(h, w)`. Share of each patch.
        heads: float `(N, h, w)`. What all patches attend to, on average.
        title: Above the picture.

    Returns:
        bytes of a PNG.

    Example:

    ```python
    image = np.zeros((8, 8, 1), "uint8")
    image_picture(image, np.eye(4) / 4, np.full((2, 4, 4), 1 / 16))[1:4]  # b"PNG"
    ```
    """
    count = 2 + len(heads)
    rows = math.ceil(count / _COLUMNS)
    figure = make_figure(2.5 * _COLUMNS, 2.7 * rows + 0.5)
    figure.suptitle(label_of(title, _LONGEST_TITLE))
    names = ["rollout", *(f"last block, head {i + 1}" for i in range(len(heads)))]
    panels = _panels(figure, count)
    _draw_image(panels[0], image, 1.0)
    panels[0].set_title("image", fontsize=9)
    for panel, own, name in zip(panels[1:], [relevance, *heads], names):
        _draw_image(panel, image, 1.0)
        frame = (-0.5, image.shape[1] - 0.5, image.shape[0] - 0.5, -0.5)
        panel.imshow(own, cmap="inferno", alpha=0.65, extent=frame, vmin=0)
        panel.set_title(name, fontsize=9)
    return png_of(figure)


def _panels(figure: typing.Any, count: int) -> list[typing.Any]:
    """Returns so many axes in rows."""
    columns = min(count, _COLUMNS)
    panels = figure.subplots(math.ceil(count / columns), columns, squeeze=False).flat
    for panel in panels[count:]:
        panel.set_axis_off()
    return list(panels[:count])


def _draw_map(axes, weights, rows, columns, name):
    axes.imshow(weights, cmap="Blues", vmin=0, aspect="auto", interpolation="nearest")
    axes.set_title(name, fontsize=9)
    _label(axes.yaxis, rows)
    _label(axes.xaxis, columns, rotation=90)


def _draw_image(axes, image, alpha):
    options = {"cmap": "gray", "vmin": 0, "vmax": 255} if image.shape[-1] == 1 else {}
    axes.imshow(image.squeeze(-1) if options else image, alpha=alpha, **options)
    axes.set_axis_off()


def _label(axis, tokens, **options):
    """Names the places of an axis, where there is room for it."""
    if len(tokens) > _MOST_LABELS:
        return
    size = 8 if len(tokens) <= _MOST_LABELS // 2 else 6
    names = [label_of(token) for token in tokens]
    axis.set_ticks(range(len(tokens)), names, fontsize=size, **options)
