"""What the tasks of graphs say of small data, and choose by it."""

import warnings

import numpy as np
import pytest

from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.graph_dataset import GraphDataset
from kerazoo.data.graphs.node_dataset import NodeDataset
from kerazoo.data.graphs.table_features import TableFeatures
from kerazoo.models.gnn import EncoderConfig
from kerazoo.models.gnn import ReadoutConfig
from kerazoo.tasks.gnn import GraphPrediction
from kerazoo.tasks.gnn import LinkPrediction
from kerazoo.tasks.gnn import NodeClassification
from kerazoo.tasks.gnn.gnn_task import describe_parts
from kerazoo.tasks.gnn.gnn_task import warn_of_unseen_classes
from kerazoo.tasks.gnn.graph_split import split_graphs
from kerazoo.training import strategy as strategies


def path(size, edge_features=False):
    nodes = np.arange(size - 1, dtype="int32")
    features = np.ones((size - 1, 2), "float32") if edge_features else None
    return Graph(np.ones((size, 3), "float32"), nodes, nodes + 1, features, label=0)


def paths(count, labels, edge_features=False, smiles=None):
    graphs = [path(3 + i % 4, edge_features) for i in range(count)]
    return GraphDataset("paths", graphs, np.array(labels), 2, ["a", "b"], smiles)


def nodes(labels, **kwargs):
    count = len(labels)
    return NodeDataset(
        "line",
        path(count),
        np.array(labels, "int32"),
        max(labels) + 1,
        **{
            "train": np.arange(count - 2),
            "validation": np.array([count - 2]),
            "test": np.array([count - 1]),
            "class_names": [f"c{i}" for i in range(max(labels) + 1)],
            **kwargs,
        },
    )


def build(task):
    task.build(strategies.create("one_device"), 4, seed=0)
    return task


@pytest.mark.parametrize(
    ("dataset", "architecture", "readout"),
    [
        ("own.csv", "gine", ReadoutConfig("mean", "mlp")),
        ("own.smi", "gine", ReadoutConfig("mean", "mlp")),
        ("MUTAG", "gin", ReadoutConfig()),
        (paths(4, [0, 1] * 2), "gin", ReadoutConfig()),
        (paths(4, [0, 1] * 2, True), "gine", ReadoutConfig("mean", "mlp")),
    ],
)
def test_features_of_edges_are_taken_by_default(dataset, architecture, readout):
    task = GraphPrediction(dataset)
    assert task.encoder.architecture == architecture
    assert task.readout == readout
    assert GraphPrediction("own.csv", encoder=EncoderConfig("gin")).encoder == (
        EncoderConfig("gin")
    )


def test_sizes_of_the_data_are_said():
    assert describe_parts(3000, 0, 1) == "3,000 to train, none to choose by, 1 to test"
    task = build(NodeClassification(nodes([0, 1, 0, 1, 1])))
    assert task.describe_data() == (
        "line: 5 nodes, 4 edges, 3 features, 2 classes; nodes: 3 to train, 1 to choose "
        "by, 1 to test"
    )
    task = build(GraphPrediction(paths(20, [0, 1] * 10), batch_size=4))
    assert task.describe_data() == (
        "paths: 20 graphs, 2 classes; 16 to train, 2 to choose by, 2 to test"
    )
    task = build(LinkPrediction("karate_club"))
    assert task.describe_data() == (
        "karate_club_link: 34 nodes, 136 edges, 34 features; links: 68 to train, 3 to "
        "choose by, 7 to test"
    )
    assert 78 == 68 + 3 + 7  # Ties of the club.


def test_classes_that_no_training_example_has_are_warned_of():
    labels = np.array([0, 1, 2, -1])
    with pytest.warns(UserWarning, match="No training example is of class b, c,"):
        warn_of_unseen_classes(labels, np.array([0]), list("abc"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_unseen_classes(labels, np.array([0, 1, 2]), None)
    with pytest.warns(UserWarning, match="class c2"):
        build(NodeClassification(nodes([0, 1, 0, 1, 2])))


def test_names_of_nodes_are_no_classes():
    dataset = nodes(range(12), node_features=TableFeatures())
    with pytest.raises(ValueError, match="each of the 12 nodes.*`target_column`"):
        build(NodeClassification(dataset))


def test_folds_and_scaffolds_of_few_graphs_are_refused_with_a_way_out():
    few = paths(20, [0] * 15 + [1] * 5)
    with pytest.raises(ValueError, match="`fold` is for 10 .* paths has 5.*fold=3"):
        split_graphs(few, fold=3)
    pytest.importorskip("rdkit")
    rings = ["c1ccccc1" + "C" * (i % 7) for i in range(17)]
    alike = paths(20, [0, 1] * 10, smiles=[*rings, "C1CC1", "C1CCC1", "C1CCCC1"])
    with pytest.raises(ValueError, match="paths nothing to test on.* take random"):
        split_graphs(alike, "scaffold")
