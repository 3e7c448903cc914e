"""Which tails of a head and a relation are known, in compressed rows."""

import numpy as np

from kerazoo.data.graphs.triple_dataset import both_ways


class KnownTails:
    """Finds the known tails of queries, and by inverse relations the known heads.

    Args:
        triples: int `(T, 3)`. All that is known; what repeats counts once.
        num_relations: Number of relations, R; the inverse of r is r + R.

    Attributes:
        queries: int64 `(Q, 2)`. Heads and relations with a known tail, in order.
        offsets: int64 `(Q + 1,)`. Where the tails of each begin in `tails`.
        tails: int32 `(E,)`. Known tails, those of a query in ascending order.

    Example:

    ```python
    known = KnownTails(np.array([[0, 0, 1], [0, 0, 2]]), num_relations=1)
    known(np.array([0, 2]), np.array([0, 1]))  # [0, 0, 1], [1, 2, 0]
    ```
    """

    def __init__(self, triples: np.ndarray, num_relations: int):
        triples = np.unique(both_ways(triples, num_relations), axis=0)
        starts = np.ones(len(triples), bool)
        starts[1:] = np.any(triples[1:, :2] != triples[:-1, :2], axis=1)
        self.queries = triples[starts, :2].astype(np.int64)
        self.offsets = np.append(np.flatnonzero(starts), len(triples))
        self.tails = triples[:, 2].astype(np.int32)
        self._relations = 2 * num_relations
        self._keys = self._key(*self.queries.T)

    def __call__(
        self, heads: np.ndarray, relations: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns the known tails of queries.

        Args:
            heads: int `(B,)`.
            relations: int `(B,)`, from 0 to 2 R - 1.

        Returns:
            The row of each known tail among the queries, ascending, and the tails.
        """
        keys = self._key(heads, relations)
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        begins = self.offsets[places]
        is_known = self._keys[places] == keys
        counts = np.where(is_known, self.offsets[places + 1] - begins, 0)
        rows = np.repeat(np.arange(len(keys)), counts)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        return rows, self.tails[np.repeat(begins, counts) + within]

    def _key(self, heads, relations):
        return np.asarray(heads, np.int64) * self._relations + relations
