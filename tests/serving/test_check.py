import numpy as np
import pytest
import tensorflow as tf

from kerazoo.serving import check
from kerazoo.serving import exporting


class Shouter(tf.Module):
    def __init__(self):
        super().__init__()
        self.factor = tf.Variable(2.0)
        self.numbers = tf.function(
            lambda x, count: {
                "product": self.factor * x,
                "total": tf.reduce_sum(count),
                "even": count % 2 == 0,
            }
        ).get_concrete_function(
            x=tf.TensorSpec((None, 2), tf.float32, "x"),
            count=tf.TensorSpec((None,), tf.int64, "count"),
        )
        self.texts = tf.function(
            lambda text: {"upper": tf.strings.upper(text, "utf-8")}
        ).get_concrete_function(text=tf.TensorSpec((None,), tf.string, "text"))


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    module = Shouter()
    signatures = {"serving_default": module.numbers, "texts": module.texts}
    folder = tmp_path_factory.mktemp("shouter")
    return str(exporting.export(module, signatures, folder))


def test_numbers_of_several_dtypes(path):
    inputs = {"x": np.array([[1, -2.5]], np.float32), "count": np.array([3, 4])}
    outputs = check.run_without_python(path, inputs)
    np.testing.assert_array_equal(outputs["product"], [[2, -5]])
    assert outputs["total"] == 7 and outputs["total"].dtype == np.int64
    np.testing.assert_array_equal(outputs["even"], [False, True])


def test_strings(path):
    texts = np.array(["grün".encode(), b"x" * 50])  # Short ones lie in the tensor.
    outputs = check.run_without_python(path, {"text": texts}, signature="texts")
    assert outputs["upper"].tolist() == ["GRÜN".encode(), b"X" * 50]


def test_errors_name_what_is_there(path):
    with pytest.raises(ValueError, match="serving_default, texts.*signature=nope"):
        check.run_without_python(path, {}, signature="nope")
    with pytest.raises(ValueError, match="count, x. Received: inputs=y"):
        check.run_without_python(path, {"y": np.zeros(1)})


def test_failure_in_the_graph_has_its_message(path):
    inputs = {"x": np.zeros((1, 3), np.float32), "count": np.array([1])}
    outputs = check.run_without_python(path, inputs)  # Shapes are not enforced there.
    assert outputs["product"].shape == (1, 3)
    with pytest.raises(RuntimeError, match="float"):
        check.run_without_python(path, {**inputs, "x": np.array([[1, 2]])})


def test_scalars_stay_scalars(tmp_path):
    module = tf.Module()
    spec = tf.TensorSpec((), tf.int32, "count")
    serve = tf.function(lambda count: {"numbers": tf.range(count)})
    endpoints = {"serving_default": serve.get_concrete_function(count=spec)}
    path = exporting.export(module, endpoints, tmp_path)
    outputs = check.run_without_python(path, {"count": np.int32(3)})
    np.testing.assert_array_equal(outputs["numbers"], [0, 1, 2])
