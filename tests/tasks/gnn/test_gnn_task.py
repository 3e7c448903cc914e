import dataclasses
import shutil

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


@dataclasses.dataclass(frozen=True)
class Descent(TrainingConfig):
    """Plain gradient descent: Adam enlarges what differs by rounding alone."""

    def optimizer(self):
        return keras.optimizers.SGD(0.05)


class Tasks:
    """Tasks of tiny models, each built once for all tests and reset for each."""

    made = {}

    def __init__(self, graph, small_graphs):
        self.graph = graph
        self.small_graphs = small_graphs

    def __call__(self, name, strategy, **kwargs):
        key = name, strategy.num_replicas_in_sync, repr(kwargs)
        if key not in self.made:
            task = self.make(name, strategy, **kwargs)
            self.made[key] = task, [v.numpy() for v in task.variables()]
        task, values = self.made[key]
        for variable, value in zip(task.variables(), values, strict=True):
            variable.assign(value)
        return task

    def make(self, name, strategy, seed=0, **kwargs):
        """Makes a task in the scope of a strategy; its weights are of the seed."""
        keras.utils.set_random_seed(seed)
        return getattr(self, f"_{name}")(strategy, **kwargs)

    def _nodes(self, strategy, dropout=0.0, kind="gcn", validation=(5, 6), **kwargs):
        task = NodeClassification(
            self.node_dataset(kind == "gcn", validation),
            encoder=EncoderConfig(kind, 5, 2, dropout),
            training=Descent(),
            **kwargs,
        )
        task.build(strategy, 2 * STEPS, seed=0)
        return task

    def _sampled(self, strategy, dropout=0.0, batch_size=4):
        task = SampledNodeClassification(
            self.node_dataset(is_sparse=False),
            # Few enough edges enter a node for all of them to be drawn.
            fanouts=(5, 5),
            batch_size=batch_size,
            encoder=EncoderConfig("sage", 5, 2, dropout),
            training=Descent(),
        )
        task.build(strategy, 2 * STEPS, seed=0)
        return task

    def _links(self, strategy, dropout=0.0):
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

    def _graphs(
        self, strategy, dropout=0.0, classes=2, train=8, validation=(8, 9, 10), **kwargs
    ):
        labels = np.arange(14, dtype="int32") % (classes or 14)
        if not classes:
            labels = np.linspace(-3, 5, 14).astype("float32")
        dataset = GraphDataset(
            "tiny", self.small_graphs(14), labels, classes, list("abc")[:classes]
        )
        task = GraphPrediction(
            dataset,
            batch_size=4,
            encoder=EncoderConfig("gin", 5, 1, dropout),
            readout=ReadoutConfig(readout_dropout=dropout),
            training=Descent(),
            **kwargs,
        )
        validation = np.array(validation, int)
        test = np.setdiff1d(np.arange(train, 14), validation)
        parts = np.arange(train), validation, test
        task.learn(dataset, parts, strategy, 2 * STEPS, seed=0)
        return task

    def node_dataset(self, is_sparse, validation=(5, 6)):
        return NodeDataset(
            "tiny",
            self.graph(is_sparse=is_sparse),
            labels=np.array([0, 1, 2, 0, 1, 2, 0, 1, -1], "int32"),
            num_classes=3,
            train=np.array([0, 1, 2, 3, 4]),  # Odd: replicas have unequal parts.
            validation=np.array(validation, int),
            test=np.array([7]),
            class_names=list("abc"),
        )


@pytest.fixture
def tasks(graph, small_graphs):
    return Tasks(graph, small_graphs)


@pytest.fixture(scope="module")
def one_device():
    return strategies.create("one_device")


@pytest.fixture(scope="module")
def two_replicas():
    return strategies.create("mirrored", num_devices=2)


def train(task, strategy, path, train_steps=STEPS):
    """Returns the model's weights after training."""
    schedule = Schedule(train_steps, eval_every=100, checkpoint_every=100)
    with Workdir(path) as workdir:
        Trainer(task, strategy, schedule).fit(workdir)
    return task.model.get_weights()


SLOW = pytest.mark.slow


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("nodes", marks=SLOW),
        "sampled",
        pytest.param("links", marks=SLOW),
        pytest.param("graphs", marks=SLOW),
    ],
)
def test_two_replicas_train_as_one(name, tasks, one_device, two_replicas, tmp_path):
    one, two = tasks(name, one_device), tasks(name, two_replicas)
    start = one.model.get_weights()
    two.model.set_weights(start)
    ours = train(one, one_device, tmp_path / "one")
    theirs = train(two, two_replicas, tmp_path / "two")
    assert any((np.abs(a - b) > 1e-3).any() for a, b in zip(ours, start))
    for weights, others in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(weights, others, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "name",
    ["sampled", pytest.param("links", marks=SLOW), pytest.param("graphs", marks=SLOW)],
)
def test_run_in_two_parts_ends_as_one_in_one_go(name, tasks, one_device, tmp_path):
    schedule = Schedule(STEPS, eval_every=2, checkpoint_every=2)
    # Seeds are of the weights and of the dropout.
    task, other = (tasks.make(name, one_device, seed, dropout=0.5) for seed in (0, 1))
    evaluate = task.evaluate

    def evaluate_and_copy(step):
        if step == STEPS:  # The newest checkpoint is of the step before.
            shutil.copytree(tmp_path / "whole", tmp_path / "part")
        return evaluate(step)

    task.evaluate = evaluate_and_copy
    with Workdir(tmp_path / "whole") as workdir:
        Trainer(task, one_device, schedule).fit(workdir)
    with Workdir(tmp_path / "part") as workdir:
        assert int(workdir.checkpoints.latest().name) == 2
        Trainer(other, one_device, schedule).fit(workdir)
    expected, found = task.model.get_weights(), other.model.get_weights()
    for weights, others in zip(found, expected, strict=True):
        np.testing.assert_array_equal(weights, others)


