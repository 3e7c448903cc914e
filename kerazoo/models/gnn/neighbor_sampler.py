"""Uniform sampling of neighbourhoods, the same each time for a seed and a step."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.models.gnn.graph_arrays import GraphArrays
from kerazoo.models.gnn.graph_schemas import EDGES
from kerazoo.models.gnn.graph_schemas import NODES
from kerazoo.models.gnn.graph_schemas import schema_text
from kerazoo.models.gnn.graph_tensors import from_graph


class NeighborSampler:
    """Samples the edges that lead to seed nodes, hop by hop, from a graph in memory.

    For each node that a hop reaches, `fanout` of the edges that enter it are drawn
    uniformly and without replacement, or all if there are fewer (Algorithm 2 of
    [Hamilton et al., 2017](https://arxiv.org/abs/1706.02216)); the next hop goes on
    from their sources. Within the subgraph of a seed, each node and each edge comes
    once. Subgraphs are distributed as those of
    `tensorflow_gnn.experimental.sampler.InMemUniformEdgesSampler` over reversed edges,
    whose generator cannot be set to a step.

    Args:
        graph: Its sparse node features become dense.
        fanouts: Edges per node of each hop.
        seed: Seed of all draws.

    Call arguments:
        seeds: int `(B,)`, nodes.
        step: int scalar. Each step draws anew; the same step draws the same.

    Returns:
        Merged `tfgnn.GraphTensor`, one component per seed with the seed as its first
        node. Works eagerly and within `tf.data.Dataset.map`.

    Raises:
        ValueError: If a fanout is not positive.

    Attributes:
        schema: str, the schema of the subgraphs, for `GraphTensorModel`.

    Example:

    ```python
    sampler = NeighborSampler(graph, fanouts=(10, 5), seed=0)
    subgraphs = sampler([12, 7], step=0)
    ```
    """

    def __init__(self, graph: GraphArrays, fanouts: Sequence[int], seed: int = 0):
        if not fanouts or min(fanouts) < 1:
            raise ValueError(
                f"`fanouts` must be positive. Received: fanouts={tuple(fanouts)}"
            )
        self.fanouts = tuple(fanouts)
        self.seed = seed
        self.schema = schema_text(
            graph.node_features.shape[1],
            None if graph.edge_features is None else graph.edge_features.shape[1],
            graph.edge_weights is not None,
            None if graph.context_features is None else len(graph.context_features),
        )
        graph_tensor = from_graph(graph)
        edges = graph_tensor.edge_sets[EDGES]
        self._context_features = graph_tensor.context.features
        self._node_features = graph_tensor.node_sets[NODES].features
        self._num_nodes = int(graph_tensor.node_sets[NODES].total_size)
        self._num_edges = int(edges.total_size)
        # The edges that enter node v are rows first_edge[v] to first_edge[v + 1].
        target = edges.adjacency.target.numpy()
        rows = np.argsort(target, kind="stable")
        with tf.device("CPU"):
            self._edge_features = {
                name: tf.gather(value, rows) for name, value in edges.features.items()
            }
            # One more row stands for edges that are not drawn.
            self._source = tf.pad(tf.gather(edges.adjacency.source, rows), [[0, 1]])
            self._in_degree = tf.math.bincount(target, minlength=self._num_nodes)
            self._first_edge = tf.cumsum(self._in_degree, exclusive=True)

    def __call__(
        self, seeds: np.ndarray | tf.Tensor, step: int | tf.Tensor = 0
    ) -> tfgnn.GraphTensor:
        seeds = tf.cast(seeds, tf.int32)
        key = tf.stack([tf.cast(self.seed, tf.int64), tf.cast(step, tf.int64)])
        tree, edges, drawn, parents = self._draw_tree(seeds, key)
        graph_number = tf.range(tf.shape(seeds)[0])[:, tf.newaxis]

        # Nodes of each tree by first appearance, which puts the seed first.
        node_key = _key(graph_number, tree, self._num_nodes)
        unique, place = tf.unique(tf.reshape(node_key, [-1]))
        node_graph, nodes = unique // self._num_nodes, unique % self._num_nodes
        place = tf.reshape(place, tf.shape(tree))

        edge_key = tf.boolean_mask(_key(graph_number, edges, self._num_edges), drawn)
        unique, copy_of = tf.unique(edge_key)
        edge_graph = unique // max(self._num_edges, 1)
        edges = unique % max(self._num_edges, 1)
        first = tf.math.unsorted_segment_min(
            tf.range(tf.size(copy_of)), copy_of, tf.size(unique)
        )

        def endpoint(place):
            return NODES, tf.gather(tf.boolean_mask(place, drawn), first)

        def sizes(graphs):
            return tf.math.bincount(tf.cast(graphs, tf.int32), minlength=tf.size(seeds))

        return tfgnn.GraphTensor.from_pieces(
            context=tfgnn.Context.from_fields(
                features={
                    name: tf.repeat(value, tf.size(seeds), axis=0)
                    for name, value in self._context_features.items()
                },
                sizes=tf.ones_like(seeds),
            ),
            node_sets={
                NODES: tfgnn.NodeSet.from_fields(
                    features=_rows(self._node_features, nodes), sizes=sizes(node_graph)
                )
            },
            edge_sets={
                EDGES: tfgnn.EdgeSet.from_fields(
                    features=_rows(self._edge_features, edges),
                    sizes=sizes(edge_graph),
                    adjacency=tfgnn.Adjacency.from_indices(
                        source=endpoint(place[:, 1:]),
                        target=endpoint(tf.gather(place, parents, axis=1)),
                        validate=False,
                    ),
                )
            },
        )

    def sizes(
        self, seeds: np.ndarray
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Returns bounds of the sizes of the subgraphs, for `size_constraints`.

        Args:
            seeds: int `(S,)`, nodes.

        Returns:
            Pair of dicts of int `(S,)`, the most nodes and the most edges.
        """
        source, first_edge = self._source.numpy()[:-1], self._first_edge.numpy()
        target = np.repeat(np.arange(self._num_nodes), self._in_degree)
        most: np.ndarray = np.zeros(self._num_nodes)
        for fanout in reversed(self.fanouts):
            from_source = 1 + most[source]
            largest_first = np.lexsort((-from_source, target))
            drawn = np.arange(len(source)) - first_edge[target] < fanout
            most = np.bincount(
                target, from_source[largest_first] * drawn, minlength=self._num_nodes
            )
        most = most[np.asarray(seeds)].astype(np.int64)
        return (
            {NODES: np.minimum(1 + most, self._num_nodes)},
            {EDGES: np.minimum(most, self._num_edges)},
        )

    def _draw_tree(self, seeds, key):
        """Draws the tree of each seed, T edges if all nodes had enough.

        Returns:
            - int32 `(B, 1 + T)`, the nodes, the seed first; the seed again for those
              that are not there;
            - int32 `(B, T)`, the edge that led to each node but the seed;
            - bool `(B, T)`, whether it is there;
            - int `(T,)`, which node each edge enters, the same in all trees.
        """
        frontier = seeds[:, tf.newaxis]
        reached = tf.ones_like(frontier, tf.bool)
        nodes, edges, drawn, parents = [frontier], [], [], []
        num_nodes = 0
        for hop, fanout in enumerate(self.fanouts):
            width = frontier.shape[1]
            parents.append(num_nodes + np.repeat(np.arange(width), fanout))
            num_nodes += width
            degree = tf.where(reached, tf.gather(self._in_degree, frontier), 0)
            choice = _choose(
                degree, fanout, tf.random.experimental.stateless_fold_in(key, hop)
            )
            reached = tf.range(fanout) < degree[..., tf.newaxis]
            rows = tf.gather(self._first_edge, frontier)[..., tf.newaxis] + choice
            rows = tf.reshape(
                tf.where(reached, rows, self._num_edges), (-1, width * fanout)
            )
            reached = tf.reshape(reached, (-1, width * fanout))
            frontier = tf.where(
                reached, tf.gather(self._source, rows), seeds[:, tf.newaxis]
            )
            nodes.append(frontier)
            edges.append(rows)
            drawn.append(reached)
        return (
            tf.concat(nodes, axis=1),
            tf.concat(edges, axis=1),
            tf.concat(drawn, axis=1),
            np.concatenate(parents),
        )


def _choose(counts, size, key):
    """Draws `size` different numbers below each count, all subsets equally likely.

    Floyd's algorithm, whose cost does not depend on the counts
    ([Bentley and Floyd, 1987](https://doi.org/10.1145/30401.315746)).

    Args:
        counts: int32 `(B, F)`.
        size: int.
        key: int64 `(2,)`, seed of a stateless generator.

    Returns:
        int32 `(B, F, size)`; 0, 1, 2 and so on where the count is not above `size`.
    """
    shape = tf.concat([[size], tf.shape(counts)], axis=0)
    uniform = tf.random.stateless_uniform(shape, key, dtype=tf.float64)
    chosen = []
    for number in range(size):
        last = counts - size + number
        drawn = tf.cast(uniform[number] * tf.cast(last + 1, tf.float64), tf.int32)
        for earlier in chosen:
            drawn = tf.where(drawn == earlier, last, drawn)
        chosen.append(tf.where(counts > size, drawn, number))
    return tf.stack(chosen, axis=-1)


def _key(graph_number, item, num_items):
    """Numbers items of graphs apart, graph by graph."""
    return tf.cast(graph_number, tf.int64) * max(num_items, 1) + tf.cast(item, tf.int64)


def _rows(features, rows):
    return {name: tf.gather(value, rows) for name, value in features.items()}
