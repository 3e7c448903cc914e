"""Cascades: what becomes active in a graph after some nodes have."""

import dataclasses
import functools
import typing

import numpy as np
from scipy import sparse

# Name to how a node becomes active.
DIFFUSIONS = {
    "independent_cascade": "each active neighbour has one try",
    "linear_threshold": "the weights of its active neighbours reach its threshold",
}
_STATES = 20_000_000  # Nodes of all cascades that run at once.


@dataclasses.dataclass(eq=False)
class Cascades:
    r"""The model by which nodes of a graph activate others.

    `"independent_cascade"`: a node that becomes active has one try at each of its
    neighbours, which succeeds with the probability of the edge. `"linear_threshold"`:
    each node has a threshold, uniform in (0, 1], and becomes active when the weights of
    the edges from active nodes reach it
    ([Kempe et al., 2003](https://doi.org/10.1145/956750.956769)). Nodes stay active.

    Many cascades run at once. Of the tries of all of them, the gaps between those that
    succeed are drawn, not each try.

    Args:
        source, target: int `(E,)`. Who activates whom; undirected graphs have both
            directions.
        probabilities: float `(E,)` from 0 to 1, or one for all edges; of
            `"linear_threshold"` weights, whose sum over the edges to a node is at most
            1, or None for 1 through the number of these.
        num_nodes: Number of nodes N.
        diffusion: A key of `DIFFUSIONS`.

    Raises:
        ValueError: If there is no such diffusion, or probabilities are out of bounds.

    Example:

    ```python
    cascades = Cascades(np.array([0, 0]), np.array([1, 2]), 0.5, num_nodes=3)
    cascades.sizes([0], count=1_000).mean()  # About 2.
    ```
    """

    source: np.ndarray
    target: np.ndarray
    probabilities: np.ndarray | float | None
    num_nodes: int
    diffusion: str = "independent_cascade"

    def __post_init__(self):
        if self.diffusion not in DIFFUSIONS:
            raise ValueError(
                f"`diffusion` must be one of {', '.join(DIFFUSIONS)}. "
                f"Received: diffusion={self.diffusion}"
            )
        self.source = np.asarray(self.source, np.int64)
        self.target = np.asarray(self.target, np.int64)
        incoming = np.bincount(self.target, minlength=self.num_nodes)
        given = self.probabilities
        if given is None:
            given = 1 / incoming[self.target]
        given = np.broadcast_to(np.asarray(given, "float64"), self.source.shape)
        for value in given[~((given >= 0) & (given <= 1))][:1]:
            raise ValueError(
                f"`probabilities` must be from 0 to 1. Received: {value:g}"
            )
        self.probabilities = given
        if self.is_threshold:
            sums = np.bincount(self.target, given, self.num_nodes)
            for node in np.flatnonzero(sums > 1 + 1e-6)[:1]:
                raise ValueError(
                    "`probabilities` of linear_threshold are weights, whose sum over "
                    "the edges to a node must be at most 1. "
                    f"Received: {sums[node]:g} for node {node}"
                )

    @property
    def is_threshold(self) -> bool:
        return self.diffusion == "linear_threshold"

    def sizes(
        self,
        seeds: np.ndarray | typing.Sequence[int],
        count: int,
        seed: int | tuple[int, ...] = 0,
    ) -> np.ndarray:
        """Runs cascades from the same seeds; returns how many nodes become active.

        Args:
            seeds: int `(S,)`. Nodes that are active at first.
            count: Number of cascades.
            seed: Of the random numbers.

        Returns:
            int64 `(count,)`, the seeds among them.
        """
        seeds = np.unique(np.asarray(seeds, np.int64))
        random = np.random.default_rng(seed)
        found = []
        for size in self._chunks(count):
            runs = np.repeat(np.arange(size), len(seeds))
            spread = self._thresholds if self.is_threshold else self._tries
            active, _ = spread(runs, np.tile(seeds, size), size, random)
            found.append(np.bincount(active, minlength=size))
        return np.concatenate(found)

    def reverse_reachable(
        self, count: int, random: np.random.Generator
    ) -> sparse.csr_array:
        """Draws reverse-reachable sets: who would activate a random node.

        A node is in a set with the probability that it activates the set's root, so
        that the share of the sets that seeds meet, times N, estimates their spread
        without bias ([Borgs et al., 2014](https://arxiv.org/abs/1212.0884)).

        Args:
            count: Number of sets.
            random: Where random numbers come from.

        Returns:
            bool CSR array `(count, N)`, a row for each set.
        """
        sets, nodes, begin = [], [], 0
        for size in self._chunks(count):
            runs = np.arange(size)
            roots = random.integers(self.num_nodes, size=size)
            if self.is_threshold:
                active, reached = self._walk_back(runs, roots, size, random)
            else:
                active, reached = self._tries(runs, roots, size, random, reverse=True)
            sets.append(active + begin)
            nodes.append(reached)
            begin += size
        rows, columns = np.concatenate(sets), np.concatenate(nodes)
        return sparse.csr_array(
            (np.ones(len(rows), bool), (rows, columns)), (count, self.num_nodes)
        )

    def live_edges(
        self, count: int, random: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draws graphs of the edges that would succeed, whoever is active at first.

        What seeds reach along these edges has the distribution of their cascades; of
        linear thresholds each node has chosen at most one edge to itself.

        Args:
            count: Number of graphs.
            random: Where random numbers come from.

        Returns:
            Where the edges of each node begin, int64 `(count * N + 1,)`, and where they
            lead; node v of graph i has the number i N + v.
        """
        incoming, origins, weights = self._incoming
        chances = np.asarray(self.probabilities)
        sums = np.concatenate([[0.0], np.cumsum(weights)])
        sources, targets = [], []
        for run in range(count):
            if self.is_threshold:
                drawn = random.random(self.num_nodes) + sums[incoming[:-1]]
                edges = np.searchsorted(sums, drawn, side="right") - 1
                nodes = np.flatnonzero(edges < incoming[1:])
                source, target = origins[edges[nodes]], nodes
            else:
                is_live = random.random(len(self.source)) < chances
                source, target = self.source[is_live], self.target[is_live]
            sources.append(source + run * self.num_nodes)
            targets.append(target + run * self.num_nodes)
        source, target = np.concatenate(sources), np.concatenate(targets)
        starts, ends, _ = _by_node(source, target, source, count * self.num_nodes)
        return starts, ends

    def _chunks(self, count):
        size = max(_STATES // max(self.num_nodes, 1), 1)
        return [min(size, count - begin) for begin in range(0, count, size)]

    @functools.cached_property
    def _outgoing(self):
        return _by_node(self.source, self.target, self.probabilities, self.num_nodes)

    @functools.cached_property
    def _incoming(self):
        return _by_node(self.target, self.source, self.probabilities, self.num_nodes)

    def _tries(self, runs, nodes, size, random, reverse=False):
        """Runs independent cascades; returns runs and nodes of all that is active."""
        starts, ends, chances = self._incoming if reverse else self._outgoing
        highest = chances.max(initial=0.0)
        is_uniform = chances.min(initial=1.0) >= highest
        is_active = np.zeros(size * self.num_nodes, bool)
        fresh = runs * self.num_nodes + nodes
        is_active[fresh] = True
        found = [fresh]
        while len(fresh) and highest > 0:
            runs, nodes = np.divmod(fresh, self.num_nodes)
            edges, owners = _drawn_edges(starts, nodes, highest, random)
            if not is_uniform:
                kept = random.random(len(edges)) * highest < chances[edges]
                edges, owners = edges[kept], owners[kept]
            reached = runs[owners] * self.num_nodes + ends[edges]
            fresh = np.unique(reached[~is_active[reached]])
            is_active[fresh] = True
            found.append(fresh)
        return np.divmod(np.concatenate(found), self.num_nodes)

    def _thresholds(self, runs, nodes, size, random):
        """Runs linear threshold cascades; returns as `_tries` does."""
        starts, ends, weights = self._outgoing
        # 1 - [0, 1), so that nothing reaches a threshold of 0.
        left = 1 - random.random(size * self.num_nodes)
        fresh = runs * self.num_nodes + nodes
        left[fresh] = np.inf
        found = [fresh]
        while len(fresh):
            runs, nodes = np.divmod(fresh, self.num_nodes)
            edges, owners = all_edges(starts, nodes)
            places = runs[owners] * self.num_nodes + ends[edges]
            np.subtract.at(left, places, weights[edges])
            fresh = np.unique(places[left[places] <= _ROUNDING])
            left[fresh] = np.inf
            found.append(fresh)
        return np.divmod(np.concatenate(found), self.num_nodes)

    def _walk_back(self, runs, nodes, size, random):
        """Each node has chosen one edge to itself, or none: walks back along these."""
        starts, ends, weights = self._incoming
        sums = np.concatenate([[0.0], np.cumsum(weights)])
        is_active = np.zeros(size * self.num_nodes, bool)
        found = []
        while len(runs):
            places = runs * self.num_nodes + nodes
            is_new = ~is_active[places]
            is_active[places] = True
            runs, nodes = runs[is_new], nodes[is_new]
            found.append(places[is_new])
            drawn = random.random(len(runs)) + sums[starts[nodes]]
            edges = np.searchsorted(sums, drawn, side="right") - 1
            has_edge = edges < starts[nodes + 1]
            runs, nodes = runs[has_edge], ends[edges[has_edge]]
        return np.divmod(np.concatenate(found), self.num_nodes)


_ROUNDING = 1e-9  # Of sums of weights that are 1.


def _by_node(ends, others, chances, num_nodes):
    """Returns edges by one of their ends: where each node's begin, others, chances."""
    order = np.argsort(ends, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=num_nodes))])
    return starts, others[order], chances[order]


def all_edges(starts: np.ndarray, nodes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the numbers of all edges of nodes, and the position of the node of each.

    Args:
        starts: int `(N + 1,)`. Where the edges of each node begin.
        nodes: int `(B,)`.
    """
    sizes = starts[nodes + 1] - starts[nodes]
    owners = np.repeat(np.arange(len(nodes)), sizes)
    ends = np.cumsum(sizes)
    return np.arange(len(owners)) + (starts[nodes] - (ends - sizes))[owners], owners


def _drawn_edges(starts, nodes, chance, random):
    """Returns a drawn part of `all_edges`, where each is with the same chance."""
    if chance >= 1:
        return all_edges(starts, nodes)
    sizes = starts[nodes + 1] - starts[nodes]
    ends = np.cumsum(sizes)
    total = int(ends[-1])
    most = int(total * chance + 6 * (total * chance) ** 0.5 + 20)
    places = np.cumsum(random.geometric(chance, most)) - 1
    while places[-1] < total:
        more = np.cumsum(random.geometric(chance, most)) + places[-1]
        places = np.concatenate([places, more])
    places = places[: np.searchsorted(places, total)]
    owners = np.searchsorted(ends, places, side="right")
    return places - (ends - sizes)[owners] + starts[nodes][owners], owners
