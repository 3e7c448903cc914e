import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.serving import export
from kerazoo.serving import load_signatures
from kerazoo.serving.compression import CompressedServing

SIZES = {"bfloat16": 2, "float16": 2, "int8": 1}  # Bytes of a weight.
X = np.random.default_rng(0).normal(size=(5, 6)).astype("float32")


class Loop:
    """Serves a network that is called in the body of a loop, and a table."""

    def __init__(self):
        keras.utils.set_random_seed(0)
        self.model = keras.Sequential(
            [keras.Input((6,)), keras.layers.Dense(6, bias_initializer="normal")]
        )
        self.module = tf.Module()
        self.module.weights = [v.value for v in self.model.weights]

    @property
    def endpoints(self):
        def serve(x, steps):
            outputs = tf.while_loop(
                lambda i, x: i < steps,
                lambda i, x: (i + 1, tf.tanh(self.model(x))),
                (0, x),
            )
            return {"y": outputs[1]}

        specs = {"x": tf.TensorSpec((None, 6)), "steps": tf.TensorSpec((), tf.int32)}
        function = tf.function(serve, autograph=False).get_concrete_function(**specs)
        return {"serving_default": function}

    def example(self):
        return {"serving_default": {"x": X, "steps": np.array(2, "int32")}}


def restored(values, dtype):
    """Returns what a kernel becomes, written with NumPy alone."""
    if dtype == "int8":
        scale = np.abs(values).max(axis=0) / 127
        return np.round(values / scale) * scale
    if dtype == "float16":
        return values.astype("float16").astype("float32")
    bits = values.view("uint32").astype("uint64")
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000  # To the nearest, or even.
    return bits.astype("uint32").view("float32")


@pytest.mark.parametrize("dtype", SIZES)
def test_answers_are_those_of_the_rounded_weights(tmp_path, dtype):
    serving = Loop()
    kernel, bias = (v.numpy() for v in serving.model.weights)
    smaller = CompressedServing(serving, serving.model, dtype)
    request = smaller.example()["serving_default"]
    path = export(smaller.module, smaller.endpoints, tmp_path / "small")
    signature = load_signatures(path)["serving_default"]
    y = signature(**{k: tf.constant(v) for k, v in request.items()})["y"]

    def two_steps(kernel):
        return np.tanh(np.tanh(X @ kernel + bias) @ kernel + bias)

    np.testing.assert_allclose(y, two_steps(restored(kernel, dtype)), atol=1e-5)
    assert 1e-5 < np.abs(y - two_steps(kernel)).max() < 0.05


@pytest.mark.parametrize(("dtype", "size"), SIZES.items())
def test_only_the_small_weights_are_stored(dtype, size):
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(64)])
    serving = Loop()
    serving.model = model
    serving.module.weights = [v.value for v in model.weights]
    smaller = CompressedServing(serving, model, dtype)
    stored = sum(v.shape.num_elements() * v.dtype.size for v in smaller.module.weights)
    scales = 64 * 4 if dtype == "int8" else 0
    assert stored == 64 * 64 * size + scales + 64 * 4


def test_tables_have_a_scale_for_each_row(tmp_path):
    embedding = keras.layers.Embedding(50, 8)
    embedding.build()
    scale = np.logspace(-3, 3, 50)[:, None]  # Rows of very different lengths.
    table = (scale * np.random.default_rng(0).normal(size=(50, 8))).astype("float32")
    embedding.embeddings.assign(table)

    class Table(Loop):
        def __init__(self):
            self.model = embedding
            self.module = tf.Module()
            self.module.weights = [embedding.embeddings.value]

        @property
        def endpoints(self):
            function = tf.function(lambda x: {"y": embedding(x)}, autograph=False)
            spec = tf.TensorSpec((None,), tf.int32)
            return {"serving_default": function.get_concrete_function(x=spec)}

    serving = CompressedServing(Table(), embedding, "int8")
    found = serving.endpoints["serving_default"](x=tf.range(50))["y"]
    errors = np.abs(found - table) / np.abs(table).max(axis=1, keepdims=True)
    assert 0 < errors.max() <= 0.5 / 127 + 1e-6


def test_a_model_that_is_not_served_is_refused():
    serving = Loop()
    del serving.module.weights
    with pytest.raises(ValueError, match="by the weights of `model`.* dtype=int8"):
        CompressedServing(serving, serving.model, "int8")


def test_unknown_type_is_refused():
    serving = Loop()
    with pytest.raises(ValueError, match="dtype=int4"):
        CompressedServing(serving, serving.model, "int4")


def test_signatures_that_are_there_already_are_refused():
    serving = Loop()
    endpoints = serving.endpoints

    class Made:
        module = serving.module

    Made.endpoints = endpoints
    smaller = CompressedServing(Made(), serving.model, "int8")
    with pytest.raises(ValueError, match="when they are asked for"):
        list(smaller.endpoints)