def test_sampling_all_neighbours_trains_as_the_full_batch(tasks, one_device, tmp_path):
    sampled = tasks("sampled", one_device, batch_size=5)
    full = tasks("nodes", one_device, kind="sage")
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


def test_loss_of_a_step_is_the_mean_over_the_training_nodes(tasks, one_device):
    task = tasks("nodes", one_device)
    labels, logits = task.nodes.labels[:5], logits_of(task)[:5]
    loss = task.train_step()["loss"]
    assert float(loss) == pytest.approx(entropies(labels, logits).mean(), rel=1e-5)


def test_evaluation_and_test_of_nodes_by_hand(tasks, one_device, randomise):
    task = tasks("nodes", one_device)
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
def test_objective_of_nodes(metric, mode, tasks, one_device):
    task = tasks("nodes", one_device, metric=metric)
    assert (task.objective, task.mode) == (metric, mode)
    best = Best(3, task.evaluate())
    measured = task.measure(best)
    assert measured["score"] == best.metrics[metric] * (1 if mode == "max" else -1)
    assert measured["best_step"] == 3
    for name, value in best.metrics.items():
        assert measured[f"validation_{name}"] == value


def test_unknown_metric_raises(tasks, one_device):
    with pytest.raises(ValueError, match="accuracy, macro_f1.*Received: metric=f2"):
        tasks("nodes", one_device, metric="f2")


def test_without_validation_the_training_nodes_are_watched(tasks, one_device):
    task = tasks("nodes", one_device, validation=())
    assert task.objective is None
    train = logits_of(task)[:5].argmax(axis=1) == task.nodes.labels[:5]
    assert task.evaluate()["accuracy"] == train.mean()
    measured = task.measure(Best())
    assert measured["score"] == train.mean()
    assert not {"best_step", "validation_accuracy"} & measured.keys()


def test_metrics_of_links_by_hand(tasks, one_device, randomise):
    task = tasks("links", one_device)
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


def test_each_step_draws_other_pairs(tasks, one_device):
    task = tasks("links", one_device)
    task.model.optimizer.learning_rate = 0.0
    losses = [float(task.train_step()["loss"]) for _ in range(3)]
    assert len(set(losses)) == 3
    task.model.optimizer.iterations.assign(0)
    assert float(task.train_step()["loss"]) == losses[0]


@pytest.mark.parametrize("classes", [pytest.param(3, marks=SLOW), None])
def test_predictions_are_those_of_each_graph_alone(
    classes, tasks, one_device, randomise
):
    task = tasks("graphs", one_device, classes=classes)
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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("classes", "objective", "mode"),
    [(2, "roc_auc", "max"), (3, "accuracy", "max"), (None, "rmse", "min")],
)
def test_objective_of_graphs(classes, objective, mode, tasks, one_device):
    task = tasks("graphs", one_device, classes=classes)
    assert (task.objective, task.mode) == (objective, mode)
    assert objective in task.evaluate()


def test_objective_where_the_validation_has_one_class(tasks, one_device):
    task = tasks("graphs", one_device, validation=(8, 10, 12))
    assert task.objective in task.evaluate()


@pytest.mark.slow
def test_what_is_watched_without_validation(tasks, one_device):
    task = tasks("graphs", one_device, validation=())
    assert task.objective is None
    train = task.predict(np.arange(8)).argmax(axis=1) == task.graphs.labels[:8]
    assert task.evaluate()["accuracy"] == train.mean()
    watched = tasks("graphs", one_device, validation=(), fold=0)
    watched.model.set_weights(task.model.get_weights())
    assert watched.objective is None
    assert watched.evaluate()["accuracy"] == task.test()["accuracy"]


def test_squared_error_is_in_units_of_the_targets_deviation(tasks, one_device):
    task = tasks("graphs", one_device, classes=None)
    scale = task.graphs.labels[:8].std()
    loss = task.model.loss(tf.constant([1.0, 2.0]), tf.constant([4.0, 2.0]))
    np.testing.assert_allclose(loss, [(3 / scale) ** 2, 0], rtol=1e-5)
    loaded = keras.losses.deserialize(keras.losses.serialize(task.model.loss))
    assert loaded.scale == pytest.approx(scale)
    batch = next(iter(task.batches(0, tf.distribute.InputContext())))
    assert np.isfinite(float(task.train_step(batch)["loss"]))


def test_pictures(tasks, one_device):
    found = {
        "nodes": tasks("nodes", one_device).pictures(),
        "links": tasks("links", one_device).pictures(),
        "graphs": tasks("graphs", one_device, classes=None).pictures(),
        "few graphs": tasks("graphs", one_device).pictures(),
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
