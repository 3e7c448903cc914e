import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import tensorflow as tf
from sklearn import metrics

from apps import train_gnn
from kerazoo.data.graphs import splits
from kerazoo.data.graphs.karate_club import karate_club
from kerazoo.data.graphs.tables import node_table
from kerazoo.serving.check import run_without_python
from kerazoo.tasks.gnn import SampledNodeClassification
from tests.apps.conftest import assert_one_line
from tests.apps.graph_examples import LINKS
from tests.apps.graph_examples import MIRRORED
from tests.apps.graph_examples import SAMPLED
from tests.apps.graph_examples import TABLES
from tests.apps.graph_examples import TINY
from tests.apps.graph_examples import example
from tests.apps.graph_examples import serve
from tests.apps.graph_examples import tensors
from tests.apps.graph_examples import write
from tests.apps.graph_examples import write_datasets

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def data_dir(tmp_path):
    return write_datasets(tmp_path)


@pytest.fixture(scope="module")
def karate_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("karate")


@pytest.fixture
def karate(app, karate_folder):
    """Outcome of the bare command, trained for the first test that asks for it."""
    folders = f"--workdir={karate_folder}/run", f"--export_dir={karate_folder}/model"
    code, result, err = app(train_gnn.main, *TINY, *folders)
    assert code == 0, err
    return result


def test_bare_command_trains_reports_and_draws(karate, karate_folder):
    run = karate_folder / "run"
    assert karate == json.loads((run / "result.json").read_text())
    assert karate["train_steps"] == 8
    assert karate["export"] == f"{karate_folder}/model/1"
    # 32 members are tested.
    assert karate["test_accuracy"] * 32 == int(karate["test_accuracy"] * 32)
    for name in ("test_macro_f1", "test_loss", "test_roc_auc", "score"):
        assert np.isfinite(karate[name])
    lines = [json.loads(x) for x in (run / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "loss" in line] == [4, 8]
    assert [line["step"] for line in lines if "eval/accuracy" in line] == [4, 8]
    for name in ("graph", "embedding"):
        assert tf.io.decode_png((run / f"{name}.png").read_bytes()).shape[2] == 4
    assert "--architecture=gcn" in (run / "flags.txt").read_text()


def test_export_without_python_is_the_gcn_of_its_weights(karate):
    """Dense matrices, Equation 9 of Kipf & Welling, 2017."""
    club = karate_club()
    adjacency = np.eye(34)
    adjacency[club.graph.target, club.graph.source] = 1
    degrees = adjacency.sum(axis=1)
    propagation = adjacency / np.sqrt(np.outer(degrees, degrees))
    module = tf.saved_model.load(karate["export"])
    first, first_bias, second, second_bias = (w.numpy() for w in module.weights)
    hidden = np.maximum(propagation @ first + first_bias, 0)
    logits = propagation @ hidden @ second + second_bias
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)

    for signature, inputs in {
        "tensors": tensors(club.graph),
        "serving_default": {"examples": np.array([example(club.graph)])},
    }.items():
        outputs = run_without_python(karate["export"], inputs, signature)
        np.testing.assert_allclose(outputs["probabilities"], expected, atol=1e-5)
        np.testing.assert_array_equal(outputs["class"], expected.argmax(axis=1))
    right = outputs["class"][club.test] == club.labels[club.test]
    assert karate["test_accuracy"] == right.mean()


def test_export_says_what_it_takes(karate):
    path = pathlib.Path(karate["export"], "assets.extra", "kerazoo.json")
    metadata = json.loads(path.read_text())
    assert metadata["family"] == "gnn" and metadata["task"] == "node"
    assert metadata["dataset"] == "karate_club"
    assert metadata["class_names"] == ["Mr. Hi", "Officer"]
    assert 'node_sets {\n  key: "nodes"' in metadata["schema"]
    assert (path.parent / "tf_serving_warmup_requests").stat().st_size


def test_finished_run_is_not_repeated(app, karate, karate_folder):
    names = ("metrics.jsonl", "result.json", "flags.txt")
    before = [(karate_folder / "run" / name).stat().st_mtime_ns for name in names]
    flagfile = f"--flagfile={karate_folder}/run/flags.txt"
    code, again, err = app(train_gnn.main, flagfile)
    assert code == 0 and again == karate
    assert "Done before" in err
    after = [(karate_folder / "run" / name).stat().st_mtime_ns for name in names]
    assert after == before
    assert os.listdir(karate_folder / "model") == ["1"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ("--hidden_size=32", ["other flags", "became --hidden_size=32"]),
        ("--architecture=sage", ["other flags", "became --architecture=sage"]),
        ("--weight_decay=0.1", ["other flags", "became --weight_decay=0.1"]),
        ("--task=link", ["apps.train_gnn --task=node, not", "--task=link"]),
    ],
)
def test_changed_model_flags_are_refused(app, karate, karate_folder, changed, words):
    workdir = f"--workdir={karate_folder}/run"
    code, _, err = app(train_gnn.main, *TINY, workdir, changed)
    assert code == 2
    assert_one_line(err, *words)


