"""How much the parts of a graph matter for an answer."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Importances:
    """What a method found about the parts of a graph.

    Args:
        nodes: float `(N,)`.
        features: float `(D,)`. Of the columns of all nodes together.
        edges: float `(E,)`.
    """

    nodes: np.ndarray
    features: np.ndarray
    edges: np.ndarray
