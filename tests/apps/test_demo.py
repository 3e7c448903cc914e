import json
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from apps import demo
from tests.apps.conftest import assert_one_line
from tests.demo.exports import saved_models


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--folder=/no/such"], ["--folder=/no/such", "apps.train_dqn"]),
        (["--port=70000"], ["port"]),
        (["--host=192.0.2.1", "--port=0"], ["--host=192.0.2.1", "--port"]),
        (["--saved_model=x"], ["saved_model"]),
    ],
)
def test_wrong_input_is_one_line(app, arguments, words):
    code, _, err = app(demo.main, f"--folder={saved_models()}", *arguments)
    assert code == 2
    assert_one_line(err, *words)


def test_port_that_is_taken_is_one_line(app):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        code, _, err = app(
            demo.main, f"--folder={saved_models()}", f"--port={port}", "--noopen"
        )
    assert code == 2
    assert_one_line(err, f"--port={port}")


def test_gradio_that_is_missing_is_one_line(app, monkeypatch):
    monkeypatch.setitem(sys.modules, "gradio", None)
    code, _, err = app(demo.main, f"--folder={saved_models()}")
    assert code == 2
    assert_one_line(err, "gradio is not installed", "[demo]")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({}, False), ({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "w"}, True)],
)
def test_browser_is_opened_where_there_is_a_screen(
    monkeypatch, app, variables, expected
):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", "linux")
    assert demo._opens() == expected


@pytest.mark.slow
def test_page_is_served_until_it_is_stopped():
    command = [sys.executable, "-m", "apps.demo", f"--folder={saved_models()}"]
    command += ["--port=0", "--noopen"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            said = json.loads(process.stdout.readline())
            assert len(said["models"]) == 13
            assert said["address"].startswith("http://127.0.0.1:")
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(said["address"]) as response:
                assert "kerazoo" in response.read().decode()
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 143
        assert "Traceback" not in process.stderr.read()
