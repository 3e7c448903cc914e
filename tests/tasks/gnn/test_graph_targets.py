"""Graphs of several targets through the task: splits, replicas, resuming, ensembles."""

import dataclasses
import json
import shutil

import keras
import numpy as np
import pytest

import kerazoo
from kerazoo.data.graphs.graph_dataset import GraphDataset
from kerazoo.models.gnn import EncoderConfig
from kerazoo.models.gnn import ReadoutConfig
from kerazoo.models.gnn import TrainingConfig
from kerazoo.models.gnn.graph_ensemble import GraphEnsemble
from kerazoo.runs import RunError
from kerazoo.runs import run_ensemble
from kerazoo.tasks.gnn import GraphPrediction
from kerazoo.tasks.gnn.graph_split import split_graphs
from kerazoo.tasks.gnn.graph_targets import GraphTargets
from kerazoo.training import Schedule
from kerazoo.training import Trainer
from kerazoo.training import Workdir
from kerazoo.training import strategy as strategies

STEPS = 4
NAMES = ["a", "b"]


@dataclasses.dataclass(frozen=True)
class Descent(TrainingConfig):
    """Plain gradient descent: Adam enlarges what differs by rounding alone."""

    def optimizer(self):
        return keras.optimizers.SGD(0.05)


@pytest.fixture
def dataset(small_graphs):
    """Function that makes twelve graphs of two targets, a third of them not known."""

    def function(classes=2, **kwargs):
        labels = np.arange(24, dtype="float32").reshape(12, 2) / 5
        if classes:
            labels = (np.arange(24).reshape(12, 2) // 3 % 2).astype("float32")
        labels[np.arange(12) % 3 == 0, 1] = np.nan
        return GraphDataset(
            "tiny",
            small_graphs(12, edge_size=2),
            labels,
            classes,
            ["no", "yes"] if classes else None,
            target_names=NAMES,
            **kwargs,
        )

    return function


def make(dataset, dropout=0.0, **kwargs):
    return GraphPrediction(
        dataset,
        batch_size=4,
        encoder=EncoderConfig("dmpnn", 5, 2, dropout),
        readout=ReadoutConfig("mean", "mlp", dropout),
        training=Descent(),
        **kwargs,
    )


def test_what_is_measured(dataset):
    targets = GraphTargets(dataset(), np.arange(8))
    assert targets.metric(np.arange(8, 12)) == "roc_auc"
    assert targets.metric(np.array([8])) == "accuracy"
    assert targets.describe() == "2 answers of yes or no, 81% of them known"
    values = GraphTargets(dataset(None), np.arange(8))
    assert (values.metric(np.arange(8, 12)), values.mode) == ("scaled_rmse", "min")
    assert values.describe_one() == "the values of a, b"
    unknown = dataset()
    unknown.labels[:8, 1] = np.nan
    with pytest.raises(ValueError, match="each target among the graphs to train on.*b"):
        GraphTargets(unknown, np.arange(8))


def test_labels_are_checked(dataset):
    wrong = dataset()
    wrong.labels[3, 0] = 2
    with pytest.raises(ValueError, match=r"0 or 1, or NaN. Received: a\[graph 3\]=2"):
        wrong.validate()
    wrong = dataset(None)
    wrong.labels[3, 0] = np.inf
    with pytest.raises(ValueError, match=r"finite, or NaN. Received: a\[graph 3\]=inf"):
        wrong.validate()
    with pytest.raises(ValueError, match="two classes, of shape"):
        dataset(3).validate()


def test_rows_that_are_left_out_are_in_no_part(dataset, tmp_path):
    from kerazoo.data.graphs.row_split import RowSplit

    path = tmp_path / "split.csv"
    path.write_text("rows\n" + "".join(f"{row}\n" for row in reversed(range(15))))
    rows = np.setdiff1d(np.arange(15), [0, 7, 14])
    graphs = dataset(rows=rows, num_rows=15)
    train, validation, test = split_graphs(graphs, row_split=RowSplit(path, None, 9))
    np.testing.assert_array_equal(rows[train], [6, 8, 9, 10, 11, 12, 13])
    np.testing.assert_array_equal(rows[test], [1, 2, 3, 4, 5])
    assert not len(validation)


@pytest.mark.slow
def test_two_replicas_train_as_one(dataset, tmp_path):
    weights = []
    for number, name in ((1, "one_device"), (2, "mirrored")):
        keras.utils.set_random_seed(0)
        strategy = strategies.create(name, num_devices=None if number == 1 else 2)
        task = make(dataset())
        task.build(strategy, STEPS, seed=0)
        schedule = Schedule(STEPS, eval_every=100, checkpoint_every=100)
        with Workdir(tmp_path / name) as workdir:
            Trainer(task, strategy, schedule).fit(workdir)
        weights.append(task.model.get_weights())
    for ours, theirs in zip(*weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


@pytest.mark.slow
def test_run_in_two_parts_ends_as_one_in_one_go(dataset, tmp_path):
    strategy = strategies.create("one_device")
    schedule = Schedule(STEPS, eval_every=2, checkpoint_every=2)
    tasks = []
    for seed in (0, 1):
        keras.utils.set_random_seed(seed)
        tasks.append(make(dataset(None), dropout=0.5))
        tasks[-1].build(strategy, STEPS, seed=0)
    task, other = tasks
    evaluate = task.evaluate

    def evaluate_and_copy(step):
        if step == STEPS:
            shutil.copytree(tmp_path / "whole", tmp_path / "part")
        return evaluate(step)

    task.evaluate = evaluate_and_copy
    for one, folder in ((task, "whole"), (other, "part")):
        with Workdir(tmp_path / folder) as workdir:
            Trainer(one, strategy, schedule).fit(workdir)
    ours, theirs = task.model.get_weights(), other.model.get_weights()
    for weights, others in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(weights, others)


@pytest.mark.slow
def test_ensemble_of_seeds(dataset, tmp_path, capsys):
    schedule = Schedule(STEPS, eval_every=2)
    arguments = (range(3, 5), tmp_path / "run", schedule)

    def make_task():
        return make(dataset(None), split_seed=3)

    result = run_ensemble(make_task, *arguments, export_dir=tmp_path / "model")
    assert result["seeds"] == [3, 4]
    assert json.loads((tmp_path / "run" / "result.json").read_text()) == result
    model = kerazoo.load(tmp_path / "model")
    assert isinstance(model, GraphEnsemble)
    members = [kerazoo.load(tmp_path / "run" / f"seed_{seed}") for seed in (3, 4)]
    task = make_task()
    task.build(strategies.create("one_device"), STEPS, seed=3)
    outputs = []
    for member in members:
        task.model.set_weights(member.get_weights())
        outputs.append(task.predict(task._test))
    mean = np.mean(outputs, axis=0)
    task.combine(members)
    np.testing.assert_allclose(task.predict(task._test), mean, rtol=1e-5)
    expected = task.targets.measure(task.graphs.labels[task._test], mean)
    assert result["test_scaled_rmse"] == pytest.approx(expected["scaled_rmse"])
    assert result["test_scaled_rmse_std"] > 0
    capsys.readouterr()
    again = run_ensemble(make_task, *arguments, export_dir=tmp_path / "model")
    assert again == result
    assert capsys.readouterr().err.count("Done before") == 2
    with pytest.raises(RunError, match="`seeds` must be two or more"):
        run_ensemble(make_task, [0], tmp_path / "other", schedule)