@pytest.mark.slow
def test_seeds_are_runs_of_their_own_and_the_best_is_exported(app, tmp_path):
    command = (*TINY, f"--workdir={tmp_path}/run", f"--export_dir={tmp_path}/model")
    code, result, err = app(train_gnn.main, *command, "--num_seeds=2", "--seed=3")
    assert code == 0, err
    assert json.loads((tmp_path / "run" / "result.json").read_text()) == result
    seeds = {}
    for seed in (3, 4):
        folder = tmp_path / "run" / f"seed_{seed}"
        seeds[seed] = json.loads((folder / "result.json").read_text())
        assert f"--seed={seed}" in (folder / "flags.txt").read_text()
    assert result["seed"] == max(seeds, key=lambda seed: seeds[seed]["score"])
    losses = [seed["test_loss"] for seed in seeds.values()]
    assert result["test_loss_mean"] == pytest.approx(np.mean(losses))
    assert result["test_loss_std"] == pytest.approx(np.std(losses))
    assert result["export"] == f"{tmp_path}/model/1"
    workdir = f"--workdir={tmp_path}/alone"
    _, alone, _ = app(train_gnn.main, *TINY, "--seed=4", "--noexport", workdir)
    assert alone["test_loss"] == seeds[4]["test_loss"]


@pytest.mark.slow
def test_interrupted_run_ends_as_one_that_was_not(app, tmp_path, monkeypatch):
    command = (*TINY, *SAMPLED, "--noexport")
    _, expected, _ = app(train_gnn.main, *command, f"--workdir={tmp_path}/whole")

    evaluate = SampledNodeClassification.evaluate

    def evaluate_and_stop(task, step):
        os.kill(os.getpid(), signal.SIGTERM)
        return evaluate(task, step)

    workdir = f"--workdir={tmp_path}/parts"
    with monkeypatch.context() as patch:
        patch.setattr(SampledNodeClassification, "evaluate", evaluate_and_stop)
        code, _, err = app(train_gnn.main, *command, workdir)
    assert code == 143 and "SIGTERM, state saved" in err
    code, result, err = app(train_gnn.main, *command, workdir)
    assert code == 0 and "Going on from step 4" in err
    for name in ("train_steps", "test_accuracy", "test_loss", "score"):
        assert result[name] == pytest.approx(expected[name], rel=1e-5)


def start(*arguments):
    command = [sys.executable, "-m", "apps.train_gnn", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.slow
def test_killed_command_goes_on_without_noise(tmp_path):
    command = (*TINY, *LINKS, f"--workdir={tmp_path}/run", "--noexport")
    checkpoints = tmp_path / "run" / "checkpoints"
    killed = start(*command, "--train_steps=100000000")
    deadline = time.monotonic() + 300  # Seconds, on a busy machine.
    try:
        while not any(path.name.isdigit() for path in checkpoints.glob("*")):
            assert killed.poll() is None, killed.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        killed.kill()
        killed.communicate()
    reached = int(max(path.name for path in checkpoints.glob("0*")))

    done = start(*command, f"--train_steps={reached + 4}")
    out, err = done.communicate()
    assert done.returncode == 0, err
    assert f"Going on from step {reached} " in err
    assert out.count("\n") == 1
    assert json.loads(out)["train_steps"] == reached + 4
    for noise in ("Traceback", "Warning", "WARNING", "cuda", "oneDNN", "absl"):
        assert noise not in err


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(SAMPLED, marks=pytest.mark.slow),
        (*SAMPLED, *TABLES),
        pytest.param(
            (*TABLES, "--directed", "--objective=loss", "--patience=1"),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            (
                *(*TABLES, "--architecture=gatv2", "--attention_dropout=0.2"),
                "--num_heads=4",
            ),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ("--architecture=appnp", "--teleport=0.2", "--propagation_steps=3"),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            (
                *("--architecture=sage", "--normalization=batch", "--residual"),
                *("--num_layers=3", "--self_connection"),
            ),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ("--feature_normalization=row", "--weight_decay=0.1", "--objective=loss"),
            marks=pytest.mark.slow,
        ),
        pytest.param(("--dtype_policy=mixed_bfloat16",), marks=pytest.mark.slow),
        pytest.param((*MIRRORED, *SAMPLED), marks=pytest.mark.slow),
    ],
    ids=" ".join,
)
def test_node_classes_are_served(app, paths, data_dir, arguments):
    command = (*TINY, *paths)
    if "--dataset=tables" in arguments:
        command = (*command, f"--data_dir={data_dir}")
    code, result, err = app(train_gnn.main, *command, *arguments)
    assert code == 0, err
    dataset = karate_club()
    if "--dataset=tables" in arguments:
        dataset = node_table(data_dir, directed="--directed" in arguments)
    served = serve(result, **tensors(dataset.graph))
    right = served["class"][dataset.test] == dataset.labels[dataset.test]
    assert right.mean() == pytest.approx(result["test_accuracy"])
    again = serve(result, examples=2 * [example(dataset.graph)])
    tolerance = 2e-2 if "--dtype_policy=mixed_bfloat16" in arguments else 1e-5
    for half in np.split(again["probabilities"], 2):
        np.testing.assert_allclose(half, served["probabilities"], atol=tolerance)
    number = np.repeat([0, 1], dataset.graph.num_nodes)
    np.testing.assert_array_equal(again["graph_ids"], number)


