"""Pictures of points in the plane."""

import io

import numpy as np
import numpy.typing as npt

_REAL = "#f6c177"
_GENERATED = "#1f3a93"
_MARGIN = 0.15  # Around the real points, as a share of their half extent.


def scatter_picture(
    samples: npt.ArrayLike, real: npt.ArrayLike, title: str | None = None
) -> bytes:
    """Draws generated points over real ones.

    Real points are wide pale discs and generated ones small dark dots, so that a mode
    that is missed stays pale. The frame is that of the real points; the legend counts
    generated ones beyond it.

    Args:
        samples: float array `(N, 2)`. Generated points.
        real: float array `(M, 2)`, M above 0.
        title: str or None.

    Returns:
        bytes of a PNG of 480x480 pixels.

    Raises:
        ValueError: If points are not in the plane or there are no real ones.

    Example:

    ```python
    import pathlib

    real = np.random.default_rng(0).normal(size=(500, 2))
    png = scatter_picture(real[:100] + 0.1, real)
    pathlib.Path("points.png").write_bytes(png)
    ```
    """
    # Without a display or global state.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    for name, points in (("samples", samples), ("real", real)):
        if np.ndim(points) != 2 or np.shape(points)[1] != 2:
            raise ValueError(
                f"`{name}` must be (N, 2). Received: shape={np.shape(points)}"
            )
    samples, real = np.asarray(samples), np.asarray(real)
    if not len(real):
        raise ValueError("Expected at least one real point. Received: real=[]")
    low, high = real.min(axis=0), real.max(axis=0)
    center = (low + high) / 2
    reach = (1 + _MARGIN) * ((high - low).max() / 2 or 1.0)
    inside = (abs(samples - center) <= reach).all(axis=1)
    beyond = len(samples) - np.count_nonzero(inside)

    figure = Figure(figsize=(4.8, 4.8), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.scatter(real[:, 0], real[:, 1], s=70, c=_REAL, linewidths=0, label="real")
    label = f"generated, {beyond:,} not shown" if beyond else "generated"
    shown = samples[inside]
    axes.scatter(shown[:, 0], shown[:, 1], s=5, c=_GENERATED, linewidths=0, label=label)
    axes.set(
        aspect="equal",
        xlim=(center[0] - reach, center[0] + reach),
        ylim=(center[1] - reach, center[1] + reach),
        title=title,
    )
    axes.grid(color="#eeeeee")
    axes.set_axisbelow(True)
    axes.spines[:].set_color("#bbbbbb")
    axes.tick_params(color="#bbbbbb", labelcolor="#555555")
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
