import csv
import json

import numpy as np
import pytest
from PIL import Image

from apps import explain
from apps import train_transformer
from tests.apps.conftest import assert_one_line
from tests.tasks.gnn.stored_models import store_models
from tests.tasks.transformer.stored_models import store


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stored")
    for kind in ("classify", "image"):
        store(folder / kind, kind)
    Image.fromarray(np.zeros((4, 6), "uint8")).save(folder / "image.png")
    return folder


@pytest.mark.parametrize(
    ("kind", "given", "names"),
    [
        ("classify", "a good film", ["label", "probability", "tokens", "rollout"]),
        ("image", "--image={}/image.png", ["label", "probability", "rollout"]),
        pytest.param(
            *("translate", "a film"),
            ["translation", "source", "target", "attention"],
            marks=pytest.mark.slow,
        ),
    ],
)
def test_answer_and_picture(app, stored, tmp_path, kind, given, names):
    picture = tmp_path / "new" / "attention.png"
    if kind == "translate":
        store(tmp_path / kind, kind)
        stored = tmp_path
    model = f"--saved_model={stored}/{kind}"
    code, found, err = app(
        explain.main, model, given.format(stored), f"--picture={picture}"
    )
    assert code == 0, err
    assert list(found) == [*names, "picture"] and found["picture"] == str(picture)
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_run_of_ones_own(app, tmp_path):
    films = tmp_path / "films.csv"
    rows = [f"{word} film {i},{word}" for i in range(30) for word in ("good", "bad")]
    films.write_text("\n".join(["text,label", *rows]))
    run = f"--workdir={tmp_path}/run"
    code, _, err = app(
        train_transformer.main,
        *("--task=classify", f"--data_dir={films}", "--noexport", run),
        *("--hidden_size=8", "--num_layers=1", "--num_heads=2", "--vocabulary=words"),
        *("--train_steps=60", "--eval_every=60", "--learning_rate=1e-2"),
    )
    assert code == 0, err
    picture = f"--picture={tmp_path}/attention.png"
    code, found, err = app(explain.main, run, "good film 7", picture)
    assert code == 0, err
    assert found["label"] == "good" and found["tokens"][:2] == ["good", "film"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["one text", "--image"]),
        (["a", "--image=b.png"], ["one text", "--image"]),
        (["--image=a.png,b.png"], ["one text"]),
        (["a", "--picture=a.jpg"], ["--picture=a.jpg", ".png"]),
        (["a", "--workdir=nowhere"], ["--workdir", "--saved_model"]),
        (["--saved_model={}/classify", "--image={}/image.png"], ["takes a text"]),
        (["--saved_model={}/image", "a"], ["takes an --image"]),
        (["--saved_model={}/image", "--image=nowhere.png"], ["nowhere.png"]),
        (["--saved_model={}/classify", " "], ["nothing to read"]),
        (["--saved_model=nowhere", "a"], ["--saved_model=nowhere"]),
    ],
)
def test_mistakes_are_said_in_one_line(app, stored, tmp_path, arguments, words):
    given = [argument.format(stored) for argument in arguments]
    if not any("=" in a and "model" in a for a in given):
        given.append(f"--saved_model={stored}/classify")
    if not any(a.startswith("--picture") for a in given):
        given.append(f"--picture={tmp_path}/attention.png")
    code, _, err = app(explain.main, *given)
    assert code == 2, err
    assert_one_line(err, *words)
    assert not (tmp_path / "attention.png").exists()


def test_folder_of_no_run(app, tmp_path):
    picture = f"--picture={tmp_path}/attention.png"
    code, _, err = app(explain.main, "a", f"--workdir={tmp_path}", picture)
    assert code == 2
    assert_one_line(err, f"--workdir={tmp_path} is no run of apps.train_tr")


@pytest.fixture(scope="module")
def graphs(tmp_path_factory):
    return store_models(tmp_path_factory.mktemp("graphs"))


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["csv", "json"])
def test_graph_networks(app, graphs, tmp_path, ending):
    given, kind = ("--node=17", "node") if ending == "csv" else ("CCO", "graph")
    picture, table = tmp_path / "why.png", tmp_path / f"parts.{ending}"
    code, found, err = app(
        explain.main,
        *(f"--saved_model={graphs[kind]}", given, "--method=gradient", "--top_edges=2"),
        *(f"--picture={picture}", f"--importances={table}"),
    )
    assert code == 0, err
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert found["edges_taken_out"] == 2 and found["picture"] == str(picture)
    names = {f"{r}fidelity_{s}" for r in ("", "random_") for s in ("plus", "minus")}
    assert names | {"answer", "edges", "method"} <= set(found)
    if ending == "csv":
        rows = list(csv.DictReader(table.open()))
        assert 0.5 <= found["probability"] <= 1
    else:
        rows = json.loads(table.read_text())
        assert np.isfinite(found["value"])
    assert [rows[0]["source"], rows[0]["target"]] == found["edges"][0][:2]
    assert {row["part"] for row in rows} == {"edge", "node", "feature"}


@pytest.mark.parametrize(
    ("kind", "arguments", "words"),
    [
        ("node", [], ["--node=17", "--pair=3,17"]),
        ("node", ["--node=1", "--graph=2"], ["Give one of"]),
        ("node", ["--node=99"], ["node=99", "34 nodes"]),
        ("node", ["--pair=1,2"], ["asked about a node"]),
        ("node", ["--node=1", "--image=a.png"], ["--image", "a Transformer"]),
        ("node", ["--node=1", "--answer=Bob"], ["Bob", "Mr. Hi"]),
        ("node", ["--node=1", "--importances=a.txt"], ["a.txt", ".csv or .json"]),
        ("link", ["--pair=1"], ["--pair=1", "two nodes"]),
        ("link", ["--pair=1,2", "--answer=x"], ["--answer goes with"]),
        ("graph", ["C1"], ["C1", "SMILES"]),
    ],
)
def test_mistakes_about_graphs(app, graphs, tmp_path, kind, arguments, words):
    picture = f"--picture={tmp_path}/why.png"
    code, _, err = app(
        explain.main, f"--saved_model={graphs[kind]}", picture, *arguments
    )
    assert code == 2, err
    assert_one_line(err, *words)
    assert not (tmp_path / "why.png").exists()


def test_graph_flags_with_a_transformer(app, stored, tmp_path):
    model = f"--saved_model={stored}/classify"
    code, _, err = app(explain.main, model, "a good film", "--node=3")
    assert code == 2
    assert_one_line(err, "--node goes with a graph network")