@pytest.mark.slow
@pytest.mark.parametrize(
    "decoder",
    [
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("dot", "bilinear")),
        "mlp",
    ],
)
def test_links_are_served(app, paths, decoder):
    command = (*TINY, *LINKS, *paths, f"--decoder={decoder}", "--seed=3")
    code, result, err = app(train_gnn.main, *command)
    assert code == 0, err
    split = splits.edge_split(karate_club().graph, seed=3)
    pairs = np.concatenate([split.test, split.test_negatives])
    served = serve(result, **tensors(split.graph, pairs=pairs))["probabilities"]
    labels = np.arange(len(pairs)) < len(split.test)
    for name, function in {
        "test_auc": metrics.roc_auc_score,
        "test_ap": metrics.average_precision_score,
    }.items():
        assert function(labels, served) == pytest.approx(result[name])
    again = serve(result, examples=[example(split.graph, pairs)])["probabilities"]
    np.testing.assert_allclose(again, served, atol=1e-5)
    swapped = serve(result, **tensors(split.graph, pairs=pairs[:, ::-1]))
    np.testing.assert_allclose(swapped["probabilities"], served, atol=1e-5)


def test_links_need_no_labels(app, paths, data_dir):
    nodes = [(f"n{i}", i % 2) for i in range(12)]
    write(data_dir / "nodes.csv", ("id", "size"), nodes)
    command = (*TINY, *LINKS, *TABLES, *paths, f"--data_dir={data_dir}", "--noexport")
    code, result, err = app(train_gnn.main, *command)
    assert code == 0, err
    assert 0 <= result["test_auc"] <= 1 and "legend" not in err
    assert (data_dir / "run" / "embedding.png").exists()


@pytest.mark.parametrize(
    "arguments",
    [(), pytest.param(LINKS, marks=pytest.mark.slow)],
    ids=["node", "link"],
)
def test_two_devices_train_as_one(app, tmp_path, arguments):
    command = (*TINY, *arguments, "--dropout=0", "--noexport")
    _, one, _ = app(train_gnn.main, *command, f"--workdir={tmp_path}/one")
    more = (*MIRRORED, f"--workdir={tmp_path}/two")
    code, two, err = app(train_gnn.main, *command, *more)
    assert code == 0, err
    lines = [
        [
            json.loads(x)
            for x in (tmp_path / n / "metrics.jsonl").read_text().splitlines()
        ]
        for n in ("one", "two")
    ]
    losses = [[line["loss"] for line in part if "loss" in line] for part in lines]
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-4)
    assert two["score"] == pytest.approx(one["score"])


def test_named_run_has_folders_of_its_own(app, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, result, err = app(train_gnn.main, *TINY, "--run_name=Club-v0")
    assert code == 0, err
    assert result["export"] == "saved_models/gnn_club/1"
    assert (tmp_path / "runs" / "gnn" / "club" / "result.json").exists()
    assert "gnn_club" in (tmp_path / "saved_models" / "models.config").read_text()
    extra = tmp_path / result["export"] / "assets.extra" / "kerazoo.json"
    assert json.loads(extra.read_text())["dataset"] == "karate_club"


def test_presets_have_folders_of_their_own():
    paths = sorted((ROOT / "apps" / "presets" / "gnn").glob("*.flags"))
    presets = [dict(re.findall("--(.+?)=(.+)", path.read_text())) for path in paths]
    names = [preset["run_name"] for preset in presets]
    assert len(set(names)) == len(names) > 5
    plain = {pathlib.Path(preset["dataset"].lower()).stem for preset in presets}
    assert not plain & set(names)


@pytest.mark.slow
def test_bare_command_finds_the_factions(tmp_path):
    done = start(f"--workdir={tmp_path}", "--num_seeds=4", "--noexport")
    out, err = done.communicate()
    assert done.returncode == 0, err
    assert json.loads(out.splitlines()[-1])["test_accuracy_mean"] >= 0.95
