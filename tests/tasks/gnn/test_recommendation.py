"""Recommendation: what it reports, its resumption, its replicas, its export."""

import json
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special

import kerazoo
from kerazoo.data.graphs.interaction_dataset import InteractionDataset
from kerazoo.data.graphs.interactions import Interactions
from kerazoo.data.graphs.southern_women import southern_women
from kerazoo.evaluation.graphs.item_ranking import ranking_metrics
from kerazoo.models.gnn import PreferenceConfig
from kerazoo.models.gnn import RecommenderConfig
from kerazoo.models.gnn import TrainingConfig
from kerazoo.runs import RunError
from kerazoo.serving import Limits
from kerazoo.serving.check import run_without_python
from kerazoo.tasks.gnn import Recommendation
from kerazoo.training import Schedule
from kerazoo.training import Trainer
from kerazoo.training import Workdir
from kerazoo.training import strategy as strategies

SCHEDULE = Schedule(train_steps=4, eval_every=2, checkpoint_every=2)


class Descent(TrainingConfig):
    """Plain gradient descent: Adam enlarges what differs by rounding alone."""

    def optimizer(self):
        return keras.optimizers.SGD(0.5)


def make(loss="softmax", training=None, negatives=0, **kwargs):
    return Recommendation(
        southern_women(validation_share=0.2),
        recommender=RecommenderConfig(embedding_size=4, num_layers=2),
        preference=PreferenceConfig(loss, 0.2, negatives),
        training=training or TrainingConfig(0.05, weight_decay=0.01),
        limits=Limits(max_nodes=30),
        **kwargs,
    )


class Outcome:
    """A run, trained once for all tests of it."""

    def __init__(self, folder):
        self.folder = folder
        self.task = make("sampled_softmax", negatives=3, batch_size=16)
        evaluate = self.task.evaluate

        def evaluate_and_copy(step):
            if step == 4:  # The newest checkpoint is of the step before.
                shutil.copytree(folder / "run", folder / "part")
            return evaluate(step)

        self.task.evaluate = evaluate_and_copy
        self.result = kerazoo.run(
            self.task, folder / "run", SCHEDULE, export_dir=folder / "model"
        )
        users, items = kerazoo.load(folder / "model").represent(self.task._adjacency)
        # In-batch negatives divide by how often an item was taken.
        counts = np.bincount(self.task.data.train.items, minlength=14)
        bias = 0.2 * np.log(np.maximum(counts, 1))
        self.scores = users.numpy() @ items.numpy().T + bias
        items = items.numpy()
        self.cosines = items @ items.T
        self.loaded = tf.saved_model.load(str(folder / "model" / "1"))


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    return Outcome(tmp_path_factory.mktemp("run"))


def ranked(scores, seen, most):
    """Returns the best items of each row by NumPy, all of `seen` left out."""
    scores = scores.copy()
    scores[seen.users, seen.items] = -np.inf
    return np.argsort(-scores, axis=1, kind="stable")[:, :most]


@pytest.mark.slow
def test_result_is_that_of_all_scores(outcome):
    data, result = outcome.task.data, outcome.result
    seen = data.train.union(data.validation)
    expected = ranking_metrics(ranked(outcome.scores, seen, 3), data.test, 14)
    measured = np.flatnonzero(data.test.sizes)
    assert len(measured) < 18  # Coverage is of the users who are measured.
    own = ranked(outcome.scores, seen, 3)[measured]
    expected["coverage_at_3"] = len(np.unique(own)) / 14
    for name, value in expected.items():
        assert result[f"test_{name}"] == pytest.approx(value, rel=1e-6)
    validation = ranking_metrics(
        ranked(outcome.scores, data.train, 3), data.validation, 14
    )
    assert result["validation_ndcg_at_3"] == pytest.approx(validation["ndcg_at_3"])
    assert result["score"] == result["validation_ndcg_at_3"]
    assert result["best_step"] in (2, 4)
    assert (outcome.folder / "run" / "embedding.png").stat().st_size


