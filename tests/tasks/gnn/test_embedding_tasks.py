"""Embeddings and communities: replicas, interruptions, and whole runs."""

import json
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerazoo
from kerazoo.data.graphs.karate_club import karate_club
from kerazoo.data.graphs.node_dataset import NodeDataset
from kerazoo.models.gnn import CommunityConfig
from kerazoo.models.gnn import ContrastConfig
from kerazoo.models.gnn import EmbeddingConfig
from kerazoo.models.gnn import EncoderConfig
from kerazoo.models.gnn import WalkConfig
from kerazoo.runs import RunError
from kerazoo.serving.worker import Worker
from kerazoo.tasks.gnn import CommunityDetection
from kerazoo.tasks.gnn import ContrastiveEmbedding
from kerazoo.tasks.gnn import InfomaxEmbedding
from kerazoo.tasks.gnn import WalkEmbedding
from kerazoo.training import Schedule
from kerazoo.training import Trainer
from kerazoo.training import Workdir
from kerazoo.training import strategy as strategies
from tests.tasks.gnn.test_gnn_task import Descent

STEPS = 4
TASKS = {
    "dgi": (InfomaxEmbedding, {"embedding": EmbeddingConfig("dgi", 4)}),
    "grace": (
        ContrastiveEmbedding,
        {
            "embedding": EmbeddingConfig("grace", 4),
            "contrast": ContrastConfig(projection_size=3, contrast_size=6),
        },
    ),
    "node2vec": (
        WalkEmbedding,
        {
            "embedding": EmbeddingConfig("node2vec", 4),
            "walks": WalkConfig(4, 2, 0.5, 2.0, batch_size=4),
        },
    ),
    "community": (CommunityDetection, {"community": CommunityConfig(3)}),
}
SLOW = pytest.mark.slow


@pytest.fixture
def make(graph):
    """Function that makes a task on a tiny graph, in the scope of a strategy."""

    def function(name, strategy, seed=0, dropout=0.0):
        keras.utils.set_random_seed(seed)
        kind, more = TASKS[name]
        tiny = graph(weights=True, is_sparse=True)
        ends = tiny.source, tiny.target
        tiny.source, tiny.target = np.concatenate(ends), np.concatenate(ends[::-1])
        tiny.edge_weights = np.tile(tiny.edge_weights, 2)
        labels = np.array([0, 1, 2, 0, 1, 2, 0, 1, -1], "int32")
        parts = np.arange(4), np.array([4, 5]), np.array([6, 7])
        dataset = NodeDataset("tiny", tiny, labels, 3, *parts, list("abc"))
        encoder = EncoderConfig("gcn", 5, 2, dropout)
        task = kind(dataset, encoder=encoder, training=Descent(), **more)
        task.build(strategy, 2 * STEPS, seed=0)
        return task

    return function


@pytest.fixture(scope="module")
def one_device():
    return strategies.create("one_device")


def train(task, strategy, path):
    schedule = Schedule(STEPS, eval_every=100, checkpoint_every=100)
    with Workdir(path) as workdir:
        Trainer(task, strategy, schedule).fit(workdir)
    return task.model.get_weights()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("dgi", marks=SLOW),
        pytest.param("grace", marks=SLOW),
        "node2vec",
        pytest.param("community", marks=SLOW),
    ],
)
def test_two_replicas_train_as_one(name, make, one_device, tmp_path):
    two_replicas = strategies.create("mirrored", num_devices=2)
    one, two = make(name, one_device), make(name, two_replicas)
    start = one.model.get_weights()
    if name == "node2vec":  # Begins near zero, where steps are too small to tell.
        random = np.random.default_rng(0)
        start = [random.normal(size=w.shape).astype(w.dtype) for w in start]
        one.model.set_weights(start)
    two.model.set_weights(start)
    ours = train(one, one_device, tmp_path / "one")
    theirs = train(two, two_replicas, tmp_path / "two")
    assert any((np.abs(a - b) > 1e-3).any() for a, b in zip(ours, start))
    for weights, others in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(weights, others, rtol=0, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("dgi", marks=SLOW),
        "grace",
        pytest.param("node2vec", marks=SLOW),
        pytest.param("community", marks=SLOW),
    ],
)
def test_run_in_two_parts_ends_as_one_in_one_go(name, make, one_device, tmp_path):
    schedule = Schedule(STEPS, eval_every=2, checkpoint_every=2)
    task, other = (make(name, one_device, seed, dropout=0.5) for seed in (0, 1))
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


def test_pairs_of_a_step_are_met_within_the_window_or_drawn(make, one_device):
    task = make("node2vec", one_device)
    (pairs, labels), (again, _) = task.pairs(7), task.pairs(7)
    np.testing.assert_array_equal(pairs, again)
    # Walks of 5 nodes have 4 pairs one step apart and 3 two; as many are drawn.
    assert pairs.shape == (4 * 7 * 2, 2) and labels.sum() == 4 * 7
    graph = task.nodes.graph
    adjacency = np.eye(9)
    adjacency[graph.source, graph.target] = 1
    near = adjacency @ adjacency > 0
    assert near[tuple(pairs[labels == 1].T)].all()
    batch = next(iter(task.batches(7, tf.distribute.InputContext())))
    np.testing.assert_array_equal(batch[0]["pairs"], pairs)
    starts = np.concatenate([task._starts(4 * step, 4) for step in range(9)])
    assert (np.bincount(starts) == 4).all()  # Each node in each epoch.


