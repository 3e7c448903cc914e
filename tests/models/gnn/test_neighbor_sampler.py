import kerazoo.models.gnn  # noqa: F401

# isort: split
import collections
import itertools
import types

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_gnn as tfgnn
from tensorflow_gnn.experimental import sampler as tfgnn_sampler
from tensorflow_gnn.sampler import sampling_spec_builder

from kerazoo.models.gnn import graph_schemas
from kerazoo.models.gnn import graph_tensors
from kerazoo.models.gnn.neighbor_sampler import NeighborSampler
from kerazoo.models.gnn.padded_sizes import size_constraints
from kerazoo.models.gnn.sampled_batching import sampled_batches

SEEDS = np.arange(5, 17)


def graph(num_nodes, edges, context_features=None):
    """A graph whose features are the numbers of its nodes and edges."""
    source, target = np.array(edges, "int32").reshape(-1, 2).T
    return types.SimpleNamespace(
        node_features=np.arange(num_nodes, dtype="float32")[:, None],
        source=source,
        target=target,
        edge_features=np.arange(len(source), dtype="float32")[:, None],
        edge_weights=np.arange(len(source), dtype="float32") / 2,
        context_features=context_features,
    )


def random_graph(num_nodes=30, num_edges=120):
    """A simple graph; nodes have from none to many neighbours."""
    random = np.random.default_rng(0)
    pairs = (num_nodes * random.random((4 * num_edges, 2)) ** 2).astype(int)
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    return graph(num_nodes, random.permutation(pairs)[:num_edges])


def components(graph_tensor):
    """The nodes of each component and its edges, as numbers in the whole graph."""
    nodes, edges = graph_tensor.node_sets["nodes"], graph_tensor.edge_sets["edges"]
    node_number = nodes["features"].numpy()[:, 0].astype(int)
    edge_number = edges["features"].numpy()[:, 0].astype(int)
    ends = [node_number[edges.adjacency[tag]] for tag in (tfgnn.SOURCE, tfgnn.TARGET)]
    first_node, first_edge = 0, 0
    for num_nodes, num_edges in zip(nodes.sizes.numpy(), edges.sizes.numpy()):
        rows = slice(first_edge, first_edge + num_edges)
        yield (
            node_number[first_node : first_node + num_nodes].tolist(),
            list(zip(ends[0][rows], ends[1][rows], edge_number[rows])),
        )
        first_node += num_nodes
        first_edge += num_edges


def reachable(whole, seed, hops):
    """The edges on paths of at most `hops` edges to the seed."""
    nodes, edges = {seed}, set()
    for _ in range(hops):
        entering = [e for e, v in enumerate(whole.target.tolist()) if v in nodes]
        edges.update(entering)
        nodes.update(whole.source[entering].tolist())
    return nodes, edges


def assert_equal(ones, others):
    ones, others = tf.nest.flatten(ones), tf.nest.flatten(others)
    assert len(ones) == len(others) > 0
    for one, other in zip(ones, others):
        np.testing.assert_array_equal(one, other)


def test_fanouts_above_all_degrees_give_the_whole_neighbourhood():
    whole = random_graph()
    sampler = NeighborSampler(whole, fanouts=(40, 40))
    seeds = [3, 29, 0, 3]
    found = list(components(sampler(seeds)))
    assert len(found) == 4
    for seed, (nodes, edges) in zip(seeds, found):
        expected_nodes, expected_edges = reachable(whole, seed, hops=2)
        assert nodes[0] == seed
        assert sorted(nodes) == sorted(expected_nodes)
        assert sorted(number for *_, number in edges) == sorted(expected_edges)
        assert all((whole.source[e], whole.target[e]) == (u, v) for u, v, e in edges)


def test_hand_worked_tree_of_two_hops():
    # 2 -> 1 -> 0 and 3 -> 1; what leaves 0 is of no use to it.
    sampler = NeighborSampler(graph(4, [(2, 1), (1, 0), (3, 1), (0, 2)]), (1, 2))
    subgraph = sampler([0])
    assert list(components(subgraph)) == [
        ([0, 1, 2, 3], [(1, 0, 1), (2, 1, 0), (3, 1, 2)])
    ]
    edges = subgraph.edge_sets["edges"]
    np.testing.assert_array_equal(edges.adjacency.source, [1, 2, 3])
    np.testing.assert_array_equal(edges.adjacency.target, [0, 1, 1])
    np.testing.assert_array_equal(edges["weight"], [0.5, 0, 1])


