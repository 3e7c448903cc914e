import gzip
import io
import json
import pathlib
import shutil
import subprocess
import sys
import time
import types

import numpy as np
import pytest

from apps import evaluate
from apps import predict
from tests.apps.conftest import assert_one_line
from tests.prediction.exports import read_csv
from tests.prediction.exports import read_json_lines

ROOT = pathlib.Path(__file__).parents[2]
FILES = ROOT / "tests" / "compatibility"
TEXTS = {"family": "transformer", "task": "classify", "class_names": ["a", "b"]}
OBSERVATIONS = "pole,speed,angle,turn\n0.1,0.2,0.3,0.4\n0,0,0,0\n1,2,3,far\n"


@pytest.fixture(scope="module")
def policy(tmp_path_factory):
    """An export of version 0.1, which is loaded quickly."""
    folder = tmp_path_factory.mktemp("models") / "pole"
    shutil.copytree(FILES / "dqn" / "model", folder)
    packed = folder / "1" / "saved_model.pb.gz"
    (folder / "1" / "saved_model.pb").write_bytes(gzip.decompress(packed.read_bytes()))
    return folder


@pytest.fixture(autouse=True)
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("seen.csv").write_text(OBSERVATIONS)
    pathlib.Path("texts.csv").write_text("id,text\n1,fine\n")
    pathlib.Path("here.csv").write_text("mine\n")
    pathlib.Path("folder").mkdir()
    pathlib.Path("folder.csv").mkdir()


def note(**metadata):
    """Writes an export of which nothing but the notes is there."""
    version = pathlib.Path("noted") / "1"
    (version / "assets.extra").mkdir(parents=True)
    (version / "saved_model.pb").write_bytes(b"no model")
    (version / "assets.extra" / "kerazoo.json").write_text(json.dumps(metadata))


@pytest.mark.parametrize("name", ["new/answers.csv", "answers.jsonl", "answers.tsv"])
def test_answers_are_written_and_what_failed_is_said(app, policy, name):
    code, result, err = app(
        predict.main,
        *(f"--saved_model={policy}", "--input=seen.csv", f"--output={name}"),
    )
    assert code == 0, err
    assert (
        "Warning: 1 of 3 observations have no answer. The first: line 4: 'far'" in err
    )
    assert (result["rows"], result["failed"], result["output"]) == (3, 1, name)
    assert result["saved_model"] == str(policy / "1")
    if name.endswith("jsonl"):
        rows = read_json_lines(name)
        assert rows[2]["error"].startswith("'far'") and len(rows[0]["q_values"]) == 2
    elif name.endswith("csv"):
        rows = read_csv(name)
        assert rows[2]["turn"] == "far" and rows[2]["action"] == ""
    else:
        rows = read_csv(name, delimiter="\t")
    assert rows[1]["action"] in ("0", "1", 0, 1)


def test_lines_of_standard_input(app, policy, monkeypatch):
    lines = io.BytesIO(b"[0.1, 0.2, 0.3, 0.4]\n")
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=lines))
    code, result, err = app(
        predict.main,
        *(f"--saved_model={policy}", "--input=-", "--format=jsonl"),
    )
    assert code == 0, err
    assert result["observation"] == [0.1, 0.2, 0.3, 0.4]
    assert result["action"] == int(np.argmax(result["q_values"]))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["--saved_model", "missing"]),
        (["--saved_model=/no/such"], ["/no/such", "no exported version"]),
        (["--saved_model={policy}"], ["--input", "missing"]),
        (["--saved_model={policy}", "--input=no.csv"], ["--input=no.csv", "nothing"]),
        (["--saved_model={policy}", "--input=folder"], ["--input=folder", "a folder"]),
        (["--saved_model={policy}", "--input=t.md"], ["--input=t.md", "nothing"]),
        (
            ["--saved_model={policy}", "--input=seen.csv", "--output=here.csv"],
            ["--output=here.csv", "--overwrite"],
        ),
        (
            ["--saved_model={policy}", "--input=seen.csv", "--output=a.png"],
            ["--output=a.png", "--format", ".jsonl"],
        ),
        (
            ["--saved_model={policy}", "--input=seen.csv", "--output=folder.csv"],
            ["--output=folder.csv", "must be a file"],
        ),
        (
            ["--saved_model={policy}", "--input=seen.csv", "--text_column=pole"],
            ["--text_column", "texts", "observations"],
        ),
        (
            ["--saved_model={policy}", "--input=seen.csv", "--top_k=2"],
            ["--top_k", "classes, translations", "--top_k=2"],
        ),
        (
            ["--saved_model={policy}", "--input=seen.csv", "--input=seen.csv"],
            ["--input", "images and sounds only"],
        ),
        (["--saved_model={policy}", "--train_steps=5"], ["--train_steps", "no flag"]),
    ],
)
def test_mistakes_are_one_line(app, policy, arguments, words):
    arguments = [argument.format(policy=policy) for argument in arguments]
    code, _, err = app(predict.main, *arguments)
    assert code == 2, err
    assert_one_line(err, *words)
    assert pathlib.Path("here.csv").read_text() == "mine\n"


