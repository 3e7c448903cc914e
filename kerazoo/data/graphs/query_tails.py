"""Queries of a knowledge graph with the tails that answer them, to be trained on."""

import numpy as np

from kerazoo.data.graphs.triple_dataset import both_ways


def query_tails(
    triples: np.ndarray, num_relations: int, tails_per_query: int = 1, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Puts up to K tails of the same head and relation together.

    They then share the scores of all entities, which are what training costs: FB15k-237
    has 544,230 triples and inverses, and 179,950 rows of 8 tails.

    Args:
        triples: int `(T, 3)`.
        num_relations: Number of relations, R; the inverse of r is r + R.
        tails_per_query: Most tails in a row, K. A query with more has several rows.
        seed: Of which tails of such a query come together.

    Returns:
        int32 `(C, 2)` of heads and relations, and int32 `(C, K)` of tails, -1 where
        there are fewer.

    Example:

    ```python
    triples = np.array([[0, 0, 1], [0, 0, 2]])
    queries, tails = query_tails(triples, num_relations=1, tails_per_query=2)
    queries  # [[0, 0], [1, 1], [2, 1]]
    tails  # [[1, 2], [0, -1], [0, -1]], or 2 before 1
    ```
    """
    rows = both_ways(triples, num_relations).astype(np.int32)
    rows = rows[np.random.default_rng(seed).permutation(len(rows))]
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]  # Stable: tails stay shuffled.
    index = np.arange(len(rows))
    starts = np.ones(len(rows), bool)
    starts[1:] = np.any(rows[1:, :2] != rows[:-1, :2], axis=1)
    places = index - np.maximum.accumulate(np.where(starts, index, 0))
    begins = places % tails_per_query == 0
    numbers = np.cumsum(begins) - 1
    tails = np.full((numbers[-1] + 1, tails_per_query), -1, np.int32)
    tails[numbers, places % tails_per_query] = rows[:, 2]
    return rows[begins, :2], tails
