import contextlib
import io
import json
import pathlib
import socket
import subprocess
import sys
import types

import pytest

from apps import client
from kerazoo.serving.labels import Label
from kerazoo.serving.labels import write_labels
from kerazoo.serving.models_config import write_models_config
from tests.apps.conftest import assert_one_line
from tests.documents import ROOT
from tests.serving.model_server import ModelServer
from tests.serving.rest_handler import Refusal
from tests.serving.served_models import export_models

ONE = '--inputs={"x": [[1, 10]]}'


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served") / "saved_models"
    export_models(folder)
    write_labels(folder / "numbers", {"stable": Label(1)})
    return folder


@pytest.fixture(scope="module")
def shared_server(models):
    config = write_models_config(models)
    with contextlib.closing(ModelServer(config)) as server:
        yield server


@pytest.fixture
def server(shared_server):
    shared_server.requests = 0
    yield shared_server
    shared_server.refusals, shared_server.delay = [], 0.0


@pytest.fixture(autouse=True)
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(params=["grpc", "rest"])
def ask(request, app, server):
    """Runs the app with the server's address."""
    address = {"grpc": server.grpc_address, "rest": server.rest_address}

    def run(*arguments):
        protocol = request.param
        where = f"--protocol={protocol}", f"--address={address[protocol]}"
        return app(client.main, *where, *arguments)

    return run


def test_answers(ask):
    code, line, err = ask("--model=numbers", ONE)
    assert (code, err) == (0, "")
    assert line == {"model": "numbers", "outputs": {"y": [[3.0, 30.0]]}}
    _, line, _ = ask("--model=numbers", ONE, "--label=stable")
    assert line["outputs"] == {"y": [[1.0, 10.0]]}
    _, line, _ = ask("--model=numbers", ONE, "--version=1")
    assert line["outputs"] == {"y": [[1.0, 10.0]]}


def test_files_of_requests_and_several_models(ask, server, monkeypatch):
    pathlib.Path("texts.jsonl").write_text('{"text": ["a"]}\n{"text": ["é", "b"]}\n')
    code, line, err = ask("--model=texts", "--inputs=texts.jsonl")
    assert code == 0, err
    assert line["outputs"]["upper"] == [["é", "É"], ["b", "B"]]
    assert server.requests == 3  # Metadata once, and two requests.
    lines = io.BytesIO(b'{"x": [1], "by": 2, "up": [true]}')
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=lines))
    code, line, err = ask("--model=numbers", "--inputs=-", "--signature_name=shift")
    assert code == 0, err
    assert line["outputs"] == {"moved": [3], "ratio": [0.5], "up": [False]}