def test_no_node_has_more_edges_than_its_hop_allows():
    whole = random_graph()
    in_degree = np.bincount(whole.target, minlength=30)
    for nodes, edges in components(NeighborSampler(whole, (3, 2))(np.arange(30))):
        entering = collections.Counter(v for _, v, _ in edges)
        assert entering[nodes[0]] >= min(3, in_degree[nodes[0]])
        assert max(entering.values(), default=0) <= 5
        assert len({e for *_, e in edges}) == len(edges)
        assert len(set(nodes)) == len(nodes)


def test_all_subsets_are_equally_likely():
    sampler = NeighborSampler(graph(6, [(u, 0) for u in range(1, 6)]), fanouts=(2,))
    draw = tf.function(lambda step: graph_tensors.flatten(sampler(seeds, step)))
    seeds, spec = tf.zeros(1000, tf.int32), sampler(tf.zeros(1, tf.int32)).spec
    spec = graph_schemas.merged_spec(spec)
    counts = collections.Counter(
        frozenset(nodes[1:])
        for step in range(5)
        for nodes, _ in components(
            graph_tensors.unflatten(spec, draw(tf.constant(step)))
        )
    )
    assert counts.keys() == set(map(frozenset, itertools.combinations(range(1, 6), 2)))
    # 10 subsets, 5,000 draws: 500 each; chi-square of 9 degrees, 99.9% below 27.9.
    assert sum((count - 500) ** 2 / 500 for count in counts.values()) < 27.9


def tf_gnn_subgraphs(whole, seeds, fanouts):
    """What TF-GNN samples along the reversed edges."""
    graph_tensor = graph_tensors.from_graph(whole)
    schema = tfgnn.parse_schema(graph_schemas.schema_text(1))
    builder = sampling_spec_builder.SamplingSpecBuilder(schema).seed("nodes")
    for fanout in fanouts:
        builder = builder.sample(fanout, "edges")
    model = tfgnn_sampler.create_sampling_model_from_spec(
        schema,
        builder.build(),
        lambda op: tfgnn_sampler.InMemUniformEdgesSampler.from_graph_tensor(
            graph_tensor,
            "edges",
            sample_size=op.sample_size,
            source_tag=tfgnn.TARGET,
            seed=1,
            name=op.op_name,
        ),
        lambda node_set: tfgnn_sampler.InMemIndexToFeaturesAccessor.from_graph_tensor(
            graph_tensor, node_set
        ),
        seed_node_dtype=tf.int32,
    )
    return model(
        tf.RaggedTensor.from_tensor(seeds[:, None])
    ).merge_batch_to_components()


@pytest.mark.slow
def test_subgraphs_are_distributed_as_those_of_tf_gnn():
    # Node 0 has 4 neighbours, which have 2, 0, 1 and 3 themselves, some the same.
    edges = [(1, 0), (2, 0), (3, 0), (4, 0), (5, 1), (6, 1), (6, 3), (0, 4)]
    whole = graph(8, [*edges, (5, 4), (7, 4)])
    seeds, fanouts = tf.zeros(2000, tf.int32), (2, 2)
    theirs = collections.Counter(
        frozenset(e for *_, e in subgraph)
        for _, subgraph in components(tf_gnn_subgraphs(whole, seeds, fanouts))
    )
    ours = collections.Counter(
        frozenset(e for *_, e in subgraph)
        for _, subgraph in components(NeighborSampler(whole, fanouts)(seeds))
    )
    assert ours.keys() == theirs.keys()
    # Pairs of neighbours times choices at node 4, where it is among the two.
    assert len(ours) == 3 + 3 * 3
    # Two samples of 2,000: chi-square of 11 degrees, 99.9% below 31.3.
    statistic = sum((ours[k] - theirs[k]) ** 2 / (ours[k] + theirs[k]) for k in ours)
    assert statistic < 31.3


def test_draws_depend_on_seed_and_step_alone():
    whole = random_graph()

    def draw(seed, step):
        subgraphs = NeighborSampler(whole, (2, 2), seed)(np.arange(30), step)
        return tuple(
            number for _, edges in components(subgraphs) for *_, number in edges
        )

    assert draw(0, 5) == draw(0, 5)
    assert len({draw(0, 5), draw(0, 6), draw(1, 5), draw(5, 0)}) == 4


