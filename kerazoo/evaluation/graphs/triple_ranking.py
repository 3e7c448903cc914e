"""How well a knowledge graph is completed: ranks among all entities."""

import typing
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np


def filtered_ranks(
    scores: np.ndarray, answers: np.ndarray, rows: np.ndarray, known: np.ndarray
) -> np.ndarray:
    """Ranks answers among the entities that are not known to be right as well.

    Entities of the same score share the mean of their ranks. The best of them would
    put a model that gives all entities one score first (
    [Sun et al., 2020](https://arxiv.org/abs/1911.03903)).

    Args:
        scores: float `(B, N)`. Of all entities, for each query.
        answers: int `(B,)`. The entities to rank.
        rows: int `(P,)`. Queries that other right entities are known of.
        known: int `(P,)`. These entities, none twice for a query; the answer itself may
            be among them.

    Returns:
        float64 `(B,)`, from 1, with halves.

    Example:

    ```python
    scores = np.array([[3.0, 2.0, 2.0, 1.0]])
    filtered_ranks(scores, np.array([1]), np.array([0]), np.array([0]))  # [1.5]
    ```
    """
    own = np.take_along_axis(scores, answers[:, np.newaxis], axis=1)
    is_other = known != answers[rows]
    rows, found = rows[is_other], scores[rows, known][is_other]
    # What is not a number counts as above, not as below.
    above = scores.shape[1] - np.count_nonzero(scores <= own, axis=1)
    same = np.count_nonzero(scores == own, axis=1) - 1  # Without the answer itself.
    above = above - _count(rows[~(found <= own[rows, 0])], len(scores))
    same = same - _count(rows[found == own[rows, 0]], len(scores))
    is_nan = np.isnan(own[:, 0])
    return np.where(is_nan, scores.shape[1], 1 + above + same / 2)


def rank_in_blocks(
    score: Callable[[np.ndarray, np.ndarray], np.ndarray],
    known_tails: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
    triples: np.ndarray,
    block: int = 512,
) -> np.ndarray:
    """Returns the filtered ranks of the tails of many triples.

    Args:
        score: Function of heads and relations `(B,)` to scores of all entities
            `(B, N)`.
        known_tails: Function of heads and relations to rows and known tails, such as a
            `kerazoo.data.graphs.known_tails.KnownTails`.
        triples: int `(T, 3)`.
        block: Triples at a time.

    Returns:
        float64 `(T,)`.
    """
    ranks = []
    for start in range(0, len(triples), block):
        heads, relations, tails = triples[start : start + block].T
        found = score(heads, relations)
        ranks.append(filtered_ranks(found, tails, *known_tails(heads, relations)))
    return np.concatenate(ranks)


def completion_metrics(
    ranks: np.ndarray, cutoffs: Sequence[int] = (1, 3, 10)
) -> dict[str, float]:
    """Returns the mean reciprocal rank, and the shares of ranks up to some.

    Args:
        ranks: float `(T,)`, from 1.
        cutoffs: For each k, `hits_at_<k>` is the share of ranks up to k.

    Returns:
        dict of `mrr`, `hits_at_1`, `hits_at_3`, `hits_at_10` and `mean_rank`.

    Example:

    ```python
    completion_metrics(np.array([1, 2, 20]))["mrr"]  # 0.5167
    ```
    """
    metrics: dict[str, typing.Any] = {"mrr": np.mean(1 / ranks)}
    metrics |= {f"hits_at_{k}": np.mean(ranks <= k) for k in cutoffs}
    metrics["mean_rank"] = np.mean(ranks)
    return {name: float(value) for name, value in metrics.items()}


def _count(rows, size):
    return np.bincount(rows, minlength=size)
