import json
import os
import shutil

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.serving.checking import check_version
from kerazoo.serving.checking import enlarged
from kerazoo.serving.exporting import export
from kerazoo.serving.recorded_requests import Recorded
from kerazoo.serving.recorded_requests import read_recorded
from kerazoo.serving.recorded_requests import write_recorded
from kerazoo.serving.signature_defs import Tensor
from tests.serving import doubling


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return doubling.write(tmp_path_factory.mktemp("doubling"))


@pytest.fixture
def version(good, tmp_path):
    """A copy to spoil."""
    return shutil.copytree(good, tmp_path / "1")


def check(path):
    return check_version(path, num_requests=0)


def test_good_export_passes_and_is_timed(good):
    report = check_version(good, num_requests=60)
    assert report.passed and not report.notes
    sizes = [p.stat().st_size for p in good.rglob("*") if p.is_file()]
    assert report.size == sum(sizes) > 4_000  # 1,000 numbers.
    assert 0 < report.load_seconds < 60 and 1e7 < report.memory < 1e10
    assert report.requests == 60 and 0 <= report.memory_growth < 0.05
    rates = {s.name: s.examples_per_second for s in report.signatures}
    for signature in report.signatures:
        assert signature.answer == "same"
        assert signature.first_seconds > 0 and signature.steady_seconds > 0
    for several in ("many", "shout"):  # Requests of more than one example.
        assert rates.pop(several) == dict.fromkeys((1, 8, 64))
    for found in rates.values():
        assert list(found) == [1, 8, 64] and min(found.values()) > 0
    text = "\n".join(report.lines())
    for words in ("1: passed", "serving_default  same", "over 60 requests"):
        assert words in text
    described = json.loads(json.dumps(report.describe()))
    assert described["passed"] and len(described["signatures"]) == 4


def test_altered_answer_is_found(version):
    file = version / "assets.extra" / "expected_outputs"
    recorded = read_recorded(file)
    answers = {request.signature: request.outputs for request in recorded}
    answers["sample"]["samples"] = answers["sample"]["samples"] + np.float32(1e-3)
    answers["shout"]["loud_bytes"][0] = b"quiet"
    write_recorded(file, "doubling", doubling.REQUESTS, answers)
    report = check(version)
    assert not report.passed and "FAILED" in report.lines()[0]
    assert sorted(report.problems) == [
        "sample differs from what was stored: samples: 2 of 2 differ, by 0.001 at most",
        "shout differs from what was stored: loud_bytes: 1 of 2 are others",
    ]
    assert [s.answer for s in report.signatures].count("differs") == 2


def test_changed_weights_are_found(version, tmp_path):
    module = doubling.Doubling()
    module.factor.assign(3 * tf.ones(1_000))
    other = export(module, module.endpoints, tmp_path / "other")
    shutil.rmtree(version / "variables")
    shutil.copytree(other / "variables", version / "variables")
    wrong = [p.partition(" ")[0] for p in check(version).problems]
    assert sorted(wrong) == ["many", "serving_default"]


def test_truncated_weights_do_not_load(version):
    (file,) = version.glob("variables/*.data-*")
    os.truncate(file, 100)
    report = check(version)
    assert len(report.problems) == 1
    assert report.problems[0].startswith("it does not load: ")
    assert report.load_seconds is None and report.size > 0


def test_missing_weights_fail(version):
    shutil.rmtree(version / "variables")  # TensorFlow loads that.
    report = check(version)
    assert sorted(report.problems)[0].startswith("many fails: ")
    assert {s.name: s.answer for s in report.signatures} == {
        **{"many": "fails", "serving_default": "fails"},
        **{"sample": "same", "shout": "same"},
    }


@pytest.mark.parametrize(
    "spoil, words",
    [
        pytest.param(
            lambda extra: (extra / "expected_outputs").unlink(),
            "to 0 of 4 requests",
            marks=pytest.mark.slow,
        ),
        (lambda extra: os.truncate(extra / "expected_outputs", 40), "is damaged"),
        pytest.param(
            lambda extra: (extra / "kerazoo.json").write_text("{"),
            "kerazoo.json is dam",
            marks=pytest.mark.slow,
        ),
        (
            lambda extra: (extra.parent / "saved_model.pb").write_text("x"),
            "it does not load: .*saved_model.pb is damaged",
        ),
    ],
)
def test_damaged_files_are_named(version, spoil, words):
    spoil(version / "assets.extra")
    problems = check(version).problems
    assert len(problems) == 1
    with pytest.raises(ValueError, match=words):
        raise ValueError(problems[0])


def test_older_exports_are_played_and_not_compared(version):
    extra = version / "assets.extra"
    (extra / "expected_outputs").unlink()
    (extra / "kerazoo.json").write_text('{"family": "toy"}')
    report = check(version)
    assert report.passed
    assert report.notes == ["the export has no stored answers: nothing was compared"]
    assert {s.answer for s in report.signatures} == {"not compared"}
    (extra / "tf_serving_warmup_requests").unlink()
    report = check(version)
    assert report.passed and not report.signatures
    assert report.notes == ["the export has no requests to play: nothing was compared"]


def test_memory_that_grows_is_found(tmp_path):
    def hoard(x):  # A queue that nobody empties.
        queue = tf.raw_ops.FIFOQueueV2(component_types=[tf.float32], shared_name="q")
        megabyte = tf.fill([250_000], x)
        enqueue = tf.raw_ops.QueueEnqueueV2(handle=queue, components=[megabyte])
        with tf.control_dependencies([enqueue]):
            return {"y": tf.identity(x)}

    spec = tf.TensorSpec((), tf.float32, "x")
    traced = tf.function(hoard).get_concrete_function(x=spec)
    warmup = {"serving_default": {"x": np.float32(1)}}
    path = export(tf.Module(), {"serving_default": traced}, tmp_path, warmup=warmup)
    report = check_version(path, num_requests=100)
    assert report.memory_growth * report.memory > 50e6
    assert report.problems[0].startswith("its memory grew by ")


def tensors(**shapes):
    return {name: Tensor(f"{name}:0", "any", shape) for name, shape in shapes.items()}


def test_requests_are_repeated_along_their_batch():
    inputs = {"images": np.ones((1, 4)), "label": np.array([3]), "seed": np.array(5)}
    specs = tensors(images=(None, 4), label=(None,), seed=())
    found = enlarged(Recorded("edit", inputs, {}), specs, 8)
    assert found["images"].shape == (8, 4) and found["label"].tolist() == [3] * 8
    assert found["seed"] == 5
    # What is asked for by its count keeps one label for all.
    counted = {"count": np.array(1, np.int32), "label": np.array([3])}
    found = enlarged(Recorded("sample", counted, {}), tensors(label=(None,)), 8)
    assert found["count"] == 8 and found["count"].dtype == np.int32
    assert found["label"].tolist() == [3]


def test_requests_without_a_batch_are_not_repeated():
    graph = {"features": np.ones((3, 2)), "source": np.array([0]), "ids": np.zeros(3)}
    specs = tensors(features=(None, 2), source=(None,), ids=(None,))
    assert enlarged(Recorded("tensors", graph, {}), specs, 8) is None
    scalar = Recorded("a", {"x": np.ones(())}, {})
    assert enlarged(scalar, tensors(x=()), 8) is None
    assert enlarged(scalar, tensors(x=None), 8) is None
