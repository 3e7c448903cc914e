"""Influence: what it reports, its resumption, its replicas, its export."""

import json
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerazoo
from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.node_dataset import NodeDataset
from kerazoo.models.gnn import InfluenceConfig
from kerazoo.models.gnn import TrainingConfig
from kerazoo.runs import RunError
from kerazoo.serving import Limits
from kerazoo.serving.worker import Worker
from kerazoo.tasks.gnn import InfluenceMaximization
from kerazoo.training import Schedule
from kerazoo.training import Trainer
from kerazoo.training import Workdir
from kerazoo.training import strategy as strategies

SCHEDULE = Schedule(train_steps=4, eval_every=2, checkpoint_every=2)


class Descent(TrainingConfig):
    """Plain gradient descent: Adam enlarges what differs by rounding alone."""

    def optimizer(self):
        return keras.optimizers.SGD(0.05)


def make(dataset="karate_club", training=None, **kwargs):
    kwargs = {"celf_nodes": 0, "spread_cascades": 500, **kwargs}
    return InfluenceMaximization(
        dataset,
        influence=InfluenceConfig(hidden_size=4, cascade_rounds=2),
        training=training or TrainingConfig(0.01),
        training_graphs=3,
        training_nodes=12,
        batch_size=4,
        limits=Limits(max_examples=20, max_nodes=40, max_edges=200),
        **kwargs,
    )


class Outcome:
    """A run, trained once for all tests of it."""

    def __init__(self, folder):
        self.folder = folder
        self.task = make(celf_nodes=34, imm_epsilon=0.3)
        evaluate = self.task.evaluate

        def evaluate_and_copy(step):
            if step == 4:  # The newest checkpoint is of the step before.
                shutil.copytree(folder / "run", folder / "part")
            return evaluate(step)

        self.task.evaluate = evaluate_and_copy
        self.result = kerazoo.run(
            self.task, folder / "run", SCHEDULE, export_dir=folder / "model"
        )
        self.loaded = tf.saved_model.load(str(folder / "model" / "1"))
        cascades = self.task.cascades
        self.graph = {
            "source": cascades.source.astype("int32"),
            "target": cascades.target.astype("int32"),
            "probabilities": cascades.probabilities.astype("float32"),
            "num_nodes": np.array(34, "int32"),
        }


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    return Outcome(tmp_path_factory.mktemp("run"))


@pytest.mark.slow
def test_result_has_the_spread_of_every_method(outcome):
    result, task = outcome.result, outcome.task
    seeds = [task.node_names.index(name) for name in result["seeds"]]
    assert len(set(seeds)) == 5 and seeds == task.seeds().tolist()
    sizes = task.cascades.sizes(seeds, 4_000, seed=5)
    assert result["spread"] == pytest.approx(sizes.mean(), abs=5 * 8 / 500**0.5)
    for name in ("", "imm_", "celf_", "degree_", "random_"):
        assert 5 <= result[f"{name}spread"] <= 34
        assert 0 < result[f"{name}spread_error"] < 1
    assert result["imm_spread"] > result["random_spread"]
    assert result["score"] == result["spread"]
    assert 0.5 < result["validation_share"] <= 1.02
    assert {path.stem for path in (outcome.folder / "run").glob("*.png")} == {"graph"}


def test_run_goes_on_as_if_it_had_never_stopped(outcome, tmp_path):
    strategy = strategies.create("one_device")
    task = make()
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


@pytest.mark.slow
def test_two_replicas_train_as_one(tmp_path):
    weights = []
    for count in (1, 2):
        kind = "mirrored" if count == 2 else "one_device"
        strategy = strategies.create(kind, num_devices=count if count == 2 else None)
        keras.utils.set_random_seed(0)
        task = make(training=Descent())
        task.build(strategy, 4, seed=0)
        start = task.model.get_weights()
        with Workdir(tmp_path / kind) as workdir:
            Trainer(task, strategy, Schedule(2, eval_every=10)).fit(workdir)
        weights.append(task.model.get_weights())
    assert any((np.abs(a - b) > 1e-4).any() for a, b in zip(weights[0], start))
    for one, two in zip(*weights, strict=True):
        np.testing.assert_allclose(one, two, rtol=0, atol=1e-5)


def test_graphs_to_choose_by_are_none_to_learn_from(outcome):
    examples = outcome.task._examples
    filling = examples.is_seed.shape[1] - 1
    learnt = {
        tuple(zip(source[source < filling], target[source < filling]))
        for source, target in zip(examples.source, examples.target)
    }
    assert len(learnt) == 3
    unseen = [tuple(zip(c.source, c.target)) for c in outcome.task._unseen]
    assert not learnt & set(unseen)


