import numpy as np
import pytest

from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.graph_dataset import GraphDataset

NO_EDGES = np.array([], np.int32)


def nodes(features):
    return Graph(np.array(features, np.float32), NO_EDGES, NO_EDGES)


def dataset(**changes):
    values = {
        "name": "three",
        "graphs": [nodes(np.ones((i, 2))) for i in (1, 2, 3)],
        "labels": np.array([0, 1, 1], np.int32),
        "num_classes": 2,
        "folds": [(np.array([0, 1]), np.array([2]))],
    }
    return GraphDataset(**(values | changes))


@pytest.mark.parametrize(
    "changes",
    [{}, {"folds": None}, {"num_classes": None, "labels": np.array([0.5, -2, 9])}],
)
def test_valid_datasets_pass(changes):
    dataset(**changes).validate()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"graphs": [], "labels": []}, ": .* Received: 0 graphs, 0 labels"),
        ({"labels": np.array([0, 1])}, ": .* Received: 3 graphs, 2 labels"),
        (
            {"graphs": [nodes([[1, 2]]), nodes([[1, np.nan]]), nodes([[1, 2]])]},
            r", graph 1: .*node_features\[node 0, column 1\]=nan",
        ),
        (
            {"graphs": [nodes([[1, 2]]), nodes([[1, 2]]), nodes([[1]])]},
            ", graph 2: `node_features` .* as in graph 0, 2. Received: 1",
        ),
        (
            {"labels": np.array([0, 2, 1])},
            r": .* 0 to 1. Received: labels\[graph 1\]=2",
        ),
        (
            {"num_classes": None, "labels": np.array([0, 1, np.nan])},
            r": .* finite target values. Received: labels\[graph 2\]=nan",
        ),
        (
            {"num_classes": 1, "labels": np.zeros(3, int)},
            ": expected at least two classes. Received: num_classes=1",
        ),
        ({"folds": [([0, 1], [3])]}, ", fold 0: .* 0 to 2. Received: graph 3"),
        ({"folds": [([0], [1]), ([0, 1], [1])]}, ", fold 1: .*: graph 1 in both"),
    ],
)
def test_faults_raise_in_one_line(changes, message):
    with pytest.raises(ValueError, match=f"^three{message}$"):
        dataset(**changes).validate()
