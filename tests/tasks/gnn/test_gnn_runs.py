"""Whole runs of each task: what they report, and that their models can be had back."""

import json

import numpy as np
import pytest

import kerazoo
from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.graph_dataset import GraphDataset
from kerazoo.data.graphs.karate_club import karate_club
from kerazoo.models.gnn import EncoderConfig
from kerazoo.models.gnn import ReadoutConfig
from kerazoo.models.gnn import from_graph
from kerazoo.models.gnn import plain_tensors
from kerazoo.runs import RunError
from kerazoo.tasks.gnn import GraphPrediction
from kerazoo.tasks.gnn import LinkPrediction
from kerazoo.tasks.gnn import NodeClassification
from kerazoo.tasks.gnn import SampledNodeClassification
from kerazoo.training import Schedule
from kerazoo.training import strategy as strategies

SCHEDULE = Schedule(train_steps=4, eval_every=2)


def values_of_rings():
    """Rings, whose value is their size; with features of edges and of the whole."""
    random = np.random.default_rng(0)

    def ring(size):
        nodes = np.arange(size, dtype="int32")
        return Graph(
            random.normal(size=(size, 3)).astype("float32"),
            nodes,
            np.roll(nodes, 1),
            edge_features=random.normal(size=(size, 2)).astype("float32"),
            context_features=np.array([size, 1], "float32"),
            label=float(size),
        )

    sizes = np.arange(3, 13)
    return GraphDataset("rings", [ring(n) for n in sizes], sizes.astype("float32"))


TASKS = {
    "node": lambda: NodeClassification(
        karate_club(), encoder=EncoderConfig("sage", 4, normalization="batch")
    ),
    "link": lambda: LinkPrediction("karate_club", encoder=EncoderConfig("gat", 8)),
    "graph": lambda: GraphPrediction(
        values_of_rings(),
        batch_size=4,
        readout=ReadoutConfig(readout="mlp", pooling="attention"),
        encoder=EncoderConfig("gine", 4, residual=True),
    ),
}
METRICS = {
    "node": {"accuracy", "macro_f1", "loss", "roc_auc"},
    "link": {"auc", "ap"},
    "graph": {"rmse", "mae"},
}


class Outcome:
    """A run of a task, trained once for all tests of it."""

    def __init__(self, kind, folder):
        self.kind = kind
        self.task = TASKS[kind]()
        self.folder = folder
        self.result = kerazoo.run(
            self.task, folder / "run", SCHEDULE, export_dir=folder / "model"
        )


@pytest.fixture(
    scope="module",
    params=[
        "node",
        pytest.param("link", marks=pytest.mark.slow),
        pytest.param("graph", marks=pytest.mark.slow),
    ],
)
def outcome(request, tmp_path_factory):
    return Outcome(request.param, tmp_path_factory.mktemp("run"))


def outputs_of(model, task):
    graphs = task.graphs.graphs if task.kind == "graph" else [karate_club().graph]
    inputs = plain_tensors(from_graph(graphs[0]))
    if task.kind == "link":
        inputs["pairs"] = np.array([[0, 1], [3, 9]])
    return model(inputs).numpy()


def test_result_and_folder(outcome):
    result, run = outcome.result, outcome.folder / "run"
    assert result == json.loads((run / "result.json").read_text())
    test = {k.removeprefix("test_") for k in result if k.startswith("test_")}
    assert test == METRICS[outcome.kind]
    assert all(np.isfinite(result[f"test_{name}"]) for name in test)
    if outcome.kind == "node":  # It has no validation nodes.
        assert "best_step" not in result
    else:
        assert result["best_step"] in (2, 4)
        metric = outcome.task.metric
        assert abs(result["score"]) == result[f"validation_{metric}"]
    pictures = {
        "node": ["graph", "embedding"],
        "link": ["embedding"],
        "graph": ["regression"],
    }[outcome.kind]
    assert {path.stem for path in run.glob("*.png")} == set(pictures)
    settings = json.loads((run / "settings.json").read_text())
    names = {"node": "karate_club", "link": "karate_club", "graph": "rings"}
    assert settings["dataset"] == names[outcome.kind]
    assert settings["encoder"]["hidden_size"] == outcome.task.encoder.hidden_size


def test_model_can_be_had_back(outcome):
    task = outcome.task
    expected = outputs_of(task.model, task)
    for path in ("run", "model", "model/1"):
        model = kerazoo.load(outcome.folder / path)
        assert type(model) is type(task.model)
        np.testing.assert_array_equal(outputs_of(model, task), expected)


def test_same_call_is_done_and_another_is_refused(outcome, capsys):
    run, model = outcome.folder / "run", outcome.folder / "model"
    task = TASKS[outcome.kind]()
    assert kerazoo.run(task, run, SCHEDULE, export_dir=model) == outcome.result
    assert "Done before" in capsys.readouterr().err
    task.encoder = EncoderConfig("gcn")
    with pytest.raises(RunError, match="encoder"):
        kerazoo.run(task, run, SCHEDULE)


def test_export_says_what_it_is(outcome):
    extra = outcome.folder / "model" / "1" / "assets.extra"
    metadata = json.loads((extra / "kerazoo.json").read_text())
    assert metadata["task"] == outcome.kind
    assert metadata["dataset"] == outcome.task.name
    assert metadata["class_names"] == outcome.task.class_names
    assert 'key: "nodes"' in metadata["schema"]
    assert ('key: "pairs"' in metadata["schema"]) == (outcome.kind == "link")
    assert (extra / "tf_serving_warmup_requests").stat().st_size


def rings(architecture="gin", **kwargs):
    return GraphPrediction(
        values_of_rings(), encoder=EncoderConfig(architecture), **kwargs
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NodeClassification("cites"), "Received: dataset=cites"),
        (lambda: LinkPrediction("tables"), "data_dir=None"),
        (lambda: GraphPrediction("NO", "."), "NO.txt"),
        (lambda: rings(fold=0), "fold=0"),
        (lambda: rings(split="scaffold"), "split=scaffold"),
        (lambda: rings(split="half"), "split=half"),
        (
            lambda: NodeClassification(encoder=EncoderConfig("cnn")),
            "`architecture` must be one of gcn.*appnp.* Received: architecture=cnn",
        ),
        (lambda: rings("appnp"), "nodes and links.* Received: architecture=appnp"),
    ],
)
def test_mistakes_are_said_before_training(make, message, tmp_path):
    with pytest.raises(RunError, match=message):
        kerazoo.run(make(), tmp_path, SCHEDULE)
    assert not (tmp_path / "settings.json").exists()


def test_compilation_with_xla_is_refused(tmp_path):
    with pytest.raises(RunError, match="jit_compile=True"):
        kerazoo.run(NodeClassification(), tmp_path, SCHEDULE, jit_compile=True)


def test_few_hops_are_pointed_out():
    task = SampledNodeClassification(fanouts=(3,), batch_size=2)
    with pytest.warns(UserWarning, match="`fanouts`=3 samples fewer hops .* model's 2"):
        task.build(strategies.create("one_device"), train_steps=1, seed=0)
