import dataclasses
import json
import shutil

import keras
import numpy as np
import pytest

import kerazoo
from kerazoo.data.graphs.family_tree import family_tree
from kerazoo.data.graphs.triple_dataset import TripleDataset
from kerazoo.models.gnn import KnowledgeConfig
from kerazoo.models.gnn import KnowledgeTrainingConfig
from kerazoo.runs import RunError
from kerazoo.serving.check import run_without_python
from kerazoo.tasks.gnn import KnowledgeGraphCompletion
from kerazoo.training import Best
from kerazoo.training import Schedule
from kerazoo.training import Trainer
from kerazoo.training import Workdir
from kerazoo.training import strategy as strategies

SCHEDULE = Schedule(train_steps=40, eval_every=20, checkpoint_every=20)


@dataclasses.dataclass(frozen=True)
class Descent(KnowledgeTrainingConfig):
    """Plain gradient descent: Adagrad enlarges what differs by rounding alone."""

    def make_optimizer(self):
        return keras.optimizers.SGD(0.1)


def make(**kwargs):
    return KnowledgeGraphCompletion(
        batch_size=64,
        knowledge=KnowledgeConfig(embedding_size=16, dropout=0.1),
        **kwargs,
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run, copied as it was before its last evaluation."""
    folder = tmp_path_factory.mktemp("run")
    task = make()
    evaluate = task.evaluate

    def evaluate_and_copy(step):
        if step == 40:  # The newest checkpoint is of step 20.
            shutil.copytree(folder / "run", folder / "part")
        return evaluate(step)

    task.evaluate = evaluate_and_copy
    result = kerazoo.run(task, folder / "run", SCHEDULE, export_dir=folder / "model")
    return task, result, folder


def test_what_is_held_out_is_found(run):
    _, result, folder = run
    # The mean of 1 / rank of a guess among 50 is 0.09.
    assert result["test_mrr"] > 0.5
    assert result["score"] == result["validation_mrr"]
    names = {"mrr", "hits_at_1", "hits_at_3", "hits_at_10", "mean_rank"}
    assert {f"test_{name}" for name in names} < result.keys()
    assert result == json.loads((folder / "run" / "result.json").read_text())


def test_metrics_are_of_both_ways_with_all_that_is_known_left_out(run):
    task, _, _ = run
    tree = family_tree()
    known = {tuple(triple) for triple in tree.triples.tolist()}
    head, relation, tail = tree.test.T
    inputs = {
        "heads": np.concatenate([head, tail]),
        "relations": np.concatenate([relation, relation + 9]),
    }
    rows = task.model(inputs).numpy()
    ranks = []
    for row, (h, r, t) in zip(rows, [*tree.test.tolist()] * 2):
        is_tail = len(ranks) < len(tree.test)
        others = [(h, r, e) if is_tail else (e, r, t) for e in range(56)]
        left = row[[triple not in known for triple in others]]
        own = row[t if is_tail else h]
        ranks.append(1 + (left > own).sum() + (left == own).sum() / 2)
    found = task.rank(tree.test)
    assert found["mrr"] == pytest.approx(np.mean(1 / np.array(ranks)), rel=1e-4)
    assert found["mean_rank"] == pytest.approx(np.mean(ranks), rel=1e-3)


def test_run_in_two_parts_ends_as_one_in_one_go(run):
    task, result, folder = run
    part = folder / "part"
    other = make()
    again = kerazoo.run(other, part, SCHEDULE)
    for name in ("test_mrr", "test_mean_rank", "validation_mrr", "best_step"):
        assert again[name] == result[name]
    for weights, others in zip(task.model.get_weights(), other.model.get_weights()):
        np.testing.assert_array_equal(weights, others)


def test_export_answers_without_python(run):
    task, result, _ = run
    tree = task.triples
    heads, relations = tree.test[:6, 0], tree.test[:6, 1]
    request = {
        "heads": np.array([tree.entity_names[i].encode() for i in heads], object),
        "relations": np.array(
            [tree.relation_names[i].encode() for i in relations], object
        ),
        "k": np.array(56, np.int32),
        "leave_out_known": np.array(False),
    }
    found = run_without_python(result["export"], request)
    scores = task.model({"heads": heads, "relations": relations}).numpy()
    np.testing.assert_allclose(found["scores"], -np.sort(-scores, axis=1), atol=1e-5)
    best = [tree.entity_names[i].encode() for i in scores.argmax(axis=1)]
    assert found["entities"][:, 0].tolist() == best


def test_export_and_its_model_can_be_had_back(run):
    task, _, folder = run
    extra = folder / "model" / "1" / "assets.extra"
    names = (extra / "entities.txt").read_text().splitlines()
    assert names == task.triples.entity_names
    metadata = json.loads((extra / "kerazoo.json").read_text())
    assert metadata["task"] == "knowledge_graph" and metadata["num_entities"] == 56
    assert metadata["parameters"] == 56 * 16 + 18 * 16
    model = kerazoo.load(folder / "model")
    inputs = {"heads": np.array([1]), "relations": np.array([2])}
    np.testing.assert_array_equal(model(inputs), task.model(inputs))


@pytest.mark.parametrize(
    ("loss", "encoder"),
    [
        pytest.param("softmax", "comp_gcn", marks=pytest.mark.slow),
        ("self_adversarial", "none"),
    ],
)
def test_two_replicas_train_as_one(loss, encoder, tmp_path):
    weights = []
    for devices in (1, 2):
        keras.utils.set_random_seed(0)
        strategy = strategies.create("mirrored", num_devices=devices)
        task = KnowledgeGraphCompletion(
            batch_size=32,
            knowledge=KnowledgeConfig(
                "distmult", 8, relational_encoder=encoder, num_layers=1, dropout=0.3
            ),
            training=Descent(loss, n3_weight=0.1, corruptions=5),
        )
        task.build(strategy, train_steps=3, seed=0)
        random = np.random.default_rng(0)
        for variable in task.model.trainable_variables:
            variable.assign(random.normal(scale=0.5, size=variable.shape))
        start = task.model.get_weights()
        with Workdir(tmp_path / str(devices)) as workdir:
            Trainer(task, strategy, Schedule(3, 100, 100)).fit(workdir)
        weights.append(task.model.get_weights())
    assert any((np.abs(a - b) > 1e-3).any() for a, b in zip(start, weights[0]))
    for ours, theirs in zip(*weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


def club(validation=1, **changes):
    triples = np.array([[i, i % 2, (i + 1) % 6] for i in range(6)] + [[0, 0, 2]])
    parts = {"train": triples, "validation": triples[:validation], "test": triples[:1]}
    return TripleDataset("club", list("abcdef"), ["r", "s"], **{**parts, **changes})


def test_without_validation_the_test_is_watched():
    task = KnowledgeGraphCompletion(club(validation=0), batch_size=2)
    task.build(strategies.create("one_device"), 1, 0)
    assert task.objective is None and task.name == "club"
    measured = task.measure(Best())
    assert measured["score"] == task.evaluate()["mrr"] == measured["test_mrr"]


def test_batches_have_at_most_all_queries():
    task = KnowledgeGraphCompletion(club())
    task.build(strategies.create("one_device"), 1, 0)
    tails, *_ = next(iter(task.batches(0, None)))
    assert len(tails) == 13  # 7 triples both ways, of which two share a query.
    assert task.examples_per_step == 14


def test_entities_without_training_are_pointed_out():
    task = KnowledgeGraphCompletion(club(train=club().train[:4]), batch_size=2)
    with pytest.warns(UserWarning, match="1 entities are in no .* such as f"):
        task.build(strategies.create("one_device"), 1, 0)


def test_triples_of_training_in_the_test_are_pointed_out():
    task = KnowledgeGraphCompletion(club())
    with pytest.warns(UserWarning, match="1 of 1 test triples are trained on"):
        task.build(strategies.create("one_device"), 1, 0)


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (KnowledgeGraphCompletion("family"), "Did you mean family_tree"),
        (KnowledgeGraphCompletion("triples"), "data_dir=None"),
        (
            KnowledgeGraphCompletion(club(), batch_size=2, tails_per_query=0),
            "tails_per_query=0",
        ),
        (
            KnowledgeGraphCompletion(
                club(), batch_size=2, knowledge=KnowledgeConfig("dot")
            ),
            "decoder=dot",
        ),
    ],
)
def test_mistakes_are_said_before_training(task, message, tmp_path):
    with pytest.raises(RunError, match=message):
        kerazoo.run(task, tmp_path, SCHEDULE)


@pytest.mark.parametrize("field", ["triple_loss", "triple_optimizer"])
def test_unknown_ways_to_learn(field):
    with pytest.raises(ValueError, match=f"Received: {field}=none"):
        KnowledgeTrainingConfig(**{field: "none"})