def test_run_goes_on_as_if_it_had_never_stopped(outcome, tmp_path):
    strategy = strategies.create("one_device")
    task = make("sampled_softmax", negatives=3, batch_size=16)
    task.build(strategy, 4, seed=0)
    shutil.copytree(outcome.folder / "part", tmp_path / "part")
    with Workdir(tmp_path / "part") as workdir:
        assert int(workdir.checkpoints.latest().name) == 2
        Trainer(task, strategy, SCHEDULE).fit(workdir)
    ours, theirs = (
        tf.train.load_checkpoint(f"{folder}/checkpoints/000000000004/variables")
        for folder in (outcome.folder / "run", tmp_path / "part")
    )
    names = [n for n in ours.get_variable_to_shape_map() if n.startswith("values/")]
    assert len(names) > 3  # Of the optimizer, too.
    for name in names:
        np.testing.assert_array_equal(ours.get_tensor(name), theirs.get_tensor(name))


@pytest.mark.parametrize(
    ("loss", "negatives"),
    [
        pytest.param("softmax", 0, marks=pytest.mark.slow),
        ("sampled_softmax", 3),
        pytest.param("bpr", 0, marks=pytest.mark.slow),
    ],
)
def test_two_replicas_train_as_one(loss, negatives, tmp_path):
    weights = []
    for count in (1, 2):
        kind = "mirrored" if count == 2 else "one_device"
        strategy = strategies.create(kind, num_devices=count if count == 2 else None)
        keras.utils.set_random_seed(0)
        task = make(loss, Descent(weight_decay=0.01), negatives, batch_size=16)
        task.build(strategy, 4, seed=0)
        start = task.model.get_weights()[0]
        with Workdir(tmp_path / kind) as workdir:
            Trainer(task, strategy, Schedule(3, eval_every=10)).fit(workdir)
        weights.append(task.model.get_weights()[0])
    assert np.abs(weights[0] - start).max() > 1e-2
    np.testing.assert_allclose(*weights, rtol=0, atol=1e-5)


def test_loss_of_a_step_is_the_mean_over_all_interactions():
    task = make(batch_size=1_024)
    task.build(strategies.create("one_device"), 4, seed=0)
    data = task.data
    batch = next(iter(task.batches(0, None)))
    assert sorted(batch[0].numpy()) == list(range(18))  # Each but once.
    users, items = task.model.represent(task._adjacency)
    counts = np.maximum(np.bincount(data.train.items, minlength=14), 1)
    scores = users.numpy() @ items.numpy().T / 0.2 + np.log(counts)
    shares = special.log_softmax(scores, axis=1)
    expected = -shares[data.train.users, data.train.items].mean()
    assert float(task.train_step(batch)["loss"]) == pytest.approx(expected, rel=1e-5)


def ids(*names):
    return np.array([name.encode() for name in names], np.bytes_)


def ask(outcome, signature, **request):
    """Returns items and scores as TensorFlow answers."""
    request = {name: tf.constant(value) for name, value in request.items()}
    found = outcome.loaded.signatures[signature](**request)
    return found["items"].numpy().astype(str), found["scores"].numpy()


@pytest.mark.parametrize("leave_out_seen", [False, True])
def test_export_recommends(leave_out_seen, outcome):
    data = outcome.task.data
    names = [data.user_names[3], data.user_names[0]]
    k = np.int32(12)
    found, scores = ask(
        outcome,
        "recommend",
        users=ids(*names),
        k=k,
        leave_out_seen=np.array(leave_out_seen),
    )
    seen = data.train.union(data.validation)
    if not leave_out_seen:
        seen = Interactions.from_pairs([], [], 18)
    for row, user in enumerate((3, 0)):
        left = min(12, 14 - len(seen.of(user)))
        order = ranked(outcome.scores, seen, left)[user]
        expected = [data.item_names[i] for i in order] + [""] * (12 - left)
        assert found[row].tolist() == expected
        own = outcome.scores[user, order]
        np.testing.assert_allclose(scores[row], [*own, *[0] * (12 - left)], atol=1e-5)
    if leave_out_seen:
        usual, _ = ask(outcome, "serving_default", users=ids(*names))
        np.testing.assert_array_equal(usual, found[:, :10])


