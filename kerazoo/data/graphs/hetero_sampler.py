"""Sampling of neighbourhoods in a graph of several sets, in memory."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from kerazoo.data.graphs.hetero_graph import EdgeSet
from kerazoo.data.graphs.hetero_graph import HeteroGraph
from kerazoo.data.graphs.neighbor_draws import draw
from kerazoo.data.graphs.neighbor_draws import key_of
from kerazoo.data.graphs.neighbor_draws import keys_of
from kerazoo.data.graphs.neighbor_draws import mixed

REVERSE = "reverse of "


@dataclasses.dataclass(frozen=True)
class Subgraphs:
    """Subgraphs of some roots, one after the other as one graph.

    Args:
        graph: The subgraphs; the first node of the roots' set in each is its root.
        roots: int `(B,)`, the place of each root among the nodes of its set.
        nodes: Name of each set to the nodes of the whole graph that its nodes are.
        edges: Name of each set to the edges of the whole graph that its edges are.
    """

    graph: HeteroGraph
    roots: np.ndarray
    nodes: dict[str, np.ndarray]
    edges: dict[str, np.ndarray]


class HeteroSampler:
    """Samples the edges around roots, hop by hop, from a graph in memory.

    For each node that a hop reaches, and for each set of edges that enter it, `fanout`
    are drawn uniformly and without replacement, or all if there are fewer (Algorithm 2
    of [Hamilton et al., 2017](https://arxiv.org/abs/1706.02216)); the next hop goes on
    from their other ends. Within the subgraph of a root each node and each edge comes
    once. What is drawn depends on the seed, the root and the number of the draw alone,
    not on what else is in the batch.

    Args:
        graph: The graph.
        node_set: Set of nodes that roots are of.
        fanouts: Edges of each set per node, of each hop.
        seed: Seed of all draws.
        reverse: Whether edges are drawn at the nodes that they leave, too.
        node_names: Name of each set to the ids of its nodes, by which they are told
            apart; None for their numbers.

    Raises:
        ValueError: If a fanout is not positive.

    Example:

    ```python
    from kerazoo.data.graphs.hetero_graph import EdgeSet, HeteroGraph

    nodes = {"author": np.zeros((2, 0)), "paper": np.eye(3)}
    writes = EdgeSet("author", "paper", np.array([0, 1]), np.array([2, 2]))
    graph = HeteroGraph(nodes, {"writes": writes})
    sampler = HeteroSampler(graph, "paper", fanouts=(10, 5))
    sampler.sample(np.array([1, 2]), np.array([0, 0])).nodes["author"]  # [0, 1]
    ```
    """

    def __init__(
        self,
        graph: HeteroGraph,
        node_set: str,
        fanouts: Sequence[int],
        seed: int = 0,
        reverse: bool = True,
        node_names: dict[str, list[str]] | None = None,
    ):
        if not fanouts or min(fanouts) < 1:
            raise ValueError(
                f"`fanouts` must be positive. Received: fanouts={tuple(fanouts)}"
            )
        self._graph = graph
        self._node_set = node_set
        self._fanouts = tuple(fanouts)
        self._seed = seed
        names = node_names or {
            name: list(map(str, range(features.shape[0])))
            for name, features in graph.node_sets.items()
        }
        self._keys = {name: keys_of(ids) for name, ids in names.items()}
        self._neighbors = [
            _Neighbors(name, edges, self._keys, is_reverse)
            for name, edges in graph.edge_sets.items()
            for is_reverse in ([False, True] if reverse else [False])
        ]

    def sample(self, roots: np.ndarray, draws: np.ndarray) -> Subgraphs:
        """Returns the subgraphs of some roots.

        Args:
            roots: int `(B,)`, nodes of the roots' set.
            draws: int `(B,)`, the number of each draw, such as the epoch.
        """
        roots = np.asarray(roots, np.int64)
        sizes = {name: f.shape[0] for name, f in self._graph.node_sets.items()}
        root_keys = mixed(self._seed, self._keys[self._node_set][roots], draws)
        first = np.arange(len(roots)) * sizes[self._node_set] + roots
        frontier = {self._node_set: first}  # Of each set: subgraph times N plus node.
        seen = {name: [np.zeros(0, np.int64)] for name in sizes}
        seen[self._node_set].append(first)
        drawn: dict[str, list[np.ndarray]] = {k: [] for k in self._graph.edge_sets}
        for hop, fanout in enumerate(self._fanouts):
            reached: dict[str, list[np.ndarray]] = {}
            for neighbors in self._neighbors:
                if neighbors.end not in frontier:
                    continue
                subgraph, node = np.divmod(
                    frontier[neighbors.end], sizes[neighbors.end]
                )
                key = mixed(
                    root_keys[subgraph],
                    hop,
                    neighbors.key,
                    self._keys[neighbors.end][node],
                )
                which, edges = neighbors.draw(node, key, fanout)
                drawn[neighbors.name].append(
                    subgraph[which] * max(neighbors.count, 1) + edges
                )
                start = neighbors.start
                ends = subgraph[which] * sizes[start] + neighbors.others[edges]
                reached.setdefault(start, []).append(ends)
                seen[start].append(ends)
            frontier = {k: np.unique(np.concatenate(v)) for k, v in reached.items()}
        return self._merged(roots, first, seen, drawn, sizes)

    def _merged(self, roots, first, seen, drawn, sizes):
        keys, nodes, places = {}, {}, {}
        for name, parts in seen.items():
            keys[name] = np.unique(np.concatenate(parts))
            order = np.arange(len(keys[name]))
            if name == self._node_set:  # Of each subgraph the root comes first.
                subgraph = keys[name] // sizes[name]
                order = np.lexsort((keys[name] != first[subgraph], subgraph))
            places[name] = np.empty(len(order), np.int32)
            places[name][order] = np.arange(len(order))
            nodes[name] = keys[name][order] % max(sizes[name], 1)

        def place(name, subgraph, node):
            key = subgraph * sizes[name] + node
            return places[name][np.searchsorted(keys[name], key)]

        edge_sets, edges = {}, {}
        for name, whole in self._graph.edge_sets.items():
            found = np.unique(np.concatenate([*drawn[name], np.zeros(0, np.int64)]))
            subgraph, rows = np.divmod(found, max(len(whole.source), 1))
            edges[name] = rows
            edge_sets[name] = EdgeSet(
                whole.source_set,
                whole.target_set,
                place(whole.source_set, subgraph, whole.source[rows]),
                place(whole.target_set, subgraph, whole.target[rows]),
                None if whole.weights is None else whole.weights[rows],
                None if whole.features is None else whole.features[rows],
            )
        features = {
            name: self._graph.node_sets[name][rows] for name, rows in nodes.items()
        }
        places_of_roots = place(self._node_set, np.arange(len(roots)), roots)
        return Subgraphs(
            HeteroGraph(features, edge_sets), places_of_roots, nodes, edges
        )


class _Neighbors:
    """The edges of one set that enter each node, or in reverse that leave it."""

    def __init__(self, name, edges, keys, is_reverse):
        self.name = name
        self.key = key_of(REVERSE + name if is_reverse else name)
        self.start, self.end = edges.source_set, edges.target_set
        self.others, near = edges.source, edges.target
        if is_reverse:
            self.start, self.end = self.end, self.start
            self.others, near = near, self.others
        self.count = len(near)
        # Edges of a node by the name of their other end, as a pipeline can sort them.
        self._rows = np.lexsort((keys[self.start][self.others], near))
        self._degree = np.bincount(near, minlength=len(keys[self.end]))
        self._first = np.cumsum(self._degree) - self._degree

    def draw(self, nodes, keys, fanout):
        """Returns which of the nodes has a drawn edge, and the edge, for each edge."""
        choice = draw(keys, self._degree[nodes], fanout)
        which, column = np.nonzero(choice >= 0)
        return which, self._rows[self._first[nodes[which]] + choice[which, column]]
