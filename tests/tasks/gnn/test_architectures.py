import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.node_dataset import NodeDataset
from kerazoo.models.gnn import CONVOLUTIONS
from kerazoo.models.gnn import EncoderConfig
from kerazoo.models.gnn import TrainingConfig
from kerazoo.tasks.gnn import NodeClassification
from kerazoo.training import strategy as strategies

ARCHITECTURES = [*(name for name in CONVOLUTIONS if name != "rgcn"), "appnp", "gcnii"]
# Others are more like those that remain.
SLOW = (
    *("gat", "gatv2", "gin", "gine", "sage", "directed"),
    *("sgc", "ssgc", "tag", "chebyshev"),
)


@pytest.fixture(scope="module")
def dataset():
    """Two classes of nodes that differ in a feature and have no edge in common."""
    number = np.arange(12)
    half = number // 6
    source, target = np.nonzero((half[:, None] == half) & ~np.eye(12, dtype=bool))
    random = np.random.default_rng(0)
    graph = Graph(
        np.stack([half + number % 3 / 10, number % 2], 1, dtype="float32"),
        source.astype("int32"),
        target.astype("int32"),
        edge_features=random.normal(size=(len(source), 1)).astype("float32"),
        edge_weights=random.uniform(1, 2, len(source)).astype("float32"),
    )
    labels = half.astype("int32")
    is_train = number % 6 < 2
    splits = number[is_train], number[:0], number[~is_train]
    return NodeDataset("halves", graph, labels, 2, *splits)


@pytest.mark.slow
@pytest.mark.parametrize(
    "architecture",
    [
        pytest.param(name, marks=pytest.mark.slow if name in SLOW else ())
        for name in ARCHITECTURES
    ],
)
@pytest.mark.filterwarnings("ignore:.*of the edges out")
def test_every_architecture_learns(architecture, dataset):
    keras.utils.set_random_seed(0)
    task = NodeClassification(
        dataset,
        encoder=EncoderConfig(architecture, dropout=0.0),
        training=TrainingConfig(learning_rate=0.05),
    )
    task.build(strategies.create("one_device"), train_steps=40, seed=0)
    step = tf.function(task.train_step)
    losses = [float(step()["loss"]) for _ in range(40)]
    assert losses[-1] < 0.1 < losses[0]
    logits = task.full_graph.call().numpy()[dataset.test]
    np.testing.assert_array_equal(logits.argmax(axis=1), dataset.labels[dataset.test])
