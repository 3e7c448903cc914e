"""How good an algorithm is, by a few of its runs."""

import typing

import numpy as np


class Interval(typing.NamedTuple):
    """An estimate, and where it would be if there had been other runs.

    Attributes:
        mean, low, high: float or array. The estimate, and the ends of its interval.
    """

    mean: typing.Any
    low: typing.Any
    high: typing.Any


def interquartile_mean(
    values: typing.Any,
    confidence: float = 0.95,
    resamplings: int = 10_000,
    seed: int = 0,
) -> Interval:
    """Returns the mean of the middle half of runs, with a bootstrap interval.

    Of four runs or more, the best and the worst quarter are left out. The interval is
    the percentile bootstrap of the runs, as
    [Agarwal et al., 2021](https://arxiv.org/abs/2108.13264) recommend it. With few
    runs it is about as wide as the runs are apart.

    Args:
        values: float `(N, ...)`, N >= 2 runs first.
        confidence: Share of such intervals that hold the truth, about.
        resamplings: Resamplings of the runs.
        seed: Of the resamplings.

    Returns:
        `Interval` of arrays `(...)`.

    Raises:
        ValueError: If there are fewer than two runs.

    Example:

    ```python
    from kerazoo.runs import interquartile_mean

    mean, low, high = interquartile_mean([100.0, 480.0, 500.0, 490.0])
    float(mean)  # 485.0
    ```
    """
    # Slow to import. rliable, the authors' own, brings statsmodels, arch and seaborn.
    from scipy import stats

    values = np.asarray(values, float)
    if len(values) < 2:
        raise ValueError(
            f"`values` must be of at least two runs. Received: {len(values)}"
        )
    interval = stats.bootstrap(
        (values,),
        _middle_mean,
        n_resamples=resamplings,
        confidence_level=confidence,
        method="percentile",
        random_state=np.random.default_rng(seed),
        vectorized=True,
    ).confidence_interval
    return Interval(_middle_mean(values), interval.low, interval.high)


def _middle_mean(values, axis=0):
    from scipy import stats

    return stats.trim_mean(values, 0.25, axis=axis)
