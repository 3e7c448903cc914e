import dataclasses

import numpy as np
import pytest
from scipy import sparse

from kerazoo.data.graphs.graph import Graph
from kerazoo.tasks.gnn.graph_digest import graph_digest

GRAPH = Graph(
    np.eye(3, dtype="float32"),
    np.array([0, 1]),
    np.array([1, 2]),
    edge_weights=np.array([0.5, 2.0], "float32"),
)
LABELS = np.array([0, 1, 1])


def test_same_graphs_have_the_same_digest():
    copy = dataclasses.replace(GRAPH, source=GRAPH.source.copy())
    assert graph_digest([GRAPH], LABELS) == graph_digest([copy], LABELS.copy())
    assert len(graph_digest([GRAPH])) == 64


@pytest.mark.parametrize(
    "change",
    [
        {"source": np.array([0, 2])},
        {"target": np.array([2, 2])},
        {"node_features": 2 * np.eye(3, dtype="float32")},
        {"edge_weights": np.array([0.5, 1.0], "float32")},
        {"edge_weights": None},
        {"context_features": np.ones(2, "float32")},
    ],
)
def test_any_change_gives_another(change):
    assert graph_digest([dataclasses.replace(GRAPH, **change)]) != graph_digest([GRAPH])


def test_labels_count_and_graphs_stand_in_order():
    other = dataclasses.replace(GRAPH, source=np.array([1, 1]))
    digests = {
        graph_digest([GRAPH]),
        graph_digest([GRAPH], LABELS),
        graph_digest([GRAPH, other]),
        graph_digest([other, GRAPH]),
    }
    assert len(digests) == 4


def test_sparse_features_are_read():
    features = sparse.csr_array(GRAPH.node_features)
    found = graph_digest([dataclasses.replace(GRAPH, node_features=features)])
    moved = sparse.csr_array(np.roll(GRAPH.node_features, 1, axis=1))
    assert found != graph_digest([dataclasses.replace(GRAPH, node_features=moved)])
