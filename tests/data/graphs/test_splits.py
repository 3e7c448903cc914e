import dataclasses
import itertools

import networkx
import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem.Scaffolds import MurckoScaffold

from kerazoo.data.graphs import splits
from kerazoo.data.graphs.both_directions import both_directions
from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.planetoid import planetoid

BENZENE = ["c1ccccc1", "Cc1ccccc1", "Oc1ccccc1", "Nc1ccccc1", "Clc1ccccc1", "Fc1ccccc1"]
PYRIDINE = ["c1ccncc1", "Cc1ccncc1"]


def undirected_graph(num_nodes, edges, self_loops=()):
    """A graph whose edge features and weights are the sum of squares of its ends."""
    source, target, _ = both_directions(*zip(*edges, *((v, v) for v in self_loops)))
    squares = (source**2 + target**2).astype(np.float32)
    return Graph(
        np.eye(num_nodes, dtype=np.float32),
        source,
        target,
        edge_features=squares[:, np.newaxis],
        edge_weights=squares,
    )


def random_graph(num_nodes=40, num_edges=120, seed=0):
    graph = networkx.gnm_random_graph(num_nodes, num_edges, seed=seed)
    return undirected_graph(num_nodes, list(graph.edges))


def as_set(pairs):
    assert pairs.dtype == np.int32
    assert pairs.shape[1:] == (2,)
    return set(map(tuple, pairs.tolist()))


def directed_edges(graph):
    return set(zip(graph.source.tolist(), graph.target.tolist()))


@pytest.mark.parametrize("n", [0, 1, 10, 101])
def test_random_split_is_a_partition_of_the_given_shares(n):
    parts = splits.random_split(n, (0.6, 0.25, 0.15), seed=3)
    assert np.sort(np.concatenate(parts)).tolist() == list(range(n))
    for part, share in zip(parts, (0.6, 0.25, 0.15)):
        assert abs(len(part) - share * n) <= 1
        assert np.all(np.diff(part) > 0)


