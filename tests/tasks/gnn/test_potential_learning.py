"""Potentials: replicas, interruptions, and a whole run with its export."""

import json
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerazoo
from kerazoo.data.graphs.structure import Structure
from kerazoo.data.graphs.structure_dataset import StructureDataset
from kerazoo.models.gnn import PotentialConfig
from kerazoo.models.gnn import TrainingConfig
from kerazoo.prediction import predict
from kerazoo.runs import RunError
from kerazoo.serving.worker import Worker
from kerazoo.tasks.gnn import PotentialLearning
from kerazoo.tasks.gnn.structure_split import split_structures
from kerazoo.training import Schedule
from kerazoo.training import Trainer
from kerazoo.training import Workdir
from kerazoo.training import strategy as strategies
from tests.tasks.gnn.test_gnn_task import Descent

STEPS = 4
CONFIG = PotentialConfig("schnet", 4, 1, 3.0, num_radial=4)


def springs(count=24, forces=True, seed=0):
    """Two to five atoms, with a spring between any two."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        numbers = random.choice([1, 8], random.integers(2, 6)).astype("int32")
        numbers[0] = 1
        positions = random.normal(size=(len(numbers), 3)).astype("float32")
        apart = positions[:, None] - positions
        length = np.linalg.norm(apart, axis=-1) + np.eye(len(numbers))
        pulls = -2 * ((1 - 1 / length)[..., None] * apart).sum(axis=1)
        energy = np.square(length - 1).sum() / 2 - 100 * numbers.sum()
        pulls = pulls.astype("float32") if forces else None
        found.append(Structure(numbers, positions, float(energy), pulls))
    return StructureDataset("springs", found)


@pytest.fixture(scope="module")
def one_device():
    return strategies.create("one_device")


def made(strategy, seed=0, **kwargs):
    keras.utils.set_random_seed(seed)
    task = PotentialLearning(
        springs(), batch_size=4, encoder=CONFIG, **{"training": Descent(), **kwargs}
    )
    task.build(strategy, 2 * STEPS, seed=0)
    return task


def trained(task, strategy, path):
    schedule = Schedule(STEPS, eval_every=100, checkpoint_every=100)
    with Workdir(path) as workdir:
        Trainer(task, strategy, schedule).fit(workdir)
    return task.model.get_weights()


@pytest.mark.slow
def test_two_replicas_train_as_one(one_device, tmp_path):
    two_replicas = strategies.create("mirrored", num_devices=2)
    one, two = made(one_device), made(two_replicas)
    start = one.model.get_weights()
    two.model.set_weights(start)
    ours = trained(one, one_device, tmp_path / "one")
    theirs = trained(two, two_replicas, tmp_path / "two")
    assert any((np.abs(a - b) > 1e-3).any() for a, b in zip(ours, start))
    for weights, others in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(weights, others, rtol=0, atol=1e-5)


def test_batches_go_on_where_a_run_stopped(one_device):
    task = made(one_device)

    def energies(start_step, count):
        context = tf.distribute.InputContext()
        batches = task.batches(start_step, context).take(count)
        return [targets["energy"].numpy().tolist() for _, targets, _ in batches]

    assert energies(0, 8)[3:] == energies(3, 5)


@pytest.mark.slow
def test_run_in_two_parts_ends_as_one_in_one_go(one_device, tmp_path):
    schedule = Schedule(STEPS, eval_every=2, checkpoint_every=2)
    task = made(one_device)
    evaluate = task.evaluate

    def evaluate_and_copy(step):
        if step == STEPS:  # The newest checkpoint is of the step before.
            shutil.copytree(tmp_path / "whole", tmp_path / "part")
        return evaluate(step)

    task.evaluate = evaluate_and_copy
    with Workdir(tmp_path / "whole") as workdir:
        Trainer(task, one_device, schedule).fit(workdir)
    expected = [variable.numpy() for variable in task.variables()]
    task.evaluate = evaluate
    for variable in task.variables():
        variable.assign(0 * variable.value)
    with Workdir(tmp_path / "part") as workdir:
        Trainer(task, one_device, schedule).fit(workdir)
    for variable, value in zip(task.variables(), expected, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


class Outcome:
    """A run, trained once for all tests of it."""

    def __init__(self, folder):
        keras.utils.set_random_seed(0)
        self.folder = folder
        self.task = PotentialLearning(
            springs(60),
            batch_size=8,
            encoder=PotentialConfig("painn", 16, 1, 6.0, num_radial=8),
            training=TrainingConfig(learning_rate=1e-2),
        )
        self.result = kerazoo.run(
            self.task,
            folder / "run",
            Schedule(train_steps=150, eval_every=75),
            export_dir=folder / "model",
        )
        self.version = folder / "model" / "1"


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    return Outcome(tmp_path_factory.mktemp("potential"))


@pytest.mark.slow
def test_springs_are_learnt(outcome):
    result = outcome.result
    assert result["test_relative_force_mae"] < 0.4
    # Most of what energies differ by is their elements' own.
    energies = [structure.value for structure in outcome.task.structures.structures]
    assert result["test_energy_mae"] < 0.1 * np.std(energies)
    assert result["score"] == -result["validation_force_mae"]
    pictures = {path.stem for path in (outcome.folder / "run").glob("*.png")}
    assert pictures == {"energy", "forces"}


def test_export_answers_as_the_task_does(outcome):
    task = outcome.task
    test = [task.structures.structures[i] for i in task._test]
    energies, forces = task.predict(task._test)
    widest = max(structure.num_atoms for structure in test)
    numbers = np.zeros((len(test), widest), np.int32)
    positions = np.zeros((len(test), widest, 3), np.float32)
    for i, structure in enumerate(test):
        numbers[i, : structure.num_atoms] = structure.atomic_numbers
        positions[i, : structure.num_atoms] = structure.positions
    request = {"atomic_numbers": numbers, "positions": positions}
    with Worker(outcome.version) as worker:
        outputs = worker.run("energy_and_forces", request)
    np.testing.assert_allclose(outputs["energy"], energies, rtol=1e-6)
    np.testing.assert_allclose(outputs["forces"][numbers > 0], forces, atol=1e-4)
    error = np.abs(energies - [structure.value for structure in test]).mean()
    assert outcome.result["test_energy_mae"] == pytest.approx(error, rel=1e-4)


def test_export_says_what_it_is(outcome):
    extra = outcome.version / "assets.extra"
    metadata = json.loads((extra / "kerazoo.json").read_text())
    assert (metadata["family"], metadata["task"]) == ("gnn", "potential")
    assert metadata["inputs"]["elements"] == [1, 8]
    assert metadata["limits"]["max_edges"] == 200_000
    assert (extra / "tf_serving_warmup_requests").stat().st_size
    card = (extra / "README.md").read_text()
    assert "energies and forces" in card and "H, O" in card
    again = kerazoo.load(outcome.version)
    assert again.elements == [1, 8]
    inputs, _, weights = next(iter(outcome.task.predict.batches(np.arange(3)).take(3)))
    inputs = {**inputs, "num_graphs": tf.size(weights)}
    np.testing.assert_array_equal(again(inputs), outcome.task.model(inputs))


def test_frames_are_answered_as_frames(outcome, tmp_path):
    frames = "2\n\nH 0 0 0\nO 0 0 1\n1\n\nN 0 0 0\n3\n\nH 0 0 0\nH 0 0 1\nO 1 0 0\n"
    (tmp_path / "asked.xyz").write_text(frames)
    output = tmp_path / "answers.xyz"
    with pytest.warns(UserWarning, match=r"1 of 3 .*H, O. Received: N"):
        summary = predict(outcome.folder / "model", tmp_path / "asked.xyz", output)
    assert (summary["rows"], summary["failed"]) == (3, 1)
    from kerazoo.data.graphs.extended_xyz import read_extended_xyz

    first, second = (frame.structure for frame in read_extended_xyz(output))
    assert (first.formula, second.formula) == ("HO", "H2O")
    # Two atoms push each other apart or pull each other, along the line between them.
    np.testing.assert_allclose(first.forces.sum(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(first.forces[:, :2], 0, atol=1e-4)
    output = tmp_path / "answers.csv"
    with pytest.warns(UserWarning):
        predict(outcome.folder / "model", tmp_path / "asked.xyz", output)
    header, one, none, _ = output.read_text().splitlines()
    assert header == "structure,formula,energy,forces"
    assert one.startswith("1,HO,-") and '"[[' in one and none == "2,N,,"


def test_large_inputs_are_asked_about_in_several_requests(outcome, tmp_path):
    from kerazoo.prediction.structure_answers import StructureAnswers
    from kerazoo.prediction.structure_predictor import StructurePredictor

    path = outcome.version / "assets.extra" / "kerazoo.json"
    metadata = json.loads(path.read_text())
    structures = springs(9, seed=5).structures
    own = {**metadata, "limits": {"max_examples": 4, "max_nodes": 9, "max_edges": 25}}
    whole, parts = (
        StructurePredictor(outcome.version, StructureAnswers(), of)
        for of in (metadata, own)
    )
    assert len(list(parts._requests(structures))) > 3
    for ours, theirs in zip(whole.ask(structures)[0], parts.ask(structures)[0]):
        assert ours["energy"] == pytest.approx(theirs["energy"], rel=1e-7)
        np.testing.assert_allclose(ours["forces"], theirs["forces"], atol=1e-4)
    with pytest.raises(ValueError, match="at most 9 atoms"):
        numbers = np.ones(10, "int32")
        parts.prepare(Structure(numbers, 9 * np.eye(10, 3, dtype="float32")))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("architecture", "most"), [("painn", 0.1), ("schnet", 0.25), ("egnn", 0.4)]
)
def test_forces_of_ethanol_are_learnt(architecture, most, tmp_path):
    task = PotentialLearning(
        encoder=PotentialConfig(architecture),
        training=TrainingConfig(learning_rate=1e-3, rate_halving_steps=400),
    )
    schedule = Schedule(train_steps=400, eval_every=400)
    result = kerazoo.run(task, tmp_path / "run", schedule)
    assert result["test_relative_force_mae"] < most


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["schnet", "egnn"])
def test_values_without_forces_are_learnt_too(architecture, tmp_path):
    structures = springs(60, forces=False)
    dataset = StructureDataset("counts", structures.structures, "value", "atoms")
    for structure in dataset.structures:
        structure.value = float(np.square(structure.num_atoms))
    task = PotentialLearning(
        dataset,
        batch_size=8,
        encoder=PotentialConfig(architecture, 16, 1, 6.0),
        training=TrainingConfig(learning_rate=1e-2),
    )
    schedule = Schedule(train_steps=200, eval_every=50)
    result = kerazoo.run(
        task, tmp_path / "run", schedule, export_dir=tmp_path / "model"
    )
    assert result["test_r2"] > 0.7


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PotentialLearning("none.xyz"), "none.xyz"),
        (lambda: PotentialLearning("ethanole"), "Did you mean ethanol"),
        (lambda: PotentialLearning(springs(5)), "5 structures, too few"),
        (
            lambda: PotentialLearning(springs(), encoder=PotentialConfig("gcn")),
            "architecture=gcn",
        ),
    ],
)
def test_mistakes_are_said_before_training(make, message, tmp_path):
    with pytest.raises(RunError, match=message):
        kerazoo.run(make(), tmp_path, Schedule(train_steps=2, eval_every=2))
    assert not (tmp_path / "settings.json").exists()


def test_half_precision_is_refused(one_device):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        with pytest.raises(ValueError, match="dtype_policy=mixed_bfloat16"):
            made(one_device)
    finally:
        keras.config.set_dtype_policy("float32")


def test_elements_of_the_test_alone_are_trained_on():
    dataset = springs(40)
    _, validation, test = split_structures(dataset, seed=3)
    dataset.structures[test[0]].atomic_numbers[0] = 7
    with pytest.warns(UserWarning, match="1 structures .* alone have N"):
        parts = split_structures(dataset, seed=3)
    assert test[0] in parts[0] and test[0] not in parts[2]
    np.testing.assert_array_equal(parts[1], validation)
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(40))


def test_penalties_are_refused(one_device):
    with pytest.raises(ValueError, match="weight_decay=0.1"):
        made(one_device, training=TrainingConfig(weight_decay=0.1))
