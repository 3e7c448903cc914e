import pytest
import tensorflow as tf

from kerazoo.serving.exporting import export
from kerazoo.serving.signature_defs import operations_of
from kerazoo.serving.signature_defs import read_meta_graph
from kerazoo.serving.signature_defs import signatures_of


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """An export with a loop, a condition, and inputs of several kinds."""

    @tf.function
    def serve(x, any_shape, count):
        total = tf.zeros([])
        for _ in tf.range(count):  # A function of the graph.
            total += tf.math.lgamma(tf.reduce_sum(x))
        return {"total": total, "text": tf.strings.as_string(any_shape)}

    specs = {
        "x": tf.TensorSpec((None, 2), tf.float16, "x"),
        "any_shape": tf.TensorSpec(None, tf.bool, "any_shape"),
        "count": tf.TensorSpec((), tf.int64, "count"),
    }

    def typed(x, any_shape, count):
        return serve(tf.cast(x, tf.float32), any_shape, count)

    traced = tf.function(typed).get_concrete_function(**specs)
    folder = tmp_path_factory.mktemp("model")
    return export(tf.Module(), {"serving_default": traced}, folder)


def test_dtypes_and_shapes_are_numpys(path):
    found = signatures_of(read_meta_graph(path))
    assert list(found) == ["serving_default"]  # Not TensorFlow's own.
    described = found["serving_default"].describe()
    assert described == {
        "inputs": {
            "any_shape": {"dtype": "bool", "shape": None},
            "count": {"dtype": "int64", "shape": []},
            "x": {"dtype": "float16", "shape": [None, 2]},
        },
        "outputs": {
            "text": {"dtype": "string", "shape": None},
            "total": {"dtype": "float32", "shape": []},
        },
    }
    assert found["serving_default"].inputs["x"].tensor == "serving_default_x:0"


def test_operations_are_found_within_functions(path):
    operations = operations_of(read_meta_graph(path))
    assert "Lgamma" in operations and "AsString" in operations
    assert not any(name.startswith("__inference") for name in operations)


@pytest.mark.parametrize("content", [b"", b"\xff\xff\xff"])
def test_damaged_graph_is_named(tmp_path, content):
    (tmp_path / "saved_model.pb").write_bytes(content)
    with pytest.raises(ValueError, match="saved_model.pb is damaged"):
        read_meta_graph(tmp_path)
    with pytest.raises(OSError):
        read_meta_graph(tmp_path / "nowhere")
