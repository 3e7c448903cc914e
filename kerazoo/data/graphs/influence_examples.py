"""Random graphs with what nodes would add to the spread of seeds."""

import dataclasses

import numpy as np

from kerazoo.data.graphs.influential_nodes import most_covering
from kerazoo.data.graphs.random_cascades import random_cascades

_SETS = 4_000  # Reverse-reachable sets of a graph.
_MOST_SEEDS = 20
_SEED_SETS = 4  # Of a graph.


@dataclasses.dataclass(eq=False)
class InfluenceExamples:
    """Graphs of one size, filled up with edges of probability 0 and a last node.

    Attributes:
        source, target: int32 `(B, E)`. Edges.
        probabilities: float32 `(B, E)`. Of the edges.
        is_seed: float32 `(B, N)`. 1 for nodes that are active at first.
        gains: float32 `(B, N)`. By how much each node, as another seed, would raise the
            spread.
        weights: float32 `(B, N)`. 1 through the largest gain of the graph; 0 of seeds
            and of what fills up.
    """

    source: np.ndarray
    target: np.ndarray
    probabilities: np.ndarray
    is_seed: np.ndarray
    gains: np.ndarray
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.source)


def influence_examples(
    num_graphs: int, num_nodes: int, diffusion: str, seed: int = 0
) -> InfluenceExamples:
    """Makes random graphs, each with several sets of seeds.

    Gains are counted in reverse-reachable sets: without bias, but with some noise.

    Args:
        num_graphs: Number of graphs.
        num_nodes: Most nodes of a graph, at least 8.
        diffusion: A key of `kerazoo.data.graphs.cascades.DIFFUSIONS`.
        seed: Of the random numbers.

    Raises:
        ValueError: If `num_nodes` is less.

    Example:

    ```python
    examples = influence_examples(2, 20, "independent_cascade")
    examples.gains.shape  # (8, 21)
    ```
    """
    found = []
    for graph in range(num_graphs):
        random = np.random.default_rng((seed, graph))
        cascades = random_cascades(num_nodes, diffusion, random)
        sets = cascades.reverse_reachable(_SETS, random)
        found += [(cascades, *_labelled(sets, random)) for _ in range(_SEED_SETS)]
    size = num_nodes + 1
    most = max(len(cascades.source) for cascades, *_ in found)
    source = np.full((len(found), most), num_nodes, np.int32)
    target = source.copy()
    probabilities = np.zeros(source.shape, np.float32)
    is_seed, gains, weights = np.zeros((3, len(found), size), np.float32)
    for row, (cascades, seeds, counted) in enumerate(found):
        edges, nodes = len(cascades.source), cascades.num_nodes
        source[row, :edges] = cascades.source
        target[row, :edges] = cascades.target
        probabilities[row, :edges] = cascades.probabilities
        is_seed[row, seeds] = 1
        gains[row, :nodes] = counted
        weights[row, :nodes] = 1 / max(counted.max(), 1e-3)
        weights[row, seeds] = 0
    return InfluenceExamples(source, target, probabilities, is_seed, gains, weights)


def _labelled(sets, random):
    """Draws seeds; returns them, and what each node would add."""
    size = sets.shape[1]
    count = int(random.integers(min(_MOST_SEEDS, size // 4) + 1))
    if random.random() < 0.7:  # As they come about when they are chosen greedily.
        seeds = most_covering(sets, count + 3)[0]
        seeds = random.permutation(seeds)[:count]
    else:
        seeds = random.choice(size, count, replace=False)
    is_met = np.zeros(sets.shape[0], bool)
    if count:
        is_met = np.asarray(sets[:, seeds].astype(np.int32).sum(axis=1)).ravel() > 0
    counts = np.bincount(sets[~is_met].indices, minlength=size)
    return seeds, counts * size / sets.shape[0]
