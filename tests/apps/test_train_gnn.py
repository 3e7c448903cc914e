import csv
import json
import os
import pathlib
import pickle
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import tensorflow as tf
from absl import flags
from scipy import sparse
from sklearn import metrics

from apps import train_gnn
from kerazoo.data.graphs import splits
from kerazoo.data.graphs.karate_club import karate_club
from kerazoo.data.graphs.molecules import molecules
from kerazoo.data.graphs.tables import node_table
from kerazoo.data.graphs.tu_text import tu_text
from kerazoo.models.gnn.sampled_node_task import SampledNodeTask
from kerazoo.serving.check import run_without_python
from tests.apps.conftest import assert_one_line

ROOT = pathlib.Path(__file__).parents[2]
TINY = ("--train_steps=8", "--eval_every=4", "--checkpoint_every=4", "--log_every=4")
ARCHITECTURES = flags.FLAGS["architecture"].parser.enum_values
MIRRORED = ("--strategy=mirrored", "--num_devices=2")
SAMPLED = ("--fanouts=3,2", "--batch_size=2")
TABLES = ("--dataset=tables",)
LINKS = ("--task=link", "--hidden_size=16", "--embedding_size=8")
SMALL = ("--hidden_size=8", "--num_layers=2", "--batch_size=4")
GRAPHS = ("--task=graph", "--dataset=RINGS", *SMALL)
SOLUBILITY = ("--task=graph", "--dataset=solubility.csv", *SMALL)
TOXICITY = ("--task=graph", "--dataset=toxicity.csv", *SMALL)
PARTS = ("train", "train", "validation", "validation", "test", "test")
SMILES = (
    "OCC",
    "Oc1ccccc1",
    "OC(=O)C",
    "C1CCCCC1C",
    "NCC",
    "c1ccncc1C",
    "ClCC",
    "N#CC",
)


@pytest.fixture
def paths(tmp_path):
    return f"--workdir={tmp_path}/run", f"--export_dir={tmp_path}/model"


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