def test_share_is_that_of_greedy_choice(outcome):
    task = outcome.task
    met, most = 0, 0
    for cascades, sets in zip(task._unseen, task._sets):
        count = max(cascades.num_nodes // 10, 1)
        left, dense = sets.toarray(), sets.toarray()
        for _ in range(count):
            left = left[~left[:, left.sum(axis=0).argmax()]]
        most += len(dense) - len(left)
        met += dense[:, task._seeds_of(cascades, count)].any(axis=1).sum()
    assert task.evaluate(0)["share"] == pytest.approx(met / most)


def test_export_answers_without_python(outcome):
    asked = {**outcome.graph, "count": np.array(7, "int32")}
    with Worker(outcome.folder / "model" / "1") as worker:
        found = worker.run("seeds", asked)
        first = found["nodes"][:3].astype("int32")
        scored = worker.run("score_nodes", {**outcome.graph, "seeds": first})["gains"]
    assert found["nodes"].tolist() == outcome.task.seeds(7).tolist()
    assert scored.shape == (34,) and (scored[first] == 0).all()
    assert scored.argmax() == found["nodes"][3]
    assert scored.max() == pytest.approx(found["gains"][3], rel=1e-4)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"count": 0}, "`count` must be from 1 to 20.*: 0"),
        ({"count": 21}, "`count` must be from 1 to 20.*: 21"),
        ({"num_nodes": 41}, "`num_nodes` must be from 1 to 40.*: 41"),
        ({"num_nodes": 10}, "`source` must be from 0 to 9"),
        ({"target": np.full(156, -1)}, "`target` must be from 0 to 33.*: -1"),
        ({"target": np.zeros(5)}, "`target` must have as many rows as `source`"),
        ({"probabilities": np.full(156, 1.5)}, "`probabilities` must be from 0 to 1"),
        ({"probabilities": np.full(156, np.nan)}, "`probabilities` .*nan"),
        ({"seeds": [3, 34]}, "`seeds` must be from 0 to 33.*: 34"),
        (
            {name: np.zeros(201) for name in ("source", "target", "probabilities")},
            "`source` must have at most 200 rows",
        ),
    ],
)
def test_wrong_requests_are_refused_by_name(more, words, outcome):
    signature = "score_nodes" if "seeds" in more else "seeds"
    request = {**outcome.graph, **more}
    if signature == "seeds":
        request.setdefault("count", 2)
    floats = {"probabilities": tf.float32}
    request = {
        name: tf.constant(value, floats.get(name, tf.int32))
        for name, value in request.items()
    }
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        outcome.loaded.signatures[signature](**request)


def test_export_says_what_it_is(outcome):
    extra = outcome.folder / "model" / "1" / "assets.extra"
    metadata = json.loads((extra / "kerazoo.json").read_text())
    assert metadata["task"] == "influence"
    assert metadata["seeds"] == outcome.result["seeds"]
    assert json.loads((extra / "nodes.json").read_text()) == outcome.task.node_names
    assert "Chooses seeds of large cascades" in (extra / "README.md").read_text()
    model = kerazoo.load(outcome.folder / "model")
    for weights, others in zip(model.get_weights(), outcome.task.model.get_weights()):
        np.testing.assert_array_equal(weights, others)


def weighted(weights):
    ends = np.array([0, 1], "int32")
    graph = Graph(np.eye(2, dtype="float32"), ends, ends[::-1], edge_weights=weights)
    none = np.zeros(0, int)
    return NodeDataset("own", graph, np.full(2, -1, "int32"), 0, none, none, none)


@pytest.mark.parametrize(
    ("make_task", "message"),
    [
        (lambda: make(seed_nodes=35), "from 1 to 34.*seed_nodes=35"),
        (lambda: make("cites"), "dataset=cites"),
        (lambda: make("no.txt"), "no.txt"),
        (
            lambda: make(weighted(np.array([0.5, 2.0], "float32")), seed_nodes=1),
            "own: .* from 0 to 1. Received: 2",
        ),
        (lambda: make(imm_epsilon=1.0), "imm_epsilon=1.0"),
    ],
)
def test_mistakes_are_said_before_training(make_task, message, tmp_path):
    with pytest.raises(RunError, match=message):
        kerazoo.run(make_task(), tmp_path, SCHEDULE)
    assert not (tmp_path / "settings.json").exists()


def test_names_of_runs():
    assert make().name == "karate_club_influence"
    assert make("friends.txt.gz", data_dir="data").name == "friends_influence"
