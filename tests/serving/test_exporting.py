import json

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from kerazoo.serving import exporting


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
    assert json.loads(extra.read_text()) == {"env": "X-v0"}


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