@pytest.fixture
def data_dir(tmp_path):
    """Folder with a small dataset in each form of file."""
    write_rings(tmp_path, sizes=range(3, 23))
    nodes = [
        (f"n{i}", "ab"[i // 6], PARTS[i % 6], i // 6 + i % 3 / 10, i % 2)
        for i in range(12)
    ]
    write_nodes(tmp_path, nodes)
    edges = [
        (f"n{6 * half + u}", f"n{6 * half + v}", 1 + u / 6, v)
        for half in (0, 1)
        for u in range(6)
        for v in range(u)
    ]
    write(tmp_path / "edges.csv", ("source", "target", "weight", "length"), edges)
    smiles = [SMILES[i % 8] + "C" * (i // 8) for i in range(24)]
    table = [(molecule, 0.1 + len(molecule)) for molecule in smiles]
    write(tmp_path / "solubility.csv", ("smiles", "logS"), table)
    table = [(molecule, int("O" in molecule)) for molecule in smiles]
    write(tmp_path / "toxicity.csv", ("smiles", "toxic"), table)
    return tmp_path


def write(path, header, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def write_nodes(folder, rows):
    write(folder / "nodes.csv", ("id", "label", "split", "size", "colour"), rows)


def write_rings(folder, sizes):
    """Writes rings of even sizes as class 0, chains of odd sizes as class 1."""
    lines = [str(len(sizes))]
    for size in sizes:
        lines.append(f"{size} {size % 2}")
        for node in range(size):
            around = [node - 1, node + 1]
            if size % 2:
                around = [other for other in around if 0 <= other < size]
            others = " ".join(str(other % size) for other in around)
            lines.append(f"{node % 2} {len(around)} {others}")
    (folder / "RINGS.txt").write_text("\n".join(lines) + "\n")


def tensors(graph, **more):
    """Returns the plain tensors of a graph, a request of the signature `tensors`."""
    named = {
        "node_features": (graph.node_features, "float32"),
        "source": (graph.source, "int32"),
        "target": (graph.target, "int32"),
        "edge_weights": (graph.edge_weights, "float32"),
        "edge_features": (graph.edge_features, "float32"),
    }
    if graph.context_features is not None:
        named["context_features"] = graph.context_features[np.newaxis], "float32"
    request = {k: np.asarray(v, t) for k, (v, t) in named.items() if v is not None}
    return {**request, **more}


def example(graph, pairs=()):
    """Serialises a graph by hand, as a client without TF-GNN does."""
    request = tensors(graph)
    values = {
        "nodes/nodes.#size": [graph.num_nodes],
        "nodes/nodes.features": request["node_features"],
        "edges/edges.#size": [graph.num_edges],
        "edges/edges.#source": request["source"],
        "edges/edges.#target": request["target"],
        "edges/edges.weight": request.get("edge_weights"),
        "edges/edges.features": request.get("edge_features"),
        "context/features": request.get("context_features"),
    }
    if len(pairs):
        values["edges/pairs.#size"] = [len(pairs)]
        values["edges/pairs.#source"], values["edges/pairs.#target"] = np.transpose(
            pairs
        )
    features = {k: feature(np.ravel(v)) for k, v in values.items() if v is not None}
    message = tf.train.Example(features=tf.train.Features(feature=features))
    return message.SerializeToString()


def feature(values):
    if values.dtype.kind == "f":
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def serve(result, **inputs):
    """Returns the outputs of the signature that has these inputs, as arrays."""
    name = "serving_default" if "examples" in inputs else "tensors"
    signature = tf.saved_model.load(result["export"]).signatures[name]
    outputs = signature(**{name: tf.constant(value) for name, value in inputs.items()})
    return {name: value.numpy() for name, value in outputs.items()}


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
    "changed",
    ["--hidden_size=32", "--architecture=sage", "--weight_decay=0.1", "--task=link"],
)
def test_changed_model_flags_are_refused(app, karate, karate_folder, changed):
    workdir = f"--workdir={karate_folder}/run"
    code, _, err = app(train_gnn.main, *TINY, workdir, changed)
    assert code == 2
    assert_one_line(err, "other flags", f"became {changed}")


@pytest.mark.slow
def test_killed_repetition_takes_its_run_along(tmp_path):
    flags = (*TINY, "--num_seeds=2", "--train_steps=100000000", "--noexport")
    command = [sys.executable, "-m", "apps.train_gnn", *flags]
    repetition = subprocess.Popen(
        [*command, f"--workdir={tmp_path}"], stderr=subprocess.PIPE, text=True
    )
    for line in repetition.stderr:  # The run's own, too.
        if "/100000000" in line:
            break
    repetition.kill()
    _, rest = repetition.communicate(timeout=60)  # Until the run has ended as well.
    assert "SIGTERM, state saved" in rest
    assert list((tmp_path / "seed_0" / "checkpoints").glob("0*"))


def test_interrupted_run_ends_as_one_that_was_not(app, tmp_path, monkeypatch):
    command = (*TINY, *SAMPLED, "--noexport")
    _, expected, _ = app(train_gnn.main, *command, f"--workdir={tmp_path}/whole")

    evaluate = SampledNodeTask.evaluate

    def evaluate_and_stop(task):
        os.kill(os.getpid(), signal.SIGTERM)
        return evaluate(task)

    workdir = f"--workdir={tmp_path}/parts"
    with monkeypatch.context() as patch:
        patch.setattr(SampledNodeTask, "evaluate", evaluate_and_stop)
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
        SAMPLED,
        (*SAMPLED, *TABLES),
        (*TABLES, "--architecture=sage"),
        (*TABLES, "--directed", "--objective=loss", "--patience=1"),
        ("--normalization=batch", "--residual", "--num_layers=3", "--self_connection"),
        ("--feature_normalization=row", "--weight_decay=0.1"),
        ("--objective=loss",),
        ("--dtype_policy=mixed_bfloat16",),
        MIRRORED,
        (*MIRRORED, *SAMPLED),
    ],
    ids=" ".join,
)
def test_node_classes_are_served(app, paths, data_dir, arguments):
    command = (*TINY, *paths, f"--data_dir={data_dir}")
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


@pytest.mark.parametrize("arguments", [(), LINKS, SAMPLED], ids=" ".join)
def test_xla_is_refused_in_one_line(app, paths, arguments):
    command = (*TINY, *paths, "--noexport", "--jit_compile")
    code, _, err = app(train_gnn.main, *command, *arguments)
    assert code == 2
    assert_one_line(err, "--jit_compile")


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_architecture_learns(app, paths, data_dir, architecture):
    """The two classes of nodes differ in a feature and have no edge in common."""
    command = (*TABLES, f"--data_dir={data_dir}", "--train_steps=200", "--noexport")
    command += ("--dropout=0", "--learning_rate=0.02", "--eval_every=50")
    architecture = f"--architecture={architecture}"
    code, result, err = app(train_gnn.main, *command, *paths, architecture)
    assert code == 0, err
    assert result["test_accuracy"] == 1 and result["export"] is None


@pytest.mark.parametrize("decoder", ["dot", "bilinear", "mlp"])
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
    command = (*TINY, *LINKS, *TABLES, *paths, f"--data_dir={data_dir}")
    code, result, err = app(train_gnn.main, *command)
    assert code == 0, err
    assert 0 <= result["test_auc"] <= 1 and "legend" not in err
    assert (data_dir / "run" / "embedding.png").exists()


@pytest.mark.parametrize("arguments", [(), LINKS], ids=["node", "link"])
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


@pytest.mark.parametrize(
    "arguments",
    [
        GRAPHS,
        (*GRAPHS, *MIRRORED),
        (*TOXICITY, "--architecture=gine"),
        *(
            pytest.param(arguments, marks=pytest.mark.slow)
            for arguments in (
                (*GRAPHS, "--architecture=gat", "--pooling=attention", "--fold=2"),
                (*SOLUBILITY, "--architecture=gine", "--readout=mlp", "--descriptors"),
                (*SOLUBILITY, "--split=scaffold", "--pooling=mean"),
            )
        ),
    ],
    ids=" ".join,
)
def test_whole_graphs_are_served(app, paths, data_dir, arguments):
    name = arguments[1].removeprefix("--dataset=")
    if name == "RINGS":
        dataset = tu_text(name, data_dir)
    else:
        pytest.importorskip("rdkit")
        descriptors = "--descriptors" in arguments
        dataset = molecules(data_dir / name, descriptors=descriptors)
    command = (*TINY, *paths, f"--data_dir={data_dir}")
    code, result, err = app(train_gnn.main, *command, *arguments)
    assert code == 0, err
    if "--fold=2" in arguments:
        test = splits.stratified_folds(dataset.labels)[2][1]
    elif "--split=scaffold" in arguments:
        test = splits.scaffold_split(dataset.smiles)[2]
    else:
        test = splits.random_split(len(dataset.graphs))[2]
    graphs, labels = [dataset.graphs[i] for i in test], dataset.labels[test]
    served = serve(result, examples=[example(graph) for graph in graphs])
    if name == "solubility.csv":
        error = np.sqrt(np.mean((served["value"] - labels) ** 2))
        assert error == pytest.approx(result["test_rmse"], rel=1e-4)
        assert (data_dir / "run" / "regression.png").stat().st_size
    else:
        accuracy = (served["class"] == labels).mean()
        assert accuracy == pytest.approx(result["test_accuracy"])
    ids = np.zeros(graphs[0].num_nodes, "int32")
    alone = serve(result, **tensors(graphs[0], graph_ids=ids))
    for key, value in alone.items():
        np.testing.assert_allclose(value, served[key][:1], rtol=1e-4, atol=1e-5)


def test_validation_graphs_of_one_class_are_enough(app, paths, data_dir):
    write_rings(data_dir, sizes=range(3, 13))
    labels = tu_text("RINGS", data_dir).labels
    assert len(labels[splits.random_split(10)[1]]) == 1
    command = (*TINY, *GRAPHS, *paths, f"--data_dir={data_dir}")
    code, _, err = app(train_gnn.main, *command)
    assert code == 0, err


def test_result_of_a_single_test_molecule_is_json(app, paths, data_dir):
    pytest.importorskip("rdkit")
    rows = [("C" * i, i + 0.5) for i in range(1, 10)]
    write(data_dir / "solubility.csv", ("smiles", "logS"), rows)
    command = (*TINY, *SOLUBILITY, *paths, f"--data_dir={data_dir}", "--noexport")
    code, _, err = app(train_gnn.main, *command)
    assert code == 0, err
    text = (data_dir / "run" / "result.json").read_text()
    json.loads(text, parse_constant=pytest.fail)  # NaN is none of JSON's.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--dataset=citations"], ["--dataset=citations", "karate_club", "tables"]),
        (["--dataset=cora", "DATA"], ["ind.cora.allx", "data_dir"]),
        (["--dataset=tables"], ["--dataset=tables", "--data_dir"]),
        (["--dataset=tables", "--data_dir=/no/such"], ["/no/such/nodes.csv"]),
        (["--task=graph"], ["--task=graph", "--dataset"]),
        (["--task=graph", "--dataset=MUTAG"], ["MUTAG.txt"]),
        (["--task=graph", "--dataset=MUTAG", "DATA"], ["MUTAG.txt", "RINGS"]),
        (["--task=graph", "--dataset=esol.csv", "DATA"], ["esol.csv"]),
        ([*GRAPHS, *MIRRORED, "--batch_size=7", "DATA"], ["--batch_size=7", "2"]),
        ([*SAMPLED, *MIRRORED, "--batch_size=7"], ["--batch_size=7", "2"]),
        (["--fanouts=3,many"], ["--fanouts=3,many"]),
        (["--fanouts=3,0"], ["--fanouts=3,0"]),
        ([*LINKS, "--fanouts=3"], ["--fanouts", "--task=node"]),
        (["--architecture=gat", "--hidden_size=10"], ["units=10", "num_heads=8"]),
        (["--architecture=gine"], ["gine", "features of edges"]),
        ([*LINKS, "--architecture=gine"], ["gine", "features of edges"]),
        ([*GRAPHS, "--architecture=gine", "DATA"], ["gine", "RINGS"]),
        ([*GRAPHS, "--architecture=appnp", "DATA"], ["appnp", "gcn"]),
        ([*GRAPHS, "--split=scaffold", "DATA"], ["--split=scaffold", "molecules"]),
        ([*SOLUBILITY, "--fold=0", "DATA"], ["fold"]),
        ([*SOLUBILITY, "--target_column=mass", "DATA"], ["solubility.csv", "'mass'"]),
        ([*SOLUBILITY, "--smiles_column=name", "DATA"], ["solubility.csv", "'name'"]),
        ([*TABLES, *LINKS, "--directed", "DATA"], ["--directed"]),
        (["--fold=0"], ["--fold", "--task=graph"]),
        (["--cross_validate"], ["--cross_validate", "--task=graph"]),
        ([*GRAPHS, "--cross_validate", "--num_seeds=2"], ["--num_seeds=1"]),
        ([*GRAPHS, "--cross_validate", "--fold=0", "DATA"], ["--fold"]),
        (["--skip_invalid"], ["--skip_invalid", "--task=graph"]),
        (["--smiles_column=x"], ["--smiles_column", "--task=graph"]),
        (["--target_column=x"], ["--target_column", "--task=graph"]),
        ([*GRAPHS, "--target=regression", "DATA"], ["--target", "molecules"]),
        ([*GRAPHS, "--skip_invalid", "DATA"], ["--skip_invalid", "molecules"]),
        (["--teleport=0.2"], ["--teleport", "appnp or gcnii"]),
        (["--architecture=gcnii", "--propagation_steps=5"], ["_steps", "=appnp"]),
        (["--architecture=appnp", "--identity_decay=1"], ["_decay", "=gcnii"]),
        (["--architecture=gcnii", "--identity_decay=2"], ["identity_decay", "1.7"]),
        (["--architecture=appnp", "--normalization=batch"], ["--normalization"]),
        (["--num_heads=4"], ["--num_heads", "gat"]),
        ([*SOLUBILITY, "--target=sum", "DATA"], ["target", "regression"]),
        (["--fold=10"], ["fold"]),
        (["--dropout=1"], ["dropout"]),
        (["--architecture=magic"], ["magic", "gcnii"]),
        (["--num_layers=0"], ["num_layers"]),
        (["--num_devices=3"], ["num_devices=3"]),
        (["karate_club"], ["karate_club"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_wrong_flags_are_one_line(app, paths, data_dir, arguments, words):
    pytest.importorskip("rdkit")
    command = [f"--data_dir={data_dir}" if a == "DATA" else a for a in arguments]
    code, _, err = app(train_gnn.main, *TINY, *paths, *command)
    assert code == 2, err
    assert_one_line(err, *words)
    assert not (data_dir / "run" / "flags.txt").exists()


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("edges.csv", "source,target\nn0,n99\n", ["edges.csv, row 2", "target='n99'"]),
        ("edges.csv", "source,target\n", ["edges.csv", "at least one row"]),
        ("edges.csv", "from,to\nn0,n1\n", ["edges.csv", "'source'"]),
        ("nodes.csv", "", ["nodes.csv", "header"]),
        ("nodes.csv", "id,size\n", ["nodes.csv", "at least one row"]),
        ("nodes.csv", "id,size\nn0,nan\n", ["nodes.csv, row 2", "size='nan'"]),
        ("nodes.csv", "id,size\nn0,large\n", ["nodes.csv, row 2", "size='large'"]),
        ("nodes.csv", "id,size\nn0,1\nn0,2\n", ["nodes.csv, row 3", "id='n0'"]),
        ("nodes.csv", "id,size\nn0,1,2\n", ["nodes.csv, row 2", "3 cells"]),
        ("nodes.csv", "id,label,split\nn0,,train\n", ["row 2", "must have a label"]),
        ("nodes.csv", "id,label,split\nn0,a,all\n", ["row 2", "split='all'"]),
        ("nodes.csv", "id,label,split\nIDS,a,train\n", ["`test`", "at least one"]),
        ("nodes.csv", "id,label\nIDS,\n", ["--task=node", "label"]),
        ("nodes.csv", "id,label\nIDS,a\n", ["--task=node", "two classes, not 1"]),
    ],
)
def test_wrong_tables_are_one_line(app, paths, data_dir, file, text, words):
    ids = [f"n{i}" for i in range(12)]
    lines = [
        line.replace("IDS", name)
        for line in text.splitlines()
        for name in (ids if "IDS" in line else ids[:1])
    ]
    (data_dir / file).write_text("\n".join(lines))
    command = (*TABLES, f"--data_dir={data_dir}", *TINY, *paths)
    code, _, err = app(train_gnn.main, *command)
    assert code == 2, err
    assert_one_line(err, *words)


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("RINGS.txt", "", ["RINGS.txt, line 1"]),
        ("RINGS.txt", "0\n", ["at least one graph"]),
        ("RINGS.txt", "1\n0 1\n", ["RINGS.txt, line 2", "0 1"]),
        ("RINGS.txt", "1\n2 0\n0 1 1\n0 1 5\n", ["RINGS.txt, line 4", "0 1 5"]),
        ("RINGS.txt", "1\n1 0\n0 0 nan\n", ["finite", "graph 0"]),
        ("RINGS.txt", 4 * "1 0\n0 0\n", ["RINGS.txt"]),
        ("RINGS.txt", "2\n1 0\n0 0\n1 0\n0 0\n", ["at least two classes"]),
        ("RINGS.txt", "4\n" + "1 0\n0 0\n1 1\n0 0\n" * 2, ["test"]),
        ("toxicity.csv", "", ["toxicity.csv", "header"]),
        ("toxicity.csv", "smiles,toxic\nCC,\n", ["row 2", "toxic=''"]),
        ("toxicity.csv", "smiles,toxic\nCC,1\nCO,1\n", ["at least two classes"]),
        ("toxicity.csv", "smiles,a,b\nCC,1,0\n", ["target_column=None", "'a', 'b'"]),
        ("toxicity.csv", "smiles,toxic\nCC,0\nCX,1\n", ["row 3", "'CX'", "syntax"]),
        ("toxicity.csv", "smiles,toxic\nCC,0\n,1\n", ["row 3", "no atoms"]),
        ("toxicity.csv", "smiles,toxic\nF(C)C,0\n", ["row 2", "valence"]),
        ("toxicity.csv", "smiles,y\nCC,0\nCO,1\nCN,0\nCS,1\n", ["test"]),
    ],
)
def test_wrong_collections_are_one_line(app, paths, data_dir, file, text, words):
    pytest.importorskip("rdkit")
    (data_dir / file).write_text(text)
    command = TOXICITY if file == "toxicity.csv" else GRAPHS
    code, _, err = app(
        train_gnn.main, *command, f"--data_dir={data_dir}", *TINY, *paths
    )
    assert code == 2, err
    assert_one_line(err, *words)


