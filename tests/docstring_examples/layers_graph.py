"""Three points in space, and edges from each to the others."""

import numpy as np


def names():
    return {
        "positions": np.array([[0, 0, 0], [1, 0, 0], [0, 1.5, 0]], "float32"),
        "source": np.array([1, 2, 0, 2, 0, 1]),
        "target": np.array([0, 0, 1, 1, 2, 2]),
    }
