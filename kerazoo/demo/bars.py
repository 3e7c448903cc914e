"""Numbers as bars of HTML."""

import html
from collections.abc import Sequence

import numpy as np


def bars(
    names: Sequence[str],
    values: Sequence[float] | np.ndarray,
    chosen: int | None = None,
    as_shares: bool = False,
    most: int | None = None,
) -> str:
    """Returns a bar for each value; those below 0 go to the left.

    Args:
        names: What they are called.
        values: The values.
        chosen: Number of the one to mark. Default: the largest.
        as_shares: Whether they are shares of 1, which are written in per cent and
            sorted, the largest first.
        most: How many to show. Default: all.

    Example:

    ```python
    bars(["bad", "good"], [0.25, 0.75], as_shares=True)
    ```
    """
    values = np.asarray(values, float)
    chosen = int(values.argmax()) if chosen is None else chosen
    low, high = min(values.min(), 0.0), max(values.max(), 0.0)
    if as_shares:
        low, high = 0.0, 1.0
    width = (high - low) or 1.0
    order = np.argsort(-values, kind="stable") if as_shares else np.arange(len(values))
    rows = []
    for i in order[:most]:
        start, end = sorted([(0 - low) / width, (values[i] - low) / width])
        shown = f"{values[i]:.1%}" if as_shares else f"{values[i]:.4g}"
        mark = " chosen" if i == chosen else ""
        rows.append(
            f'<div class="bar{mark}"><span>{html.escape(str(names[i]))}</span><div>'
            f'<i style="left: {start:.2%}; width: {end - start:.2%}"></i></div>'
            f"<b>{shown}</b></div>"
        )
    return f'<div class="bars">{"".join(rows)}</div>'