def test_damaged_citation_files_are_one_line(app, paths, tmp_path):
    for part in ("y", "tx", "ty", "allx", "ally", "graph", "test.index"):
        (tmp_path / f"ind.cora.{part}").write_bytes(b"damaged")
    command = ("--dataset=cora", f"--data_dir={tmp_path}", *TINY, *paths)
    code, _, err = app(train_gnn.main, *command)
    assert code == 2, err
    assert_one_line(err, "ind.cora.allx", "Planetoid")


def test_citation_files_that_do_not_fit_are_one_line(app, paths, tmp_path):
    for part, value in {
        "y": np.eye(1),
        "ally": np.eye(1),
        "ty": np.eye(1),
        "allx": sparse.csr_matrix(np.eye(1)),
        "tx": sparse.csr_matrix(np.eye(1)),
        "graph": {0: [1], 1: []},
    }.items():
        content = pickle.dumps(value, protocol=4)
        (tmp_path / f"ind.cora.{part}").write_bytes(content)
    (tmp_path / "ind.cora.test.index").write_text("one")
    command = ("--dataset=cora", f"--data_dir={tmp_path}", *TINY, *paths)
    code, _, err = app(train_gnn.main, *command)
    assert code == 2, err
    assert_one_line(err, "ind.cora.test.index", "'one'")


