import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special

from kerazoo.data.graphs.edge_split import EdgeSplit
from kerazoo.data.graphs.graph_dataset import GraphDataset
from kerazoo.data.graphs.node_dataset import NodeDataset
from kerazoo.models.gnn import EncoderConfig
from kerazoo.models.gnn import LinkConfig
from kerazoo.models.gnn import ReadoutConfig
from kerazoo.models.gnn import TrainingConfig
from kerazoo.models.gnn import from_graphs
from kerazoo.models.gnn import plain_tensors
from kerazoo.tasks.gnn import GraphPrediction
from kerazoo.tasks.gnn import LinkPrediction
from kerazoo.tasks.gnn import NodeClassification
from kerazoo.tasks.gnn import SampledNodeClassification
from kerazoo.training import Best
from kerazoo.training import Schedule
from kerazoo.training import Trainer
from kerazoo.training import Workdir
from kerazoo.training import strategy as strategies

STEPS = 4
PARTS = np.arange(8), np.arange(8, 11), np.arange(11, 14)


@dataclasses.dataclass(frozen=True)
class Descent(TrainingConfig):
    """Plain gradient descent: Adam enlarges what differs by rounding alone."""

    def optimizer(self):
        return keras.optimizers.SGD(0.05)


class Makers:
    """Makes each task with a tiny model in the scope of a strategy."""

    def __init__(self, graph, small_graphs):
        self.graph = graph
        self.small_graphs = small_graphs

    def nodes(self, strategy, dropout=0.0, kind="gcn", is_sparse=True, **kwargs):
        task = NodeClassification(
            kwargs.pop("dataset", None) or self.node_dataset(is_sparse),
            encoder=EncoderConfig(kind, 5, 2, dropout),
            training=Descent(),
            **kwargs,
        )
        task.build(strategy, 2 * STEPS, seed=0)
        return task

    def sampled(self, strategy, dropout=0.0, kind="sage", batch_size=4):
        task = SampledNodeClassification(
            self.node_dataset(is_sparse=False),
            # Few enough edges enter a node for all of them to be drawn.
            fanouts=(5, 5),
            batch_size=batch_size,
            encoder=EncoderConfig(kind, 5, 2, dropout),
            training=Descent(),
        )
        task.build(strategy, 2 * STEPS, seed=0)
        return task

    def links(self, strategy, dropout=0.0):
        graph = self.graph()
        pairs = np.stack([graph.source, graph.target], axis=1)
        others = np.array([[8, 0], [4, 1], [6, 2]], "int32")
        split = EdgeSplit(graph, pairs[:9], pairs[9:12], pairs[12:], others, others[:2])
        task = LinkPrediction(
            links=LinkConfig("bilinear", 4),
            encoder=EncoderConfig("gcn", 5, 2, dropout),
            training=Descent(),
        )
        task.learn(split, strategy, seed=0)
        return task

    def graphs(self, strategy, dropout=0.0, classes=2, parts=PARTS, **kwargs):
        labels = np.arange(14, dtype="int32") % (classes or 14)
        if not classes:
            labels = np.linspace(-3, 5, 14).astype("float32")
        dataset = GraphDataset(
            "tiny", self.small_graphs(14), labels, classes, list("abc")[:classes]
        )
        task = GraphPrediction(
            dataset,
            batch_size=4,
            encoder=EncoderConfig("gin", 5, 2, dropout),
            readout=ReadoutConfig(readout_dropout=dropout),
            training=Descent(),
            **kwargs,
        )
        task.learn(dataset, parts, strategy, 2 * STEPS, seed=0)
        return task

    def node_dataset(self, is_sparse, **changes):
        dataset = NodeDataset(
            "tiny",
            self.graph(is_sparse=is_sparse),
            labels=np.array([0, 1, 2, 0, 1, 2, 0, 1, -1], "int32"),
            num_classes=3,
            train=np.array([0, 1, 2, 3, 4]),  # Odd: replicas have unequal parts.
            validation=np.array([5, 6]),
            test=np.array([7]),
            class_names=list("abc"),
        )
        return dataclasses.replace(dataset, **changes)


@pytest.fixture
def makers(graph, small_graphs):
    keras.utils.set_random_seed(0)
    return Makers(graph, small_graphs)


@pytest.fixture
def one_device():
    return strategies.create("one_device")


@pytest.fixture
def two_replicas():
    return strategies.create("mirrored", num_devices=2)


def train(task, strategy, path, train_steps=STEPS):
    """Returns the model's weights after training."""
    schedule = Schedule(train_steps, eval_every=100, checkpoint_every=100)
    with Workdir(path) as workdir:
        Trainer(task, strategy, schedule).fit(workdir)
    return task.model.get_weights()


