"""Splits of edges, graphs and molecules, the same for the same seed."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from kerazoo.data.graphs.edge_split import EdgeSplit
from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.rdkit_import import needs_rdkit


def random_split(
    n: int, fractions: Sequence[float] = (0.8, 0.1, 0.1), seed: int = 0
) -> list[np.ndarray]:
    """Splits indices at random.

    Args:
        n: Number of indices.
        fractions: Shares of sum 1, one for each part.
        seed: Equal seeds give equal splits.

    Returns:
        List of sorted int arrays that partition `range(n)`.

    Raises:
        ValueError: If `fractions` are negative or their sum is not 1.
    """
    _check_fractions(fractions)
    ends = np.rint(np.cumsum(fractions[:-1]) * n).astype(int)
    order = np.random.default_rng(seed).permutation(n)
    return [np.sort(part) for part in np.split(order, ends)]


def stratified_folds(
    labels: np.ndarray, num_folds: int = 10, seed: int = 0
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Splits for cross-validation, with the classes' shares alike in all folds.

    Args:
        labels: int array `(B,)`.
        num_folds: Number of folds.
        seed: Equal seeds give equal folds.

    Returns:
        List of pairs of int arrays, train and test. The tests are a partition.

    Raises:
        ValueError: If a class has fewer members than there are folds.
    """
    from sklearn import model_selection

    smallest = np.unique(labels, return_counts=True)[1].min()
    if not 2 <= num_folds <= smallest:
        raise ValueError(
            "`num_folds` must be from 2 to the size of the smallest class, "
            f"{smallest}. Received: num_folds={num_folds}"
        )
    folds = model_selection.StratifiedKFold(num_folds, shuffle=True, random_state=seed)
    return list(folds.split(np.zeros(len(labels)), labels))


def scaffold_split(
    smiles: Sequence[str], fractions: Sequence[float] = (0.8, 0.1, 0.1)
) -> tuple[np.ndarray, ...]:
    """Splits molecules so that no Bemis-Murcko scaffold is in two parts.

    The largest groups of molecules with one scaffold go to train, the others to
    validation, then test, as in MoleculeNet
    ([Wu et al., 2018](https://arxiv.org/abs/1703.00564), Section 3.2).

    Args:
        smiles: The molecules.
        fractions: Three shares of sum 1: train, validation, test.

    Returns:
        Tuple of sorted int arrays: train, validation and test.

    Raises:
        ValueError: If `fractions` are wrong, or one scaffold is larger than train.
    """
    with needs_rdkit():
        from rdkit import rdBase
        from rdkit.Chem.Scaffolds import MurckoScaffold

    _check_fractions(fractions)
    groups: dict[str, list[int]] = {}
    with rdBase.BlockLogs():
        for i, molecule in enumerate(smiles):
            scaffold = MurckoScaffold.MurckoScaffoldSmiles(molecule)
            groups.setdefault(scaffold, []).append(i)
    ends = np.cumsum(fractions) * len(smiles) + 1e-6  # 0.1 + 0.2 is not 0.3.
    train: list[int] = []
    validation: list[int] = []
    test: list[int] = []
    for group in sorted(groups.values(), key=lambda g: (len(g), g[0]), reverse=True):
        if len(train) + len(group) <= ends[0]:
            train += group
        elif len(train) + len(validation) + len(group) <= ends[1]:
            validation += group
        else:
            test += group
    if not train:
        raise ValueError(
            "Expected a scaffold with fewer molecules than `train`; split at random "
            f"instead. Received: {len(smiles)} molecules with {len(groups)} scaffolds"
        )
    return tuple(np.array(sorted(part), int) for part in (train, validation, test))


def edge_split(
    graph: Graph,
    validation_fraction: float = 0.05,
    test_fraction: float = 0.10,
    seed: int = 0,
) -> EdgeSplit:
    """Holds out edges of an undirected graph for link prediction.

    The split of the variational graph auto-encoder
    ([Kipf and Welling, 2016](https://arxiv.org/abs/1611.07308), Section 4). Self-loops
    stay in the training graph and are no pairs.

    Args:
        graph: A graph with both directions of every edge.
        validation_fraction: Share of the edges, rounded down, but at least one
            unless it is 0.
        test_fraction: Share of the edges, rounded down, but at least one.
        seed: Equal seeds give equal splits.

    Returns:
        The split.

    Raises:
        ValueError: If an edge has no reverse, there are too few edges to hold out
            these shares, or too few pairs without an edge.
    """
    source, target = graph.source.astype(np.int64), graph.target.astype(np.int64)
    codes = _pair_codes(np.minimum(source, target), np.maximum(source, target))
    edges = np.unique(codes[source < target])
    for code in np.setxor1d(edges, codes[source > target]):
        u, v = _pairs(code)
        raise ValueError(
            "Expected an undirected graph, which has both directions of every edge. "
            f"Received: one direction of the edge between {u} and {v}"
        )
    num_validation = int(validation_fraction * len(edges))
    if validation_fraction > 0:
        num_validation = max(num_validation, 1)
    num_test = max(int(test_fraction * len(edges)), 1)
    if validation_fraction < 0 or not 0 < num_test < len(edges) - num_validation:
        raise ValueError(
            f"Expected shares of {len(edges)} edges that give at least one to test and "
            f"leave one to train. Received: validation_fraction={validation_fraction}, "
            f"test_fraction={test_fraction}"
        )
    random = np.random.default_rng(seed)
    ends = [num_validation, num_validation + num_test]
    validation, test, train = np.split(random.permutation(edges), ends)
    negatives = _sample_non_edges(graph.num_nodes, edges, ends[1], random)
    held_out = np.isin(codes, np.append(validation, test)) & (source != target)
    return EdgeSplit(
        graph=_without_edges(graph, held_out),
        train=_pairs(train),
        validation=_pairs(validation),
        test=_pairs(test),
        validation_negatives=_pairs(negatives[:num_validation]),
        test_negatives=_pairs(negatives[num_validation:]),
    )


def _check_fractions(fractions):
    if min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-6:
        raise ValueError(
            "`fractions` must be from 0 to 1 with sum 1. "
            f"Received: fractions={fractions}"
        )


def _pair_codes(u, v):
    """Numbers the pairs u < v: (0, 1), (0, 2), (1, 2), (0, 3), ..."""
    return v * (v - 1) // 2 + u


def _pairs(codes):
    v = ((1 + np.sqrt(1 + 8 * codes)) // 2).astype(np.int64)
    return np.stack([codes - v * (v - 1) // 2, v], axis=-1).astype(np.int32)


def _sample_non_edges(num_nodes, edges, count, random):
    """Draws codes of different pairs that are no edges, all equally likely."""
    num_free = num_nodes * (num_nodes - 1) // 2 - len(edges)
    if num_free < count:
        raise ValueError(
            f"Expected at least {count} pairs of nodes without an edge, as many as "
            f"edges held out. Received: {num_free} such pairs"
        )
    ranks = random.choice(num_free, count, replace=False)
    # The free code of rank r comes after all edges that have at most r free before.
    free_before = edges - np.arange(len(edges))
    return ranks + np.searchsorted(free_before, ranks, side="right")


def _without_edges(graph, removed):
    edge_fields = ("source", "target", "edge_features", "edge_weights")
    values = {field: getattr(graph, field) for field in edge_fields}
    kept = {k: v[~removed] for k, v in values.items() if v is not None}
    return dataclasses.replace(graph, **kept)