def test_few_hops_are_pointed_out(app, paths):
    command = (*TINY, *paths, "--noexport", "--batch_size=2")
    _, _, err = app(train_gnn.main, *command, "--fanouts=3")
    assert "Warning: --fanouts=3 samples fewer hops than the model's 2" in err
    workdir = f"{paths[0]}_2"
    _, _, err = app(train_gnn.main, *command, "--fanouts=3,3", workdir)
    assert "Warning" not in err


@pytest.mark.parametrize(
    ("target", "metric"),
    [("auto", "accuracy"), ("classification", "accuracy"), ("regression", "rmse")],
)
def test_kind_of_target_can_be_told(app, paths, data_dir, target, metric):
    pytest.importorskip("rdkit")
    command = (*TOXICITY, f"--data_dir={data_dir}", *TINY, *paths, "--noexport")
    code, result, err = app(train_gnn.main, *command, f"--target={target}")
    assert code == 0, err
    assert f"test_{metric}" in result


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


def test_skip_invalid_leaves_molecules_out(app, paths, data_dir):
    pytest.importorskip("rdkit")
    path = data_dir / "toxicity.csv"
    path.write_text(path.read_text() + "CX,1\n")
    command = (*TOXICITY, f"--data_dir={data_dir}", *TINY, *paths, "--noexport")
    code, _, err = app(train_gnn.main, *command)
    assert code == 2
    assert_one_line(err, "row 26", "'CX'", "--skip_invalid")
    code, result, err = app(train_gnn.main, *command, "--skip_invalid")
    assert code == 0, err
    assert "Left out 1 of 25 molecules" in err and "row 26" in err
    assert np.isfinite(result["test_accuracy"])
