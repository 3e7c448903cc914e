"""Training on graphs of several sets: all of them, and sampled."""

import dataclasses
import json
import shutil

import keras
import numpy as np
import pytest

import kerazoo
from kerazoo.data.graphs.hetero_graph import HeteroNodeDataset
from kerazoo.models.gnn import EncoderConfig
from kerazoo.models.gnn import TrainingConfig
from kerazoo.tasks.gnn import HeteroNodeClassification
from kerazoo.tasks.gnn import SampledHeteroNodeClassification
from kerazoo.training import Schedule
from kerazoo.training import Trainer
from kerazoo.training import Workdir
from kerazoo.training import strategy as strategies
from tests.models.gnn.hetero_examples import inputs_of
from tests.models.gnn.hetero_examples import library

STEPS = 3


@dataclasses.dataclass(frozen=True)
class Descent(TrainingConfig):
    """Plain steps: Adam's blow differences of gradients near 0 up."""

    def optimizer(self):
        return keras.optimizers.SGD(0.3)


def dataset():
    graph = library()
    del graph.node_sets["venue"], graph.edge_sets["paper_in_venue"]
    return HeteroNodeDataset(
        "library",
        graph,
        "paper",
        np.array([0, 1, 2, 0, 1, -1], "int32"),
        list("abc"),
        train=np.array([0, 1, 2]),  # Odd: replicas have unequal parts.
        validation=np.array([3]),
        test=np.array([4]),
    )


def make(kind, strategy=None, seed=0, dropout=0.0, **kwargs):
    keras.utils.set_random_seed(seed)
    if kind is SampledHeteroNodeClassification:
        kwargs = {"batch_size": 2, "fanouts": (2,), **kwargs}
    task = kind(
        dataset(),
        encoder=EncoderConfig("sage", 4, 1, dropout),
        training=Descent(),
        **kwargs,
    )
    task.build(strategy or strategies.create("one_device"), STEPS, seed=0)
    return task


def train(task, strategy, path):
    with Workdir(path) as workdir:
        Trainer(task, strategy, Schedule(STEPS, 100, checkpoint_every=100)).fit(workdir)
    return task.model.get_weights()


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", [HeteroNodeClassification, SampledHeteroNodeClassification]
)
def test_two_replicas_train_as_one(kind, tmp_path):
    one, two = (
        strategies.create("one_device"),
        strategies.create("mirrored", num_devices=2),
    )
    ours, theirs = make(kind, one), make(kind, two)
    start = ours.model.get_weights()
    theirs.model.set_weights(start)
    found = train(ours, one, tmp_path / "one")
    assert any((np.abs(a - b) > 1e-3).any() for a, b in zip(found, start))
    for weights, others in zip(found, train(theirs, two, tmp_path / "two")):
        np.testing.assert_allclose(weights, others, rtol=0, atol=1e-5)


@pytest.mark.slow
def test_run_in_two_parts_ends_as_one_in_one_go(tmp_path):
    schedule = Schedule(STEPS, eval_every=2, checkpoint_every=2)
    kind, strategy = SampledHeteroNodeClassification, strategies.create("one_device")
    task, other = (make(kind, strategy, seed, dropout=0.5) for seed in (0, 1))
    evaluate = task.evaluate

    def evaluate_and_copy(step):
        if step == STEPS:  # The newest checkpoint is of the step before.
            shutil.copytree(tmp_path / "whole", tmp_path / "part")
        return evaluate(step)

    task.evaluate = evaluate_and_copy
    with Workdir(tmp_path / "whole") as workdir:
        Trainer(task, strategy, schedule).fit(workdir)
    with Workdir(tmp_path / "part") as workdir:
        assert int(workdir.checkpoints.latest().name) == 2
        Trainer(other, strategy, schedule).fit(workdir)
    for weights, others in zip(other.model.get_weights(), task.model.get_weights()):
        np.testing.assert_array_equal(weights, others)


def test_sampling_all_neighbours_is_the_full_graph():
    """The loss of a batch of all training nodes is that of the whole graph."""
    task = make(SampledHeteroNodeClassification, batch_size=3, fanouts=(99,))
    context = type("Context", (), {"num_input_pipelines": 1, "input_pipeline_id": 0})
    inputs, labels, weights = next(iter(task.batches(0, context)))
    assert weights.numpy().tolist() == [1, 1, 1]
    whole = task.model(inputs_of(task.nodes.graph)).numpy()
    found = task.model(inputs).numpy()
    place = labels.numpy()  # A training node's label is its number.
    np.testing.assert_allclose(found, whole[place], atol=1e-5)


@pytest.mark.slow
def test_a_run_and_its_export(tmp_path):
    task = HeteroNodeClassification(dataset(), encoder=EncoderConfig("gcn", 4, 1))
    result = kerazoo.run(
        task, tmp_path / "run", Schedule(4, 2), export_dir=tmp_path / "model"
    )
    assert {"test_accuracy", "validation_loss", "best_step"} <= result.keys()
    model = kerazoo.load(tmp_path / "model")
    expected = task.model(inputs_of(task.nodes.graph)).numpy()
    np.testing.assert_allclose(
        model(inputs_of(task.nodes.graph)).numpy(), expected, atol=1e-5
    )
    path = next((tmp_path / "model").glob("*/assets.extra/kerazoo.json"))
    noted = json.loads(path.read_text())
    assert noted["inputs"]["node_set"] == "paper"
    assert "6 of paper" in task.describe_data()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"train": np.array([], int)}, "`train` must have at least one node of paper"),
        ({"test": np.array([0])}, "in one split only. Received: node 0 in train"),
        ({"test": np.array([5])}, "must have a label. .*node 5"),
        ({"class_names": ["a"]}, "at least two classes of paper"),
    ],
)
def test_wrong_datasets_raise(change, said):
    data = dataset()
    for name, value in change.items():
        setattr(data, name, value)
    with pytest.raises(ValueError, match=said):
        data.validate()


def test_edges_to_nowhere_raise():
    data = dataset()
    data.graph.edge_sets["author_writes_paper"].source[0] = 3
    with pytest.raises(ValueError, match="author_writes_paper .* author from 0 to 2"):
        data.validate()