def test_random_split_depends_on_the_seed_alone():
    first, again, other = (splits.random_split(50, seed=s)[0] for s in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("fractions", [(0.5, 0.6), (1.2, -0.2), (0.3, 0.3, 0.3)])
def test_wrong_fractions_raise(fractions):
    with pytest.raises(ValueError, match="sum 1. Received: fractions="):
        splits.random_split(10, fractions)


def test_stratified_folds_keep_the_shares_of_classes():
    labels = np.random.default_rng(0).permutation(np.repeat([0, 1], [40, 20]))
    folds = splits.stratified_folds(labels, num_folds=10, seed=0)
    tests = np.concatenate([test for _, test in folds])
    assert sorted(tests) == list(range(60))
    for train, test in folds:
        assert sorted([*train, *test]) == list(range(60))
        assert np.bincount(labels[test]).tolist() == [4, 2]
    again = splits.stratified_folds(labels, num_folds=10, seed=0)
    other = splits.stratified_folds(labels, num_folds=10, seed=1)
    np.testing.assert_array_equal(folds[0][1], again[0][1])
    assert not np.array_equal(folds[0][1], other[0][1])


@pytest.mark.parametrize("num_folds", [1, 4])
def test_more_folds_than_members_raise(num_folds):
    with pytest.raises(
        ValueError, match=f"2 to .*, 3. Received: num_folds={num_folds}"
    ):
        splits.stratified_folds([0, 0, 0, 0, 1, 1, 1], num_folds)


def test_scaffold_split_by_hand():
    # Six molecules on benzene, two on pyridine, one on cyclohexane, one without rings.
    smiles = [*PYRIDINE, "CCO", *BENZENE, "OC1CCCCC1"]
    train, validation, test = splits.scaffold_split(smiles, (0.6, 0.2, 0.2))
    assert train.tolist() == [3, 4, 5, 6, 7, 8]
    assert validation.tolist() == [0, 1]
    assert test.tolist() == [2, 9]


def test_scaffold_split_of_real_molecules(real_data):
    lines = (real_data("molecules") / "bbbp.csv").read_text().splitlines()[1:401]
    smiles = [line.partition(",")[0] for line in lines]
    parts = splits.scaffold_split(smiles)
    again = splits.scaffold_split(smiles)
    assert np.sort(np.concatenate(parts)).tolist() == list(range(400))
    assert [len(part) for part in parts] == [320, 40, 40]
    for part, same in zip(parts, again):
        np.testing.assert_array_equal(part, same)
    rings = [set(map(scaffold, np.array(smiles)[part])) for part in parts]
    for one, other in itertools.combinations(rings, 2):
        assert not one & other


def scaffold(smiles):
    core = MurckoScaffold.GetScaffoldForMol(Chem.MolFromSmiles(smiles))
    return Chem.MolToSmiles(core, isomericSmiles=False)


def test_one_scaffold_for_all_raises():
    with pytest.raises(ValueError, match="Received: 6 molecules with 1 scaffolds"):
        splits.scaffold_split(BENZENE)


def test_edge_split_parts_are_disjoint_and_whole():
    graph = random_graph()
    split = splits.edge_split(graph, 0.1, 0.25, seed=0)
    parts = [as_set(getattr(split, p)) for p in ("train", "validation", "test")]
    assert [len(part) for part in parts] == [78, 12, 30]
    assert set().union(*parts) == {(u, v) for u, v in directed_edges(graph) if u < v}
    assert directed_edges(split.graph) == {
        pair for u, v in parts[0] for pair in ((u, v), (v, u))
    }


def test_edge_split_keeps_features_with_their_edges():
    split = splits.edge_split(random_graph(), 0.1, 0.25)
    graph = split.graph
    assert graph.num_edges == 2 * len(split.train)
    squares = graph.source**2 + graph.target**2
    np.testing.assert_array_equal(graph.edge_weights, squares)
    np.testing.assert_array_equal(graph.edge_features[:, 0], squares)


@pytest.mark.parametrize("seed", range(5))
def test_edge_split_negatives_are_different_non_edges(seed):
    graph = random_graph(seed=seed)
    split = splits.edge_split(graph, 0.1, 0.25, seed=seed)
    validation = as_set(split.validation_negatives)
    test = as_set(split.test_negatives)
    assert (len(validation), len(test)) == (12, 30)
    assert not validation & test
    assert not (validation | test) & directed_edges(graph)
    assert all(0 <= u < v < 40 for u, v in validation | test)


def test_edge_split_draws_all_non_edges_equally_often():
    # 4 of the 8 pairs without an edge for each of 2,000 seeds: 1,000 times each, with
    # a standard deviation of 22.
    pairs = list(itertools.combinations(range(8), 2))
    free = [pair for i, pair in enumerate(pairs) if i % 7 in (4, 6)]
    graph = undirected_graph(8, [pair for pair in pairs if pair not in free])
    counts = dict.fromkeys(free, 0)
    for seed in range(2_000):
        for pair in as_set(splits.edge_split(graph, 0, 0.2, seed).test_negatives):
            counts[pair] += 1
    assert min(counts.values()) > 890
    assert max(counts.values()) < 1_110


def test_edge_split_uses_up_the_non_edges_of_a_dense_graph():
    pairs = list(itertools.combinations(range(8), 2))
    free = {pairs[i] for i in (0, 3, 7, 8, 15, 20, 26, 27)}
    graph = undirected_graph(8, [pair for pair in pairs if pair not in free])
    split = splits.edge_split(graph, 0, 0.4)
    assert as_set(split.test_negatives) == free
    with pytest.raises(ValueError, match="at least 10 pairs .* Received: 8 such pairs"):
        splits.edge_split(graph, 0, 0.5)


def test_edge_split_leaves_self_loops_in_the_graph():
    edges = list(networkx.cycle_graph(10).edges)
    split = splits.edge_split(undirected_graph(10, edges, range(10)), 0.2, 0.3)
    loops = split.graph.source == split.graph.target
    assert split.graph.source[loops].tolist() == list(range(10))
    assert (len(split.train), len(split.validation), len(split.test)) == (5, 2, 3)


def test_edge_split_depends_on_the_seed_alone():
    first, again, other = (
        splits.edge_split(random_graph(), seed=seed) for seed in (0, 0, 1)
    )
    for field in ("test", "validation_negatives", "test_negatives"):
        same = getattr(again, field)
        np.testing.assert_array_equal(getattr(first, field), same)
        assert as_set(getattr(other, field)) != as_set(same)


def test_edge_split_of_cora_has_the_published_sizes(real_data):
    split = splits.edge_split(planetoid("cora", real_data("planetoid")).graph)
    # 10 and 5 percent of 5,278, rounded down.
    assert len(split.test) == len(split.test_negatives) == 527
    assert len(split.validation) == len(split.validation_negatives) == 263
    assert len(split.train) == 5278 - 527 - 263


def test_edge_split_of_a_directed_graph_raises():
    graph = random_graph()
    one_way = dataclasses.replace(
        graph, source=np.append(graph.source, 3), target=np.append(graph.target, 17)
    )
    assert (3, 17) not in directed_edges(graph)
    with pytest.raises(ValueError, match="one direction of the edge between 3 and 17"):
        splits.edge_split(one_way)


@pytest.mark.parametrize("shares", [(0.5, 0.5), (-0.1, 0.1), (0.1, 1.5)])
def test_edge_split_of_too_few_edges_raises(shares):
    with pytest.raises(
        ValueError, match=r"shares of 120 edges .* validation_fraction="
    ):
        splits.edge_split(random_graph(), *shares)
