import networkx
import numpy as np
import pytest
from sklearn import metrics

from kerazoo.data.graphs.karate_club import karate_club
from kerazoo.evaluation.graphs.community_metrics import community_metrics


def test_measures_are_those_of_networkx_and_scikit_learn():
    dataset, random = karate_club(), np.random.default_rng(0)
    communities = random.integers(0, 4, 34) * 2  # Numbers with gaps.
    weights = random.uniform(0.5, 2, (34, 34))
    graph = dataset.graph
    weights = (weights + weights.T)[graph.source, graph.target]
    drawing = networkx.Graph()
    drawing.add_nodes_from(range(34))
    ends = graph.source.tolist(), graph.target.tolist()
    drawing.add_weighted_edges_from(zip(*ends, weights.tolist()))
    groups = [set(np.flatnonzero(communities == c).tolist()) for c in (0, 2, 4, 6)]
    labels = dataset.labels.copy()
    labels[:3] = -1
    found = community_metrics(graph.source, graph.target, communities, weights, labels)
    expected = networkx.community.modularity(drawing, groups)
    assert found["modularity"] == pytest.approx(expected)
    conductance = [networkx.conductance(drawing, s, weight="weight") for s in groups]
    assert found["conductance"] == pytest.approx(np.mean(conductance))
    assert found["num_communities"] == 4
    pair = labels[3:], communities[3:]
    assert found["nmi"] == pytest.approx(metrics.normalized_mutual_info_score(*pair))
    assert found["ari"] == pytest.approx(metrics.adjusted_rand_score(*pair))


def test_one_community_and_no_classes():
    source, target = np.array([0, 1]), np.array([1, 0])
    found = community_metrics(source, target, np.array([3, 3, 3]))
    assert found == {"modularity": 0, "conductance": 0, "num_communities": 1}