@pytest.mark.parametrize("name", ["nodes", "sampled", "links", "graphs"])
def test_two_replicas_train_as_one(name, makers, one_device, two_replicas, tmp_path):
    make = getattr(makers, name)
    one, two = make(one_device), make(two_replicas)
    start = one.model.get_weights()
    two.model.set_weights(start)
    ours = train(one, one_device, tmp_path / "one")
    theirs = train(two, two_replicas, tmp_path / "two")
    assert any((np.abs(a - b) > 1e-3).any() for a, b in zip(ours, start))
    for weights, others in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(weights, others, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "name", ["sampled", "links", pytest.param("graphs", marks=pytest.mark.slow)]
)
def test_run_in_two_parts_ends_as_one_in_one_go(name, makers, one_device, tmp_path):
    def run(path, train_steps, seed):
        keras.utils.set_random_seed(seed)  # Of the weights and of the dropout.
        task = getattr(makers, name)(one_device, dropout=0.5)
        return train(task, one_device, tmp_path / path, train_steps)

    expected = run("whole", train_steps=4, seed=0)
    run("parts", train_steps=2, seed=0)
    found = run("parts", train_steps=4, seed=1)
    for weights, others in zip(found, expected, strict=True):
        np.testing.assert_array_equal(weights, others)


def test_sampling_all_neighbours_trains_as_the_full_batch(makers, one_device, tmp_path):
    sampled = makers.sampled(one_device, batch_size=5)
    full = makers.nodes(one_device, kind="sage", is_sparse=False)
    full.model.set_weights(sampled.model.get_weights())
    ours = train(sampled, one_device, tmp_path / "sampled")
    theirs = train(full, one_device, tmp_path / "full")
    for weights, others in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(weights, others, rtol=0, atol=1e-5)


def logits_of(task):
    graph = task.nodes.graph
    features = graph.node_features
    if not isinstance(features, np.ndarray):
        features = features.toarray()
    inputs = {"source": graph.source, "target": graph.target}
    return task.model({"node_features": features, **inputs}).numpy()


def entropies(labels, logits):
    return special.logsumexp(logits, axis=1) - logits[np.arange(len(labels)), labels]


def test_loss_of_a_step_is_the_mean_over_the_training_nodes(makers, one_device):
    task = makers.nodes(one_device)
    labels, logits = task.nodes.labels[:5], logits_of(task)[:5]
    loss = task.train_step()["loss"]
    assert float(loss) == pytest.approx(entropies(labels, logits).mean(), rel=1e-5)


def test_evaluation_and_test_of_nodes_by_hand(makers, one_device, randomise):
    task = makers.nodes(one_device)
    randomise(task.model)
    labels, logits = task.nodes.labels, logits_of(task)
    for result, nodes in ((task.evaluate(), [5, 6]), (task.test(), [7])):
        right = logits[nodes].argmax(axis=1) == labels[nodes]
        assert result["accuracy"] == right.mean()
        loss = entropies(labels[nodes], logits[nodes]).mean()
        assert result["loss"] == pytest.approx(loss, rel=1e-4)


@pytest.mark.parametrize(
    ("metric", "mode"), [("accuracy", "max"), ("macro_f1", "max"), ("loss", "min")]
)
def test_objective_of_nodes(metric, mode, makers, one_device):
    task = makers.nodes(one_device, metric=metric)
    assert (task.objective, task.mode) == (metric, mode)
    best = Best(3, task.evaluate())
    measured = task.measure(best)
    assert measured["score"] == best.metrics[metric] * (1 if mode == "max" else -1)
    assert measured["best_step"] == 3
    for name, value in best.metrics.items():
        assert measured[f"validation_{name}"] == value


def test_unknown_metric_raises(makers, one_device):
    with pytest.raises(ValueError, match="accuracy, macro_f1.*Received: metric=f2"):
        makers.nodes(one_device, metric="f2")


def test_without_validation_the_training_nodes_are_watched(makers, one_device):
    none = makers.node_dataset(is_sparse=True, validation=np.array([], int))
    task = makers.nodes(one_device, dataset=none)
    assert task.objective is None
    train = logits_of(task)[none.train].argmax(axis=1) == none.labels[none.train]
    assert task.evaluate()["accuracy"] == train.mean()
    measured = task.measure(Best())
    assert measured["score"] == train.mean()
    assert not {"best_step", "validation_accuracy"} & measured.keys()


