"""The metrics of a result, to be read by a person."""

import math
import typing

# What is of several runs together: mean, deviation, interquartile mean and the ends of
# its interval.
OF_SEVERAL = ("_mean", "_std", "_iqm", "_iqm_low", "_iqm_high")
_ABOUT_THE_RUN = {  # What says how a run went, not how good its model is.
    *("beam_size", "best_step", "classes", "compile_seconds", "env_steps"),
    *("env_steps_per_second", "episodes", "examples_per_second", "export", "folds"),
    *("parameters", "seed", "seeds", "startup_seconds", "steps", "steps_per_second"),
    *("test_examples", "test_pairs", "train_steps", "training_cpu_seconds"),
    *("training_seconds", "vocabulary_size", "wall_seconds"),
}


def metrics_table(result: dict[str, typing.Any]) -> list[str]:
    """Returns a line for each metric of a result, numbers under numbers.

    Args:
        result: dict of `kerazoo.run`, `run_seeds` or `cross_validate`. What is of one
            noise level, such as `denoising_error_0.06`, is left out.

    Example:

    ```python
    metrics_table({"fid": 12.3456, "score": -12.3456, "train_steps": 1_000})
    ```
    """
    names = [name for name, value in result.items() if is_metric(name, value)]
    width = max(map(len, names), default=0)
    numbers = _aligned([_digits(result[name]) for name in names])
    return [
        f"{name:<{width}}  {number}  {_remark(name, result)}".rstrip()
        for name, number in zip(names, numbers, strict=True)
    ]


def is_metric(name: str, value: typing.Any) -> bool:
    """Returns whether a value of a result says how good the model is."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    of_several = name.endswith(OF_SEVERAL)  # They are remarks.
    return is_number and not (of_several or name in _ABOUT_THE_RUN or "." in name)


def _digits(value):
    """Returns a number with four significant digits."""
    if isinstance(value, int) or not math.isfinite(value) or not value:
        return f"{value:,}"
    exponent = math.floor(math.log10(abs(value)))
    if not -4 <= exponent < 6:
        return f"{value:.3e}"
    return f"{value:,.{max(3 - exponent, 0)}f}"


def _aligned(numbers):
    """Returns texts of numbers with the points one under the other."""
    parts = [number.partition(".") for number in numbers]
    left, right = (max((len(part[i]) for part in parts), default=0) for i in (0, 2))
    return [f"{a:>{left}}{point or ' '}{b:<{right}}" for a, point, b in parts]


def _remark(name, result):
    remarks = []
    if name == "score":
        same = (
            other
            for other, value in result.items()
            if other != name and is_metric(other, value)
            if abs(value) == abs(result[name])
        )
        metric = next(same, None)
        sign = "-" if metric and result[metric] != result[name] else ""
        of = f"{sign}{metric}: " if metric else ""
        remarks.append(f"{of}the larger, the better")
    mean, deviation = (result.get(f"{name}_{kind}") for kind in ("mean", "std"))
    if mean is not None and deviation is not None:
        remarks.append(f"mean {mean:.4g}, deviation {deviation:.2g}")
    elif deviation is not None:
        remarks.append(f"deviation {deviation:.2g}")
    middle = [result.get(f"{name}{kind}") for kind in ("_iqm", "_iqm_low", "_iqm_high")]
    if None not in middle:
        mean, low, high = (f"{value:.4g}" for value in middle)
        remarks.append(f"interquartile mean {mean}, 95 % interval {low} to {high}")
    return "; ".join(remarks)