class Outcome:
    """A run of a task on the karate club, trained once for all tests of it."""

    def __init__(self, name, folder):
        kind, more = TASKS[name]
        self.name, self.folder = name, folder
        self.task = kind("karate_club", **more)
        if name != "community":
            self.task.held_out_edges = 0.1
        self.result = kerazoo.run(
            self.task,
            folder / "run",
            Schedule(train_steps=4, eval_every=2),
            export_dir=folder / "model",
        )


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("dgi", marks=SLOW),
        "grace",
        pytest.param("node2vec", marks=SLOW),
        pytest.param("community", marks=SLOW),
    ],
)
def outcome(request, tmp_path_factory):
    return Outcome(request.param, tmp_path_factory.mktemp("run"))


@pytest.mark.slow
def test_result_pictures_and_card(outcome):
    result, run = outcome.result, outcome.folder / "run"
    assert result == json.loads((run / "result.json").read_text())
    names = {"test_accuracy", "test_macro_f1", "test_link_auc", "test_link_ap"}
    drawn = {"embedding"}
    if outcome.name == "community":
        measures = ("modularity", "conductance", "nmi", "ari", "num_communities")
        sources = ("", "learnt_", "louvain_")
        names = {f"{source}{measure}" for source in sources for measure in measures}
        drawn = {"embedding", "graph"}
        assert result["modularity"] >= result["learnt_modularity"]
        assert result["score"] == result["modularity"]
    assert names <= result.keys()
    assert all(np.isfinite(result[name]) for name in names)
    assert {path.stem for path in run.glob("*.png")} == drawn


def test_export_answers_without_python(outcome):
    task, graph = outcome.task, karate_club().graph
    names = np.array([b"member 3", b"member 0"], object)
    tensors = {
        "node_features": graph.node_features,
        "source": graph.source,
        "target": graph.target,
    }
    with Worker(outcome.folder / "model" / "1") as worker:
        if outcome.name == "community":
            found = worker.run("communities", {"ids": names})
            everyone = worker.run("communities", {"ids": names[:0]})
            new = worker.run("tensors", tensors)
            shares, communities = task.probabilities(), task.communities()
            assert found["community"].tolist() == communities[[3, 0]].tolist()
            np.testing.assert_allclose(found["probabilities"], shares[[3, 0]], 1e-4)
            np.testing.assert_array_equal(everyone["community"], communities)
            assert everyone["ids"][33] == b"member 33"
            np.testing.assert_allclose(new["probabilities"], shares, 1e-3, 1e-5)
            assert new["community"].tolist() == shares.argmax(axis=1).tolist()
            return
        embeddings = task.embeddings()
        found = worker.run("embed", {"ids": names})
        similar = worker.run("similar_nodes", {"ids": names, "k": np.array(3, "int32")})
        np.testing.assert_allclose(found["embeddings"], embeddings[[3, 0]], 1e-5)
        assert similar["similar"].shape == similar["cosine"].shape == (2, 3)
        with pytest.raises(RuntimeError, match="`ids` must be .* Received: someone"):
            worker.run("embed", {"ids": np.array([b"someone"], object)})
        if outcome.name != "node2vec":
            tensors |= {"source": task.full_graph.inputs["source"].numpy()}
            tensors |= {"target": task.full_graph.inputs["target"].numpy()}
            new = worker.run("tensors", tensors)["embeddings"]
            np.testing.assert_allclose(new, embeddings, 1e-3, 1e-5)


def test_model_can_be_had_back(outcome):
    model = kerazoo.load(outcome.folder / "model")
    assert type(model) is type(outcome.task.model)
    for weights, others in zip(model.get_weights(), outcome.task.model.get_weights()):
        np.testing.assert_array_equal(weights, others)


@pytest.mark.parametrize(
    ("make_task", "message"),
    [
        (lambda: ContrastiveEmbedding(held_out_edges=0.9), "held_out_edges=0.9"),
        (lambda: InfomaxEmbedding("no.txt"), "no.txt"),
        (lambda: WalkEmbedding("cites"), "dataset=cites"),
        (lambda: CommunityDetection(weightless()), "weight above 0"),
    ],
)
def test_mistakes_are_said_before_training(make_task, message, tmp_path):
    with pytest.raises(RunError, match=message):
        kerazoo.run(make_task(), tmp_path, Schedule(train_steps=2))
    assert not (tmp_path / "settings.json").exists()


def weightless():
    dataset = karate_club()
    dataset.graph.edge_weights = np.zeros(dataset.graph.num_edges, "float32")
    return dataset


@pytest.mark.parametrize(
    ("make_config", "message"),
    [
        (lambda: ContrastConfig(edge_drop=(0.2,)), "edge_drop=0.2"),
        (lambda: ContrastConfig(feature_drop=(0.2, 1)), "feature_drop=0.2,1"),
        (lambda: WalkConfig(3, 4), "walk_window=4, walk_length=3"),
        (lambda: CommunityConfig(1), "num_communities=1"),
        (lambda: CommunityConfig(community_loss="cut"), "community_loss=cut"),
    ],
)
def test_configurations_refuse_what_has_no_meaning(make_config, message):
    with pytest.raises(ValueError, match=f"Received: {message}"):
        make_config()


def test_number_of_communities_of_a_graph():
    counts = [CommunityConfig().count(n) for n in (1, 34, 1_005, 10_000)]
    assert counts == [2, 6, 32, 64]
