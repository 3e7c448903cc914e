"""Figures without a display, as PNG."""

import io
import typing
import warnings

if typing.TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 100


def make_figure(width: float, height: float) -> "Figure":
    """Returns a figure of so many inches, without a display or global state."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=_DPI, layout="constrained")


def png_of(figure: "Figure") -> bytes:
    """Returns a figure as a PNG; characters that no font has become boxes.

    Args:
        figure: Such as `make_figure` returns.

    Example:

    ```python
    figure = make_figure(4, 3)
    figure.subplots().plot([1, 2])
    png_of(figure)[1:4]  # b"PNG"
    ```
    """
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")
        figure.savefig(buffer, format="png")
    return buffer.getvalue()


def label_of(text: object, most: int = 20) -> str:
    """Returns a text as a label: not too long, and no formula.

    Args:
        text: What is to be read.
        most: Most characters.

    Example:

    ```python
    label_of("a" * 50)  # 19 of them and an ellipsis
    ```
    """
    label = str(text)
    if len(label) > most:
        label = f"{label[: most - 1]}…"
    return label.replace("$", r"\$")
