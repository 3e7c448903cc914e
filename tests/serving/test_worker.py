import os
import shutil
import signal
import subprocess

import numpy as np
import pytest

from kerazoo.serving import worker as module
from kerazoo.serving.worker import Worker
from tests.serving import doubling


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return doubling.write(tmp_path_factory.mktemp("doubling"))


@pytest.fixture(scope="module")
def worker(path):
    with Worker(path) as worker:
        yield worker


def test_one_process_answers_many_requests(worker):
    for number in (1.0, 2.0):
        found = worker.run("serving_default", {"x": np.float32([[number, 0]])})
        np.testing.assert_array_equal(found["y"], [[2 * number, 0]])
    found = worker.run("shout", {"text": [b"a\0", b"long" * 20]})
    assert found["loud_bytes"].tolist() == [b"A\0", b"LONG" * 20]


def test_process_goes_on_after_a_request_that_fails(worker):
    with pytest.raises(RuntimeError, match="string"):
        worker.run("shout", {"text": np.float32([1])})
    with pytest.raises(ValueError, match="`inputs` must be text. Received: inputs=x"):
        worker.run("shout", {"x": np.float32([1])})
    with pytest.raises(ValueError, match="many, sample, serving_default, shout"):
        worker.time([("no", {})], 1)
    assert worker.run("shout", {"text": [b"a"]})["loud_bytes"].tolist() == [b"A"]


def test_times_are_as_many_as_asked_for(worker):
    questions = list(doubling.REQUESTS.items())
    times = worker.time(questions, 9)
    assert len(times) == 9 and all(0 < seconds < 10 for seconds in times)
    assert len(worker.time(questions, 10**9, max_seconds=0.1)) < 10**6
    assert worker.load_seconds > 0
    assert not worker.other_operations


def test_texts_do_not_pile_up(worker):
    text = np.array([b"x" * 1_000] * 1_000, object)  # A megabyte each time.
    worker.time([("shout", {"text": text})], 20)
    before = worker.memory()
    worker.time([("shout", {"text": text})], 100)
    assert worker.memory() - before < 20e6


def test_end_of_the_process_is_said(path):
    with Worker(path) as worker:
        os.kill(worker._process.pid, signal.SIGKILL)
        with pytest.raises(RuntimeError, match="ended by signal 9"):
            worker.run("shout", {"text": [b"a"]})


def test_model_that_does_not_load_leaves_no_process(path, tmp_path, monkeypatch):
    begun = []

    class Process(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            begun.append(self)

    monkeypatch.setattr(subprocess, "Popen", Process)
    version = shutil.copytree(path, tmp_path / "1")
    (file,) = version.glob("variables/*.data-*")
    os.truncate(file, 100)
    with pytest.raises(RuntimeError):
        Worker(version)
    assert [process.poll() for process in begun] == [0]


def test_missing_package_is_named(path, monkeypatch):
    monkeypatch.setattr(module, "_LINKED", {"Placeholder": ("no_such_package", "")})
    with pytest.raises(ValueError, match="no_such_package, which is not installed"):
        Worker(path)
