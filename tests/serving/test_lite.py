import numpy as np
import pytest
import tensorflow as tf

from kerazoo.serving import export
from kerazoo.serving.lite import convert_to_lite
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import in_range
from kerazoo.serving.request_checks import is_finite

X = np.random.default_rng(0).normal(size=(7, 64)).astype("float32")


@tf.custom_gradient
def tanh(x):
    """As layers that are not saved with their gradients have them."""
    y = tf.tanh(x)
    return y, lambda upstream: upstream * (1 - y**2)


class Module(tf.Module):
    """A layer with a picture of its outputs, and a signature of texts."""

    def __init__(self):
        super().__init__()
        random = np.random.default_rng(1)
        self.kernel = tf.Variable(random.normal(size=(64, 64)).astype("float32"))

        def serve(features):
            y = tanh(features @ self.kernel / 8)
            pixels = tf.cast(tf.abs(y)[:, :, None, None] * 255, tf.uint8)
            return {"y": y, "png_bytes": tf.io.encode_png(pixels)}

        spec = tf.TensorSpec((None, 64), name="features")
        self.serve = tf.function(serve, autograph=False).get_concrete_function(spec)
        self.upper = tf.function(
            lambda text: {"text": tf.strings.upper(text)}, autograph=False
        ).get_concrete_function(tf.TensorSpec((None,), tf.string, "text"))


@pytest.fixture(scope="module")
def saved_model(tmp_path_factory):
    module = Module()
    signatures = {
        "serving_default": module.upper,
        "generate": module.serve,
        "text": module.upper,
    }
    path = tmp_path_factory.mktemp("models") / "layer"
    export(module, signatures, path)
    return path, np.tanh(X @ module.kernel.numpy() / 8)


@pytest.mark.parametrize(
    ("dtype", "size", "error"),
    [("float32", 4, 1e-5), ("float16", 2, 2e-3), ("int8", 1, 0.05)],
)
def test_file_answers_as_the_export(saved_model, tmp_path, dtype, size, error):
    path, expected = saved_model
    made = convert_to_lite(path, tmp_path / "layer.tflite", dtype=dtype)
    assert made.signature == "generate"  # serving_default takes texts.
    assert made.largest_difference < error
    assert made.num_bytes == made.path.stat().st_size
    assert 64 * 64 * size < made.num_bytes < 64 * 64 * size + 4_000
    runner = tf.lite.Interpreter(str(made.path)).get_signature_runner()
    found = runner(features=X)  # As many rows as one likes; no picture.
    assert found.keys() == {"y"}
    np.testing.assert_allclose(found["y"], expected, atol=error)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"signature": "text"}, "signature=text"),
        ({"signature": "none"}, "generate, serving_default, text"),
        ({"dtype": "int4"}, "float32, float16, int8"),
    ],
)
def test_wrong_arguments_write_nothing(saved_model, tmp_path, arguments, words):
    with pytest.raises(ValueError, match=words):
        convert_to_lite(saved_model[0], tmp_path / "x.tflite", **arguments)
    assert not list(tmp_path.iterdir())


def test_texts_cannot_be_converted(tmp_path):
    module = Module()
    path = export(module, {"serving_default": module.upper}, tmp_path / "upper")
    with pytest.raises(ValueError, match="no operations of text"):
        convert_to_lite(path, tmp_path / "upper.tflite")


def test_operations_that_are_not_loaded_are_of_text(saved_model, tmp_path, monkeypatch):
    def load(path):
        raise RuntimeError("Op type not registered 'SentencepieceOp' in binary")

    monkeypatch.setattr(tf.saved_model, "load", load)
    with pytest.raises(ValueError, match="no operations of text.*saved_model="):
        convert_to_lite(saved_model[0], tmp_path / "x.tflite")


def test_checks_of_requests_are_left_out(tmp_path):
    def serve(x):
        rows = tf.shape(x)[0]
        return {"y": checked(x, [in_range("rows", rows, 1, 2), is_finite("x", x)])}

    module = tf.Module()
    spec = tf.TensorSpec((None,), name="x")
    module.serve = tf.function(serve, autograph=False).get_concrete_function(spec)
    path = export(module, {"serving_default": module.serve}, tmp_path / "same")
    made = convert_to_lite(path, tmp_path / "same.tflite")
    runner = tf.lite.Interpreter(str(made.path)).get_signature_runner()
    np.testing.assert_array_equal(runner(x=X[0])["y"], X[0])


def test_missing_operations_are_named(tmp_path):
    module = tf.Module()
    function = tf.function(
        lambda x: {"y": tf.linalg.svd(x, compute_uv=False)}, autograph=False
    ).get_concrete_function(tf.TensorSpec((3, 3), name="x"))
    path = export(module, {"serving_default": function}, tmp_path / "svd")
    with pytest.raises(ValueError, match="has not: Svd"):
        convert_to_lite(path, tmp_path / "svd.tflite")
