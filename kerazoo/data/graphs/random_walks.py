"""Biased random walks over a graph, many at a time."""

import numpy as np

from kerazoo.data.graphs.graph import Graph

_TRIES = 100  # Proposals of one step; the last is taken as it is.


class RandomWalks:
    r"""Draws the second-order walks of node2vec.

    A walk that came to node v from node t goes on to a neighbour x with a probability
    in proportion to the weight of the edge times \(1/p\) where x is t, 1 where x is a
    neighbour of t, and \(1/q\) elsewhere
    ([Grover & Leskovec, 2016](https://arxiv.org/abs/1607.00653), Section 3.2.2). It
    is drawn by rejection, so that nothing is stored for pairs of edges.

    Args:
        graph: A graph; a walk follows its edges from `source` to `target`, in
            proportion to `edge_weights`.
        return_parameter: p. Large values keep a walk from turning back.
        in_out_parameter: q. Above 1 a walk stays near where it began, below 1 it goes
            outward.

    Raises:
        ValueError: If a parameter is not above 0.

    Example:

    ```python
    from kerazoo.data.graphs.karate_club import karate_club

    walks = RandomWalks(karate_club().graph)
    walks(np.array([0, 33]), 10, np.random.default_rng(0))  # (2, 11)
    ```
    """

    def __init__(
        self,
        graph: Graph,
        return_parameter: float = 1.0,
        in_out_parameter: float = 1.0,
    ):
        for name, value in (
            ("return_parameter", return_parameter),
            ("in_out_parameter", in_out_parameter),
        ):
            if not value > 0:
                raise ValueError(f"`{name}` must be above 0. Received: {name}={value}")
        self.num_nodes = graph.num_nodes
        order = np.lexsort((graph.target, graph.source))
        source, self._target = graph.source[order], graph.target[order]
        self._starts = np.searchsorted(source, np.arange(self.num_nodes + 1))
        # Sorted, as the edges are: tells whether there is an edge.
        self._codes = self._code(source, self._target)
        self._ends = None  # Of the weights' running sum.
        if graph.edge_weights is not None:
            weights = graph.edge_weights[order].astype("float64")
            self._ends = np.append(0.0, np.cumsum(weights))
        self._back, self._out = 1 / return_parameter, 1 / in_out_parameter
        self._is_biased = len(source) > 0 and (self._back, self._out) != (1, 1)

    def __call__(
        self, starts: np.ndarray, length: int, random: np.random.Generator
    ) -> np.ndarray:
        """Draws a walk from each start.

        Args:
            starts: int `(B,)`, nodes.
            length: Number of steps L.
            random: Source of the randomness.

        Returns:
            int32 `(B, L + 1)`. A walk stays where no edge leads on.
        """
        walks = np.empty((len(starts), length + 1), np.int32)
        walks[:, 0] = starts
        for step in range(1, length + 1):
            before = walks[:, step - 2] if step > 1 else None
            walks[:, step] = self._next(walks[:, step - 1], before, random)
        return walks

    def _next(self, nodes, before, random):
        found = self._propose(nodes, random)
        if before is None or not self._is_biased:
            return found
        highest = max(self._back, 1.0, self._out)
        left = np.arange(len(nodes))
        for _ in range(_TRIES):
            bias = self._bias(found[left], before[left])
            left = left[random.random(len(left)) * highest >= bias]
            if not len(left):
                break
            found[left] = self._propose(nodes[left], random)
        return found

    def _bias(self, nodes, before):
        codes = self._code(before, nodes)
        places = np.searchsorted(self._codes, codes)
        is_near = self._codes[np.minimum(places, len(self._codes) - 1)] == codes
        bias = np.where(is_near, 1.0, self._out)
        return np.where(nodes == before, self._back, bias)

    def _propose(self, nodes, random):
        """Draws neighbours without a bias; nodes themselves where they have none."""
        if not len(self._target):
            return np.array(nodes)
        first, last = self._starts[nodes], self._starts[nodes + 1]
        share = random.random(len(nodes))
        has_edges = last > first
        if self._ends is None:
            edges = first + (share * (last - first)).astype(int)
        else:
            low, high = self._ends[first], self._ends[last]
            has_edges &= high > low
            edges = np.searchsorted(self._ends, low + share * (high - low), "right") - 1
        edges = np.minimum(np.maximum(edges, first), np.maximum(last - 1, first))
        edges = np.minimum(edges, len(self._target) - 1)
        return np.where(has_edges, self._target[edges], nodes)

    def _code(self, source, target):
        return source.astype(np.int64) * self.num_nodes + target
