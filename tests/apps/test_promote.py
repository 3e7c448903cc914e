import contextlib
import json
import pathlib
import subprocess
import sys

import pytest

from apps import promote
from kerazoo.serving import promotion
from kerazoo.serving.labels import Label
from kerazoo.serving.labels import read_labels
from kerazoo.serving.models_config import write_models_config
from tests.apps.conftest import assert_one_line
from tests.documents import ROOT
from tests.serving.model_server import ModelServer
from tests.serving.served_models import export_models

MODEL = pathlib.Path("saved_models") / "pole"


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for version in (1, 2, 3):
        (MODEL / str(version)).mkdir(parents=True)


@pytest.mark.usefixtures("in_folder")
def test_a_version_gets_labels(app):
    code, result, err = app(
        promote.main, f"--saved_model={MODEL}/1", "--label=stable,old"
    )
    assert code == 0, err
    assert result == {
        "model": "pole",
        "versions": [1, 2, 3],
        "loaded": [1, 3],
        "labels": {"old": 1, "stable": 1},
    }
    assert "pole   1        yes     old, stable" in err
    assert "pole   2        no" in err
    assert "pole   3        yes     newest" in err
    for name in ("models.config", "models.container.config"):
        assert 'key: "stable"' in (MODEL.parent / name).read_text()


@pytest.mark.usefixtures("in_folder")
def test_a_folder_means_its_newest_version(app):
    code, result, _ = app(promote.main, f"--saved_model={MODEL}/", "--label=canary")
    assert (code, result["labels"]) == (0, {"canary": 3})


@pytest.mark.usefixtures("in_folder")
def test_a_label_in_use_moves_in_two_steps(app):
    app(promote.main, f"--saved_model={MODEL}/1", "--label=stable")
    command = f"--saved_model={MODEL}/2", "--label=stable"
    code, result, err = app(promote.main, *command)
    assert (code, result["labels"], result["loaded"]) == (0, {"stable": 1}, [1, 2, 3])
    assert "Servers load version 2 now; stable stays with version 1." in err
    _, result, err = app(promote.main, *command)
    assert result["labels"] == {"stable": 2}
    assert "Servers load" not in err


@pytest.mark.usefixtures("in_folder")
def test_removing(app):
    app(promote.main, f"--saved_model={MODEL}", "--label=canary")
    code, result, _ = app(
        promote.main, f"--saved_model={MODEL}", "--label=canary", "--remove"
    )
    assert (code, result["labels"]) == (0, {})
    assert "canary" not in (MODEL.parent / "models.config").read_text()


@pytest.mark.usefixtures("in_folder")
def test_listing_changes_nothing(app):
    (MODEL.parent / "notes").mkdir()
    before = sorted(MODEL.parent.rglob("*"))
    code, result, err = app(promote.main, "--list")
    assert (code, result["model"], result["loaded"]) == (0, "pole", [3])
    assert "notes" not in err
    assert sorted(MODEL.parent.rglob("*")) == before
    code, result, _ = app(promote.main, "--list", f"--saved_model={MODEL}")
    assert (code, result["model"]) == (0, "pole")


@pytest.mark.usefixtures("in_folder")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["--label is missing"]),
        (["--label=a"], ["--saved_model is missing"]),
        (["--label=a", f"--saved_model={MODEL}/7"], ["versions 1, 2, 3", "version=7"]),
        (["--label=a", "--saved_model=cars"], ["--saved_model=cars", "no exported"]),
        (["--label=a", "--saved_model=cars/1"], ["cars/1", "no exported version"]),
        (["--label=a b", f"--saved_model={MODEL}"], ["--label", "letters", "a b"]),
        (["--label=a", f"--saved_model={MODEL}", "--remove"], ["labels none", "=a"]),
        (["--list", "--label=a"], ["--label does not go with --list"]),
        (
            ["--remove", "--label=a", "--address=localhost:1"],
            ["--address does not go with --remove"],
        ),
    ],
)
def test_mistakes_are_one_line(app, arguments, words):
    code, _, err = app(promote.main, *arguments)
    assert code == 2, err
    assert_one_line(err, *words)
    assert not (MODEL / "labels.json").exists()


def test_nothing_to_list(app, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = app(promote.main, "--list")
    assert code == 2
    assert_one_line(err, "saved_models holds no exported model", "--saved_model")


@pytest.mark.usefixtures("in_folder")
def test_a_damaged_file_is_one_line(app):
    (MODEL / "labels.json").write_text("{")
    code, _, err = app(promote.main, f"--saved_model={MODEL}", "--label=a")
    assert code == 2
    assert_one_line(err, "labels.json is damaged")


def test_a_server_that_does_not_follow(app, tmp_path, monkeypatch):
    monkeypatch.setattr(promotion, "_POLL_SECONDS", 0.02)
    export_models(tmp_path)
    app(promote.main, f"--saved_model={tmp_path}/numbers/1", "--label=stable")
    config = write_models_config(tmp_path)
    with contextlib.closing(ModelServer(config)) as server:
        where = f"--address={server.rest_address}", "--wait_seconds=0.1"
        command = f"--saved_model={tmp_path}/numbers/2", "--label=stable"
        code, _, err = app(promote.main, *command, *where)
        assert code == 2
        assert_one_line(err, server.rest_address, "has not loaded version 2")
        server.load(config)
        code, result, _ = app(promote.main, *command, *where)
        assert (code, result["labels"]) == (0, {"stable": 2})
    assert read_labels(tmp_path / "numbers")["stable"] == Label(2, previous=1)
    code, _, err = app(promote.main, *command[:1], "--label=stable", *where)
    assert code == 0  # It has the label: nobody is asked.
    command = f"--saved_model={tmp_path}/numbers/1", "--label=stable", "--retries=0"
    code, _, err = app(promote.main, *command, *where)
    assert code == 2
    assert_one_line(err, server.rest_address, "UNAVAILABLE")


@pytest.mark.usefixtures("in_folder")
def test_nothing_heavy_is_imported():
    program = (
        "import sys, runpy\n"
        f"sys.argv = ['promote', '--saved_model={MODEL.absolute()}', '--label=a']\n"
        "try:\n"
        "    runpy.run_module('apps.promote', run_name='__main__')\n"
        "finally:\n"
        "    print(sorted({'tensorflow', 'numpy', 'grpc'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    result, heavy = done.stdout.splitlines()
    assert json.loads(result)["labels"] == {"a": 3}, done.stderr
    assert heavy == "[]"
