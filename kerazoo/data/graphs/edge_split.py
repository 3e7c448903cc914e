"""Split of a graph's edges for link prediction."""

import dataclasses

import numpy as np

from kerazoo.data.graphs.graph import Graph


@dataclasses.dataclass(eq=False)
class EdgeSplit:
    """A training graph and pairs of nodes to tell edges from non-edges by.

    Pairs are int32 arrays `(P, 2)` whose first node is the smaller one.

    Args:
        graph: `Graph` without the edges of `validation` and `test`.
        train: edges of `graph`.
        validation: edges held out to choose a model by.
        test: edges held out for the final figures.
        validation_negatives: as many pairs without an edge as `validation` has.
        test_negatives: as many pairs without an edge as `test` has.
    """

    graph: Graph
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    validation_negatives: np.ndarray
    test_negatives: np.ndarray
