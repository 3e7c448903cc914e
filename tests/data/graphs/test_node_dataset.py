import numpy as np
import pytest

from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.node_dataset import NodeDataset


def dataset(**changes):
    ends = np.array([0, 1], np.int32)
    values = {
        "name": "five",
        "graph": Graph(np.eye(5, dtype=np.float32), ends, ends[::-1]),
        "labels": np.array([0, 1, 0, 1, -1], np.int32),
        "num_classes": 2,
        "train": np.array([0, 1]),
        "validation": np.array([2]),
        "test": np.array([3]),
    }
    return NodeDataset(**(values | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"validation": np.array([], int)},
        {
            "labels": np.full(5, -1),
            "num_classes": 0,
            **dict.fromkeys(("train", "validation", "test"), np.array([], int)),
        },
    ],
)
def test_valid_datasets_pass(changes):
    dataset(**changes).validate()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"graph": Graph(np.eye(5), np.array([9]), np.array([0]))},
            r"source\[edge 0\]=9",
        ),
        ({"labels": np.zeros(4, int)}, "for each of the 5 nodes. Received: 4 labels"),
        (
            {"labels": np.array([0, 1, 2, 1, 0])},
            r"0 to 1, or -1 .* Received: labels\[node 2\]=2",
        ),
        ({"labels": np.array([0, -2, 1, 1, 0])}, r"labels\[node 1\]=-2"),
        ({"train": np.array([], int)}, r"`train` must .* Received: train=\[\]"),
        ({"test": np.array([], int)}, r"`test` must .* Received: test=\[\]"),
        ({"test": np.array([2, 3])}, "Received: node 2 in validation and test"),
        ({"validation": np.array([0])}, "Received: node 0 in train and validation"),
        ({"test": np.array([5])}, "`test` must .* from 0 to 4. Received: node 5"),
        (
            {"train": np.array([0, 4])},
            r"`train` .* label. Received: labels\[node 4\]=-1",
        ),
    ],
)
def test_faults_raise_in_one_line(changes, message):
    with pytest.raises(ValueError, match=f"^five: .*{message}$"):
        dataset(**changes).validate()