def test_metrics_of_links_by_hand(makers, one_device, randomise):
    task = makers.links(one_device)
    randomise(task.model)
    graph = task.split.graph
    inputs = {"source": graph.source, "target": graph.target}
    inputs["node_features"] = graph.node_features

    def auc(positive, negative):
        ours, theirs = (
            task.model({**inputs, "pairs": p}) for p in (positive, negative)
        )
        return (ours.numpy()[:, None] > theirs.numpy()).mean()

    split = task.split
    assert (task.objective, task.mode) == ("auc", "max")
    found = task.evaluate()["auc"]
    assert found == pytest.approx(auc(split.validation, split.validation_negatives))
    found = task.test()["auc"]
    assert found == pytest.approx(auc(split.test, split.test_negatives))


def test_each_step_draws_other_pairs(makers, one_device):
    task = makers.links(one_device)
    task.model.optimizer.learning_rate = 0.0
    losses = [float(task.train_step()["loss"]) for _ in range(3)]
    assert len(set(losses)) == 3
    task.model.optimizer.iterations.assign(0)
    assert float(task.train_step()["loss"]) == losses[0]


@pytest.mark.parametrize("classes", [3, None])
def test_predictions_are_those_of_each_graph_alone(
    classes, makers, one_device, randomise
):
    task = makers.graphs(one_device, classes=classes)
    randomise(task.model)
    indices = np.array([11, 0, 7, 7, 13])
    alone = np.concatenate(
        [
            task.model(plain_tensors(from_graphs([task.graphs.graphs[i]])))
            for i in indices
        ]
    )
    for _ in range(2):  # Kept batches give the same.
        found = task.predict(indices)
        np.testing.assert_allclose(found, alone, rtol=1e-4, atol=1e-4)
    test = task.predict(np.arange(11, 14))
    labels = task.graphs.labels[11:14]
    if classes:
        expected = {"accuracy": (test.argmax(axis=1) == labels).mean()}
    else:
        expected = {"rmse": np.sqrt(((test - labels) ** 2).mean())}
    for name, value in expected.items():
        assert task.test()[name] == pytest.approx(value, rel=1e-4)


@pytest.mark.parametrize(
    ("classes", "objective", "mode"),
    [(2, "roc_auc", "max"), (3, "accuracy", "max"), (None, "rmse", "min")],
)
def test_objective_of_graphs(classes, objective, mode, makers, one_device):
    task = makers.graphs(one_device, classes=classes)
    assert (task.objective, task.mode) == (objective, mode)
    assert objective in task.evaluate()


def test_objective_where_the_validation_has_one_class(makers, one_device):
    split = np.arange(8), np.array([8, 10, 12]), np.array([9, 11])
    task = makers.graphs(one_device, parts=split)
    assert task.objective in task.evaluate()


def test_what_is_watched_without_validation(makers, one_device):
    split = np.arange(8), np.array([], int), np.arange(8, 14)
    task = makers.graphs(one_device, parts=split)
    assert task.objective is None
    train = task.predict(split[0]).argmax(axis=1) == task.graphs.labels[:8]
    assert task.evaluate()["accuracy"] == train.mean()
    watched = makers.graphs(one_device, parts=split, fold=0)
    watched.model.set_weights(task.model.get_weights())
    assert watched.objective is None
    assert watched.evaluate()["accuracy"] == task.test()["accuracy"]


def test_squared_error_is_in_units_of_the_targets_deviation(makers, one_device):
    task = makers.graphs(one_device, classes=None)
    scale = task.graphs.labels[:8].std()
    loss = task.model.loss(tf.constant([1.0, 2.0]), tf.constant([4.0, 2.0]))
    np.testing.assert_allclose(loss, [(3 / scale) ** 2, 0], rtol=1e-5)
    loaded = keras.losses.deserialize(keras.losses.serialize(task.model.loss))
    assert loaded.scale == pytest.approx(scale)
    batch = next(iter(task.batches(0, tf.distribute.InputContext())))
    assert np.isfinite(float(task.train_step(batch)["loss"]))


def test_pictures(makers, one_device):
    found = {
        "nodes": makers.nodes(one_device).pictures(),
        "links": makers.links(one_device).pictures(),
        "graphs": makers.graphs(one_device, classes=None).pictures(),
        "few graphs": makers.graphs(one_device).pictures(),
    }
    assert {name: sorted(pngs) for name, pngs in found.items()} == {
        "nodes": ["embedding", "graph"],
        "links": ["embedding"],
        "graphs": ["regression"],
        "few graphs": [],
    }
    for pngs in found.values():
        for png in pngs.values():
            assert min(tf.io.decode_png(png).shape[:2]) >= 400
