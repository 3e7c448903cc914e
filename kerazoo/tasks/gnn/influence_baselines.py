"""Seeds by the methods that learn nothing, for comparison."""

import functools
from collections.abc import Callable

import numpy as np

from kerazoo.data.graphs.cascades import Cascades
from kerazoo.data.graphs.influential_nodes import celf
from kerazoo.data.graphs.influential_nodes import imm

_CELF_RUNS = 1_000  # Drawn graphs.


def highest_degrees(cascades: Cascades, count: int, seed: int = 0) -> np.ndarray:
    """Returns the nodes with most neighbours to activate, int64 `(count,)`.

    Args:
        cascades: The graph.
        count: Number of seeds.
        seed: Not used.
    """
    degrees = np.bincount(cascades.source, minlength=cascades.num_nodes)
    return np.argsort(-degrees, kind="stable")[:count]


def random_nodes(cascades: Cascades, count: int, seed: int = 0) -> np.ndarray:
    """Returns random nodes, int64 `(count,)`.

    Args:
        cascades: The graph.
        count: Number of seeds.
        seed: Of the random numbers.
    """
    return np.random.default_rng(seed).permutation(cascades.num_nodes)[:count]


def baselines(epsilon: float, with_celf: bool) -> dict[str, Callable]:
    """Returns functions of cascades, a number of seeds and a seed, by their names.

    Args:
        epsilon: Of `kerazoo.data.graphs.influential_nodes.imm`.
        with_celf: Whether CELF, which takes long, is among them.
    """
    found: dict[str, Callable] = {
        "imm": functools.partial(imm, epsilon=epsilon),
        "degree": highest_degrees,
        "random": random_nodes,
    }
    if with_celf:
        found["celf"] = functools.partial(celf, runs=_CELF_RUNS)
    return found
