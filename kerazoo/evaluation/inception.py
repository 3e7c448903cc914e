"""Inception score, of any classifier."""

import math

import numpy as np
import numpy.typing as npt
from scipy import special

from kerazoo.evaluation.features import check_features


def inception_score(probabilities: npt.ArrayLike, splits: int = 1) -> float:
    r"""How surely a classifier knows each sample, and how evenly it sees the classes.

    \(\exp(E_x KL(p(y|x) \| p(y)))\), [Salimans et al.,
    2016](https://arxiv.org/abs/1606.03498), Section 4, with \(p(y)\) the mean of
    \(p(y|x)\): from 1, where every sample gets the same probabilities, to K, where each
    is surely of one class and all K are as frequent. With a classifier other than
    Inception, values compare only with those of that very one.

    The mean divergence is the entropy of the mean less the mean entropy, which needs no
    quotient of probabilities that may be 0.

    Args:
        probabilities: float array `(N, K)`. Each row adds up to 1.
        splits: int. Parts, in the order of the samples, whose scores are averaged; the
            paper's figures are of 10 parts of 5,000. Small parts have small scores.

    Returns:
        float from 1 to K.

    Raises:
        ValueError: If rows are no probabilities, there are none, or `splits` is not
            from 1 to N.

    Example:

    ```python
    inception_score(np.eye(10))  # 10, but for rounding.
    ```
    """
    probabilities = check_features("probabilities", probabilities, more_than=0)
    sums = probabilities.sum(axis=1)
    for row in np.flatnonzero((probabilities < 0).any(axis=1) | (abs(sums - 1) > 1e-2)):
        raise ValueError(
            "`probabilities` must be 0 or more and add up to 1 in each row. Received: "
            f"min={probabilities[row].min()}, sum={sums[row]} in row {row}"
        )
    if not 1 <= splits <= len(probabilities):
        raise ValueError(
            f"`splits` must be from 1 to {len(probabilities)}. "
            f"Received: splits={splits}"
        )
    probabilities = probabilities / sums[:, np.newaxis]
    return float(np.mean([_score(p) for p in np.array_split(probabilities, splits)]))


def _score(probabilities):
    entropy = special.entr(probabilities.mean(axis=0)).sum()
    mean_entropy = special.entr(probabilities).sum(axis=1).mean()
    return math.exp(max(entropy - mean_entropy, 0.0))