def test_all_models_are_asked(models, server):
    program = [sys.executable, "-m", "apps.client", f"--address={server.rest_address}"]
    done = subprocess.run(
        [*program, "--model=numbers", "--model=numbers", ONE, "--label=stable"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines == [{"model": "numbers", "outputs": {"y": [[1.0, 10.0]]}}] * 2
    assert done.stderr == ""


def test_status(ask, models, monkeypatch):
    code, line, err = ask("--status", "--model=numbers")
    assert code == 0
    versions = [(v["version"], v["state"]) for v in line["versions"]]
    assert versions == [(1, "AVAILABLE"), (3, "AVAILABLE")]
    assert "numbers  1        AVAILABLE" in err
    monkeypatch.chdir(models.parent)
    (models / "zebra" / "1").mkdir(parents=True)
    try:
        code, line, err = ask("--status")
    finally:
        (models / "zebra" / "1").rmdir()
    assert (code, line) == (0, {"model": "zebra", "versions": []})
    assert "images   1        AVAILABLE" in err and "zebra    -        not there" in err


def test_metadata(ask):
    code, line, err = ask("--metadata", "--model=texts")
    assert code == 0
    assert line["version"] == 1
    assert line["signatures"]["serving_default"] == {
        "inputs": {"text": "string (?)"},
        "outputs": {"length": "int32 (?)", "upper": "string (?, 2)"},
    }
    assert "serving_default" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["--model", "missing"]),
        (["--status"], ["saved_models holds no exported model", "--model"]),
        (["--model=numbers"], ["--inputs is missing"]),
        (["--model=numbers", "--inputs=no.jsonl"], ["--inputs=no.jsonl", "No such"]),
        (["--model=numbers", '--inputs={"x": }'], ["--inputs: line 1 is no JSON"]),
        (["--model=numbers", "--inputs=[1]"], ["--inputs: line 1", "object"]),
        (["--model=numbers", "--inputs=bytes"], ["--inputs=bytes", "no text in UTF-8"]),
        (["--model=a", ONE, "--version=1", "--label=b"], ["--version", "--label"]),
        (["--model=a", ONE, "--label=b,c"], ["--label", "one label"]),
        (["--model=a", "--status", ONE], ["--inputs has no meaning with --status"]),
        (["--model=a", "--status", "--label=b"], ["--label has no meaning"]),
        (["--model=a", "--status", "--metadata"], ["--status", "--metadata"]),
        (["--model=a", ONE, "--address=here"], ["--address must be", "--address=here"]),
        (["--model=a", ONE, "--protocol=http"], ["--protocol=http", "grpc or rest"]),
        (["--model=a", ONE, "--timeout=0"], ["--timeout=0"]),
    ],
)
def test_mistakes_are_one_line(app, arguments, words):
    pathlib.Path("bytes").write_bytes(b"\xff")
    code, _, err = app(client.main, *arguments)
    assert code == 2, err
    assert_one_line(err, *words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model=cars", ONE], ["model cars", "NOT_FOUND", "has no model cars"]),
        (["--model=cars", "--status"], ["NOT_FOUND", "any versions of model cars"]),
        (["--model=numbers", ONE, "--version=2"], ["NOT_FOUND", "1 (AVAILABLE), 3"]),
        (["--model=numbers", ONE, "--label=beta"], ["label beta", "Unrecognized"]),
        (["--model=numbers", '--inputs={"z": 1}'], ["--inputs", "x: float32 (?, 2)"]),
        (
            ["--model=numbers", ONE, "--signature_name=scale"],
            ["serving_default, shift", "signature=scale"],
        ),
        (
            ["--model=numbers", '--inputs={"x": [[1e7, 0]]}'],
            ["model numbers, signature serving_default", "INVALID", "x must be small"],
        ),
    ],
)
def test_refusals_are_one_line(ask, arguments, words):
    code, _, err = ask(*arguments)
    assert code == 2, err
    assert_one_line(err, *words)


def test_an_unavailable_server_is_asked_again(ask, server):
    server.refusals = [Refusal("UNAVAILABLE", "overloaded")]
    code, _, err = ask("--model=numbers", ONE)
    assert code == 0, err
    server.refusals = [Refusal("UNAVAILABLE", "overloaded")] * 2
    code, _, err = ask("--model=numbers", ONE, "--retries=1")
    assert code == 2
    assert_one_line(err, "UNAVAILABLE: overloaded")


def test_what_takes_too_long_is_no_mistake(ask, server):
    server.delay = 0.5
    code, _, err = ask("--model=numbers", ONE, "--timeout=0.1")
    assert code == 1
    assert_one_line(err, "model numbers", "DEADLINE_EXCEEDED")


@pytest.mark.parametrize("protocol", ["grpc", "rest"])
def test_nobody_there(app, protocol):
    with socket.socket() as found:
        found.bind(("localhost", 0))
        address = f"localhost:{found.getsockname()[1]}"
    where = f"--protocol={protocol}", f"--address={address}", "--retries=0"
    code, _, err = app(client.main, *where, "--model=numbers", ONE)
    assert code == 2
    assert_one_line(err, address, "model numbers", "UNAVAILABLE")


def test_rest_starts_without_tensorflow():
    program = (
        "import sys, runpy\n"
        "sys.argv = ['client', '--address=localhost:1', '--retries=0', '--status',"
        " '--model=a']\n"
        "try:\n"
        "    runpy.run_module('apps.client', run_name='__main__')\n"
        "except SystemExit as end:\n"
        "    print(end.code, 'tensorflow' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "2 False", done.stderr
