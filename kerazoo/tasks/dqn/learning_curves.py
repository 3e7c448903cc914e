"""Learning curves of runs: a metric of evaluations over environment steps."""

import json
import pathlib
import typing

import numpy as np

from kerazoo.runs.interquartile import interquartile_mean
from kerazoo.tasks.figures import make_figure
from kerazoo.tasks.figures import png_of

_ENV_STEPS = "env_steps"
_POINTS = 200  # Of the mean over runs.


class Curve(typing.NamedTuple):
    """What evaluations of a run gave.

    Attributes:
        steps: int `(E,)`. Environment steps taken until each; gradient steps where
            nothing was played.
        values: float `(E,)`.
    """

    steps: np.ndarray
    values: np.ndarray


def read_curve(folder: pathlib.Path, metric: str = "mean_return") -> Curve:
    """Reads the evaluations of a run.

    Args:
        folder: Of the run.
        metric: Metric of its evaluations.

    Returns:
        `Curve`, empty where there was none.

    Example:

    ```python
    import pathlib

    from kerazoo.tasks.dqn.learning_curves import read_curve

    read_curve(pathlib.Path("runs/new")).values  # array([], dtype=float64)
    ```
    """
    path, name = _metrics(folder), f"eval/{metric}"
    lines = path.read_text().splitlines() if path.exists() else []
    found = [line for line in map(json.loads, lines) if name in line]
    return Curve(
        np.array([line.get(_ENV_STEPS, line["step"]) for line in found], int),
        np.array([line[name] for line in found], float),
    )


def in_common(curves: typing.Sequence[Curve]) -> tuple[np.ndarray, np.ndarray]:
    """Returns curves at the same steps.

    Between two evaluations the values are on a line. A run that ended early, because it
    had reached its target, has its last value from there on.

    Args:
        curves: N curves, none empty.

    Returns:
        The pair of steps `(P,)` and values `(N, P)`.

    Example:

    ```python
    from kerazoo.tasks.dqn.learning_curves import Curve, in_common

    early = Curve(np.array([0, 10]), np.array([0.0, 1.0]))
    late = Curve(np.array([0, 20]), np.array([0.0, 1.0]))
    in_common([early, late])[1][:, -1]  # array([1., 1.])
    ```
    """
    first = max(curve.steps[0] for curve in curves)
    last = max(curve.steps[-1] for curve in curves)
    steps = np.linspace(first, last, _POINTS)
    values = [np.interp(steps, curve.steps, curve.values) for curve in curves]
    return steps, np.array(values)


def draw_learning_curves(
    folders: typing.Sequence[pathlib.Path],
    metric: str = "mean_return",
    target: float | None = None,
    title: str = "",
) -> dict[str, bytes]:
    """Draws the evaluations of runs over their steps.

    Several runs are drawn with their interquartile mean and its 95 % interval, see
    `kerazoo.runs.interquartile_mean`.

    Args:
        folders: Of the runs.
        metric: Metric of the evaluations.
        target: Value that counts as solved, or None.
        title: Of the picture.

    Returns:
        dict of the picture `curves` as PNG; empty without evaluations.
    """
    curves = [read_curve(folder, metric) for folder in folders]
    curves = [curve for curve in curves if len(curve.values)]
    if not curves:
        return {}
    figure = make_figure(7, 4.5)
    axes = figure.subplots()
    if len(curves) == 1:
        axes.plot(*curves[0], "o-", color="C0", markersize=3)
    else:
        for curve in curves:
            axes.plot(*curve, color="0.7", linewidth=1)
        steps, values = in_common(curves)
        mean, low, high = interquartile_mean(values, resamplings=2_000)
        axes.fill_between(
            steps, low, high, color="C0", alpha=0.25, label="95 % interval"
        )
        label = f"interquartile mean of {len(curves)} seeds"
        axes.plot(steps, mean, color="C0", linewidth=2, label=label)
    if target is not None:
        axes.axhline(target, color="C2", linestyle="--", label="solved")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="best")
    axes.set(xlabel=_what_steps(folders), ylabel=metric.replace("_", " "), title=title)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.grid(alpha=0.3)
    return {"curves": png_of(figure)}


def _what_steps(folders):
    texts = [path.read_text() for path in map(_metrics, folders) if path.exists()]
    played = any(f'"{_ENV_STEPS}"' in text for text in texts)
    return "environment steps" if played else "gradient steps"


def _metrics(folder):
    return folder / "metrics.jsonl"