def test_nodes_without_edges_and_graphs_without_any():
    for whole in (graph(3, []), graph(3, [(0, 1)])):
        subgraphs = NeighborSampler(whole, (2, 2))([2, 0])
        assert list(components(subgraphs)) == [([2], []), ([0], [])]


def test_parallel_edges_and_self_loops_stay():
    sampler = NeighborSampler(graph(2, [(1, 0), (1, 0), (0, 0)]), (3, 3))
    ((nodes, edges),) = components(sampler([0]))
    assert nodes == [0, 1]
    assert sorted(edges) == [(0, 0, 2), (1, 0, 0), (1, 0, 1)]


def test_context_comes_with_each_subgraph():
    whole = graph(2, [(0, 1)], context_features=np.array([7, 8], "float32"))
    sampler = NeighborSampler(whole, (1,))
    np.testing.assert_array_equal(sampler([1, 0, 1]).context["features"], [[7, 8]] * 3)
    tfgnn.check_compatible_with_schema_pb(
        sampler([1]), tfgnn.parse_schema(sampler.schema)
    )


def test_sizes_bound_the_subgraphs_and_are_those_of_trees():
    whole = random_graph()
    sampler = NeighborSampler(whole, (3, 2))
    (nodes,), (edges,) = (sizes.values() for sizes in sampler.sizes(np.arange(30)))
    for step in range(5):
        for seed, found in enumerate(components(sampler(np.arange(30), step))):
            assert len(found[0]) <= nodes[seed]
            assert len(found[1]) <= edges[seed]
    # 0 <- 1, 2, 3, of which 3 has two sources and 1 has one.
    tree = graph(7, [(1, 0), (2, 0), (3, 0), (4, 3), (5, 3), (6, 1)])
    sampler = NeighborSampler(tree, (2, 5))
    (nodes,), (edges,) = (sizes.values() for sizes in sampler.sizes([0, 2, 3]))
    np.testing.assert_array_equal(nodes, [6, 1, 3])
    np.testing.assert_array_equal(edges, [5, 0, 2])


@pytest.fixture(scope="module")
def sampler():
    return NeighborSampler(random_graph(), (3, 2), seed=1)


@pytest.fixture(scope="module")
def batches(sampler):
    """Returns a function of a number of steps to batches of `SEEDS`."""
    constraints = size_constraints(sampler.sizes(SEEDS), 5)

    def get(steps, **kwargs):
        dataset = sampled_batches(sampler, SEEDS, 100 + SEEDS, 5, constraints, **kwargs)
        specs = tf.nest.flatten(dataset.element_spec)
        assert all(spec.shape.is_fully_defined() for spec in specs)
        return list(dataset.take(steps))

    return get


@pytest.fixture(scope="module")
def stream(batches):
    return batches(6, seed=0)


def test_batches_follow_the_stream_of_their_seed(sampler, stream):
    spec = graph_schemas.merged_spec(graph_schemas.spec_from_schema(sampler.schema))
    drawn = []
    for step, (flat, batch_labels, weights) in enumerate(stream):
        np.testing.assert_array_equal(weights, [1] * 5 + [0])
        found = list(components(graph_tensors.unflatten(spec, flat)))[:5]
        roots = [nodes[0] for nodes, _ in found]
        np.testing.assert_array_equal(batch_labels[:5], 100 + np.array(roots))
        assert found == list(components(sampler(roots, step)))
        drawn += roots
    assert sorted(drawn[:12]) == sorted(drawn[12:24]) == SEEDS.tolist()


def test_shards_share_the_stream(batches, stream):
    shards = [
        batches(1, seed=0, start_step=2, num_shards=2, shard_index=index)
        for index in range(2)
    ]
    assert_equal(shards, stream[4:])


@pytest.mark.slow
def test_batches_go_on_and_come_once_without_a_seed(batches, stream):
    assert_equal(batches(2, seed=0, start_step=4), stream[4:])
    once = batches(9)
    assert [int(tf.reduce_sum(weights)) for *_, weights in once] == [5, 5, 2]
    in_order = np.concatenate([y[w == 1] for _, y, w in once])
    np.testing.assert_array_equal(in_order, 100 + SEEDS)


@pytest.mark.parametrize("fanouts", [(), (3, 0)])
def test_fanouts_that_draw_nothing_raise(fanouts):
    with pytest.raises(ValueError, match="must be positive.*Received: fanouts="):
        NeighborSampler(graph(2, [(0, 1)]), fanouts)
