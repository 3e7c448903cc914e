import datetime
import errno
import json
import os
import pathlib
import random
import subprocess
import sys
import time

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

import kerazoo
from kerazoo.serving import exporting
from kerazoo.serving.recorded_requests import read_recorded
from tests.serving import doubling


class Doubler(tf.Module):
    def __init__(self):
        super().__init__()
        self.factor = tf.Variable(2.0)
        self.serve = tf.function(
            lambda x: {"y": self.factor * x}, autograph=False
        ).get_concrete_function(x=tf.TensorSpec((None, 2), tf.float32, "x"))


def write(directory, **kwargs):
    module = Doubler()
    return exporting.export(
        module, {"serving_default": module.serve}, directory, **kwargs
    )


def test_versions_count_up_and_nothing_is_overwritten(tmp_path):
    directory = tmp_path / "doubler"
    assert write(directory) == directory / "1"
    before = {p: p.stat().st_mtime_ns for p in directory.rglob("*")}
    assert write(directory) == directory / "2"
    (directory / "10").mkdir()
    assert write(directory) == directory / "11"
    assert exporting.versions(directory) == [1, 2, 10, 11]
    assert all(p.stat().st_mtime_ns == t for p, t in before.items() if p.is_file())
    assert not list(directory.glob(".partial*"))


def test_failed_export_leaves_no_version(tmp_path):
    with pytest.raises(ValueError):
        exporting.export(tf.Module(), {"bad": "no function"}, tmp_path / "bad")
    assert exporting.versions(tmp_path / "bad") == []


def test_reloads_with_named_tensors_and_equal_outputs(tmp_path):
    path = write(tmp_path / "doubler", metadata={"env": "X-v0"})
    serve = tf.saved_model.load(str(path)).signatures["serving_default"]
    outputs = serve(x=tf.constant([[1.0, -3.0]]))
    np.testing.assert_array_equal(outputs["y"], [[2.0, -6.0]])
    extra = path / "assets.extra" / "kerazoo.json"
    assert json.loads(extra.read_text())["env"] == "X-v0"


def test_warmup_requests_are_what_serving_reads(tmp_path):
    inputs = {"serving_default": {"x": np.ones((1, 2), np.float32)}}
    path = write(tmp_path / "doubler", warmup=inputs)
    file = path / "assets.extra" / "tf_serving_warmup_requests"
    (record,) = tf.data.TFRecordDataset(str(file))
    request = prediction_log_pb2.PredictionLog.FromString(
        record.numpy()
    ).predict_log.request
    assert request.model_spec.name == "doubler"
    np.testing.assert_array_equal(tf.make_ndarray(request.inputs["x"]), [[1.0, 1.0]])


def test_what_is_known_is_noted_and_answers_are_stored(tmp_path):
    before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    path = doubling.write(tmp_path / "doubling", metadata={"family": "toy"})
    noted = exporting.read_metadata(path)
    assert next(iter(noted)) == "family"
    assert datetime.datetime.fromisoformat(noted["created"]) >= before
    assert noted["parameters"] == 1_000
    assert noted["versions"]["kerazoo"] == kerazoo.__version__
    assert noted["versions"]["tensorflow"] == tf.__version__
    assert noted["versions"]["keras"] == keras.__version__
    assert noted["signatures"]["serving_default"] == {
        "inputs": {"x": {"dtype": "float32", "shape": [None, 2]}},
        "outputs": {"y": {"dtype": "float32", "shape": [None, 2]}},
    }
    assert noted["signatures"]["sample"]["inputs"]["count"] == {
        "dtype": "int32",
        "shape": [],
    }
    served = tf.saved_model.load(str(path)).signatures
    recorded = read_recorded(path / "assets.extra" / "expected_outputs")
    assert [request.signature for request in recorded] == list(doubling.REQUESTS)
    for request in recorded:
        inputs = {name: tf.constant(value) for name, value in request.inputs.items()}
        for name, value in served[request.signature](**inputs).items():
            np.testing.assert_array_equal(request.outputs[name], value)
    np.testing.assert_array_equal(recorded[0].outputs["y"], [[2, -6]])


def test_what_the_caller_says_counts(tmp_path):
    own = dict.fromkeys(("parameters", "card", "result", "run", "versions"), "a word")
    path = write(tmp_path, metadata={**own, "created": 1})
    noted = exporting.read_metadata(path)
    assert own.items() <= noted.items() and "signatures" in noted
    assert "a word" in (path / "assets.extra" / "README.md").read_text()


@pytest.mark.parametrize(
    "warmup, words",
    [
        ({"nope": {}}, "must name signatures of serving_default.*warmup=nope"),
        ({"serving_default": {"z": np.ones(1)}}, "request of serving_default that it"),
        ({"serving_default": {"x": np.array(["a"])}}, "request of serving_default"),
    ],
)
def test_requests_that_are_refused_export_nothing(tmp_path, warmup, words):
    with pytest.raises(ValueError, match=words):
        write(tmp_path / "doubler", warmup=warmup)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "place, name",
    [
        (exporting, "write_recorded"),
        (exporting, "card_text"),
        (tf.saved_model, "save"),
        (pathlib.Path, "write_text"),
        (pathlib.Path, "rename"),
    ],
)
def test_full_disk_leaves_the_versions_that_were(tmp_path, monkeypatch, place, name):
    requests = {"serving_default": {"x": np.ones((1, 2), np.float32)}}
    path = write(tmp_path, warmup=requests)
    before = contents(tmp_path)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(place, name, full)
        with pytest.raises(OSError, match="No space left"):
            write(tmp_path, warmup=requests)
    assert contents(tmp_path) == before
    assert write(tmp_path, warmup=requests) == path.with_name("2")


def contents(folder):
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


EXPORTS_FOR_EVER = """
import sys
from tests.serving import doubling
doubling.write(sys.argv[1])
print("begun", flush=True)
while True:
    doubling.write(sys.argv[1])
"""


@pytest.mark.slow
def test_kill_at_any_moment_leaves_whole_versions_only(tmp_path):
    moments, kills = random.Random(0), 20
    for _ in range(kills):
        killed = subprocess.Popen(
            [sys.executable, "-c", EXPORTS_FOR_EVER, tmp_path],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert killed.stdout.readline() == b"begun\n"
        time.sleep(moments.uniform(0, 0.6))
        killed.kill()
        killed.communicate()
    found = exporting.versions(tmp_path)
    assert len(found) >= kills
    for version in found[-5 * kills :]:
        path = tmp_path / str(version)
        serve = tf.saved_model.load(str(path)).signatures["serving_default"]
        assert serve(x=tf.constant([[1.5, 0.0]]))["y"].numpy().tolist() == [[3, 0]]
        answers = read_recorded(path / "assets.extra" / "expected_outputs")
        assert len(answers) == len(doubling.REQUESTS)
        assert exporting.read_metadata(path)["signatures"].keys() == (
            doubling.REQUESTS.keys()
        )
        assert (path / "assets.extra" / "README.md").read_text().endswith("```\n")
    newest = doubling.write(tmp_path)
    assert newest.name == str(found[-1] + 1)
    # What the killed ones have left is gone.
    assert sorted(os.listdir(tmp_path)) == sorted(map(str, [*found, newest.name]))
