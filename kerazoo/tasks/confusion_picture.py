"""Which classes were taken for which, as a picture."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kerazoo.tasks.figures import label_of
from kerazoo.tasks.figures import make_figure
from kerazoo.tasks.figures import png_of

_MOST_COUNTS = 20  # Classes whose counts fit into their cells.


def confusion_picture(confusion: npt.ArrayLike, class_names: Sequence[str]) -> bytes:
    """Draws a confusion matrix.

    Cells are the darker, the larger their share of their row is; up to 20 classes they
    have their counts, too.

    Args:
        confusion: int `(K, K)`. How many examples of a class, the row, were taken for
            another, the column.
        class_names: Names of the K classes.

    Returns:
        bytes of a PNG.

    Raises:
        ValueError: If there are not as many names as classes.

    Example:

    ```python
    import pathlib

    png = confusion_picture([[8, 2], [1, 9]], ["bad", "good"])
    pathlib.Path("confusion.png").write_bytes(png)
    ```
    """
    counts = np.asarray(confusion)
    if counts.shape != (len(class_names),) * 2:
        raise ValueError(
            f"`confusion` must be ({len(class_names)}, {len(class_names)}), of as many "
            f"classes as names. Received: shape={counts.shape}"
        )
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    inches = float(np.clip(2.5 + 0.4 * len(counts), 4, 14))
    figure = make_figure(inches + 1, inches)
    axes = figure.subplots()
    drawn = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    names = [label_of(name) for name in class_names]
    size = 9 if len(names) <= _MOST_COUNTS else 6
    ticks = range(len(names))
    axes.set_xticks(ticks, names, rotation=45, ha="right", fontsize=size)
    axes.set_yticks(ticks, names, fontsize=size)
    axes.set(xlabel="predicted", ylabel="right")
    if len(names) <= _MOST_COUNTS:
        for (row, column), count in np.ndenumerate(counts):
            axes.text(
                *(column, row, f"{count:,}" if count else ""),
                ha="center",
                va="center",
                fontsize=8,
                color="white" if shares[row, column] > 0.5 else "black",
            )
    figure.colorbar(drawn, ax=axes, label="share of the row", shrink=0.8)
    return png_of(figure)