def test_export_finds_similar_items(outcome):
    names = outcome.task.data.item_names
    found, cosines = ask(outcome, "similar_items", items=ids("E3"), k=np.int32(13))
    order = [i for i in np.argsort(-outcome.cosines[2]) if i != 2]
    assert found[0].tolist() == [names[i] for i in order]
    np.testing.assert_allclose(cosines[0], outcome.cosines[2, order], atol=1e-5)


def test_export_answers_without_python(outcome):
    request = {
        "users": ids(*outcome.task.data.user_names[:3]).astype(object),
        "k": np.int32(4),
        "leave_out_seen": np.array(True),
    }
    version = outcome.folder / "model" / "1"
    found = run_without_python(version, request, "recommend")
    expected, scores = ask(outcome, "recommend", **request)
    np.testing.assert_array_equal(found["items"].astype(str), expected)
    np.testing.assert_allclose(found["scores"], scores, atol=1e-5)


@pytest.mark.parametrize(
    ("signature", "request_of", "words"),
    [
        ("recommend", {"users": ids("Zoe"), "k": 1}, "`users` must be .*: Zoe"),
        ("recommend", {"users": ids(), "k": 0}, "`k` must be from 1 to 14.*: 0"),
        ("recommend", {"users": ids(), "k": 15}, "`k` must be from 1 to 14.*: 15"),
        # Of `max_nodes`, 30 items in the answer.
        (
            "recommend",
            {"users": ids(*["Flora Price"] * 3), "k": 11},
            "`k` must be from 1 to 10.*: 11",
        ),
        ("similar_items", {"items": ids("E1"), "k": 14}, "`k` must be from 1 to 13"),
        ("similar_items", {"items": ids("E15"), "k": 2}, "`items` must be .*: E15"),
    ],
)
def test_wrong_requests_are_refused_by_name(signature, request_of, words, outcome):
    request = {**request_of, "k": np.int32(request_of["k"])}
    if signature == "recommend":
        request["leave_out_seen"] = np.array(True)
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        ask(outcome, signature, **request)


def test_no_users_get_no_items(outcome):
    found, _ = ask(
        outcome,
        "recommend",
        users=ids(),
        k=np.int32(3),
        leave_out_seen=np.array(True),
    )
    assert found.shape == (0, 3)


def test_export_says_what_it_is(outcome):
    extra = outcome.folder / "model" / "1" / "assets.extra"
    metadata = json.loads((extra / "kerazoo.json").read_text())
    assert metadata["task"] == "recommend"
    assert (metadata["num_users"], metadata["num_items"]) == (18, 14)
    data = outcome.task.data
    assert json.loads((extra / "users.json").read_text()) == list(data.user_names)
    assert json.loads((extra / "items.json").read_text()) == list(data.item_names)
    assert "Ranks the 14 items of southern_women" in (extra / "README.md").read_text()


def own(taken):
    none = Interactions.from_pairs([], [], 2)
    return InteractionDataset("own", ["a", "b"], ["x", "y"], taken, none, taken)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dataset": "southern"}, "southern_women.*Received: dataset=southern"),
        ({"ranking_cutoff": 15}, "from 1 to 14.*ranking_cutoff=15"),
        ({"preference": PreferenceConfig("hinge")}, "ranking_loss=hinge"),
        ({"test_share": 1.0}, "share=1.0"),
        ({"dataset": own(Interactions.from_pairs([], [], 2))}, "`train` must have"),
    ],
)
def test_mistakes_are_said_before_training(arguments, message, tmp_path):
    with pytest.raises(RunError, match=message):
        kerazoo.run(Recommendation(**arguments), tmp_path, SCHEDULE)
    assert not (tmp_path / "settings.json").exists()


def test_names_of_runs():
    assert Recommendation().name == "southern_women"
    assert Recommendation("lists", "data/gowalla").name == "gowalla"
    assert Recommendation("taken.csv.gz", "data").name == "taken"