@pytest.mark.parametrize(
    ("metadata", "arguments", "words"),
    [
        ({"family": "gan"}, ["--input=seen.csv"], ["makes images", "apps.generate"]),
        ({"family": "line"}, ["--input=seen.csv"], ["no model that"]),
        ({"family": "gnn", "task": "node"}, ["--input=folder"], ["class_names"]),
        (TEXTS, ["--input=texts.csv", "--top_k=3"], ["--top_k=3", "from 1 to 2"]),
        (TEXTS, ["--input=seen.csv"], ["--text_column", "seen.csv", "angle"]),
        (TEXTS, ["--input=texts.csv"], ["cannot be loaded", "--saved_model=noted/1"]),
    ],
)
def test_exports_that_cannot_answer_are_named(app, metadata, arguments, words):
    note(**metadata)
    code, _, err = app(predict.main, "--saved_model=noted", *arguments)
    assert code == 2, err
    assert_one_line(err, *words)


def test_nothing_but_failures_is_a_mistake(app, policy):
    pathlib.Path("far.csv").write_text("1,2,3,far\n")
    code, _, err = app(
        predict.main,
        *(f"--saved_model={policy}", "--input=far.csv", "--output=answers.csv"),
    )
    assert code == 2
    assert_one_line(err, "None of the 1 observations", "line 1")
    assert not pathlib.Path("answers.csv").exists()


@pytest.mark.parametrize("name", ["predict", "evaluate", "generate", "play"])
def test_a_wrong_export_is_seen_before_tensorflow_is_imported(name):
    program = (
        "import sys, runpy\n"
        f"sys.argv = ['{name}', '--saved_model=/no/such']\n"
        "try:\n"
        f"    runpy.run_module('apps.{name}', run_name='__main__')\n"
        "except SystemExit as end:\n"
        "    print(end.code, 'tensorflow' in sys.modules)\n"
    )
    start = time.process_time()
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "2 False", done.stderr
    assert "--saved_model=/no/such holds no exported version" in done.stderr
    assert time.process_time() - start < 1


def test_policies_are_played(app, policy):
    code, result, err = app(
        evaluate.main, f"--saved_model={policy}", "--episodes=2", "--seed=3"
    )
    assert code == 0, err
    assert result["episodes"] == 2 and result["mean_return"] >= 8
    assert result["env"] == "CartPole-v1"
    assert "mean_return" in err and "std_return" in err  # The table.


@pytest.mark.parametrize(
    ("metadata", "arguments", "words"),
    [
        ({"family": "dqn"}, ["--data_dir=folder"], ["--data_dir", "played"]),
        ({"family": "dqn"}, ["--count=5"], ["--count", "observations"]),
        (TEXTS, ["--episodes=5"], ["--episodes", "observations", "texts"]),
        (TEXTS, ["--data_dir=nowhere"], ["--data_dir=nowhere"]),
        (TEXTS, ["--feature_extractor=none"], ["--feature_extractor", "texts"]),
        (
            TEXTS,
            ["--data_dir=moods.csv", "--part=all"],
            ["line 2", "one of a, b", "fine"],
        ),
        ({"family": "gan"}, ["--part=all"], ["--part", "images"]),
    ],
)
def test_mistakes_of_measuring_are_one_line(app, metadata, arguments, words):
    note(**metadata)
    pathlib.Path("moods.csv").write_text("text,label\nwell,fine\nill,a\n")
    code, _, err = app(evaluate.main, "--saved_model=noted", *arguments)
    assert code == 2, err
    assert_one_line(err, *words)
