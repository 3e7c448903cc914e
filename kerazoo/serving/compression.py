"""Exports whose weights take fewer bytes."""

import functools
import time
import typing

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.ops import control_flow_v2_func_graphs

DTYPES = ("float32", "bfloat16", "float16", "int8")
_TIMED_REQUESTS = 5
_BRANCHES = (  # Graphs of parts of a function.
    control_flow_v2_func_graphs.CondBranchFuncGraph,
    control_flow_v2_func_graphs.WhileBodyFuncGraph,
    control_flow_v2_func_graphs.WhileCondFuncGraph,
)
_LARGEST = 127  # Of int8, without -128: as far on both sides.


class CompressedServing:
    """Serves a model whose weights are stored in a smaller type.

    Matrices and kernels are stored as `dtype` and made float32 where a request needs
    them; all arithmetic stays float32, and what has one axis, such as biases, is kept.
    For int8, each channel has a scale, `w = scale * q` with `scale = max |w| / 127`
    (symmetric quantization by channel, Krishnamoorthi 2018, Section 3.1). Channels are
    along the last axis or the first, whichever errs less: kernels have theirs last,
    tables of embeddings first. Activations are not quantized and need no calibration.

    Args:
        serving: `Serving` of a task whose `endpoints` were not made yet.
        model: The Keras model that it serves, float32.
        dtype: `"bfloat16"`, `"float16"` or `"int8"`.

    Attributes:
        module: `tf.Module` of the stored variables, to be exported.

    Raises:
        ValueError: If `dtype` is none of these, or no weight of the model is served.

    Example:

    ```python
    from kerazoo.models.gan import NetworkConfig
    from kerazoo.models.gan import ServingGAN
    from kerazoo.models.gan import make_gan

    model = make_gan((8, 8, 1), networks=NetworkConfig("compact", base_width=4))
    serving = CompressedServing(ServingGAN(model), model, "bfloat16")
    export(serving.module, serving.endpoints, "saved_models/gan_digits_bfloat16")
    ```

    Reference: [Quantizing deep convolutional networks for efficient inference](
    https://arxiv.org/abs/1806.08342).
    """

    def __init__(self, serving: typing.Any, model: keras.Model, dtype: str):
        if dtype not in DTYPES[1:]:
            raise ValueError(
                f"`dtype` must be one of {', '.join(DTYPES[1:])}. "
                f"Received: dtype={dtype}"
            )
        self._serving = serving
        self.module = serving.module
        weights = getattr(serving.module, "weights", ())
        served = {id(variable): variable for variable in weights}
        if served.keys().isdisjoint(id(v.value) for v in model.variables):
            raise ValueError(
                "`serving` must answer by the weights of `model`, not by what was made "
                f"of them: only float32 goes with it. Received: dtype={dtype}"
            )
        self._stored = {
            id(variable): _Stored(variable.value, dtype)
            for variable in model.variables
            if id(variable.value) in served and _is_compressed(variable.value)
        }
        compressed = {
            id(variable.value): self._stored[id(variable)].variables
            for variable in model.variables
            if id(variable) in self._stored
        }
        self._replaced = set(compressed)
        self.module.weights = [
            stored
            for key, variable in served.items()
            for stored in compressed.get(key, [variable])
        ]

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function, as of the serving itself."""
        with _StoredWeights(self._stored):
            endpoints = self._serving.endpoints
        for name, function in endpoints.items():
            if any(id(v) in self._replaced for v in function.graph.variables):
                raise ValueError(
                    "`serving` must make its endpoints when they are asked for, as a "
                    "cached property does: those it has hold the weights that are to "
                    f"be replaced. Received: serving={self._serving}, signature={name}"
                )
        return endpoints

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for a server's warm-up."""
        return self._serving.example()


def compare_compressed(
    compressed: CompressedServing, original: typing.Any
) -> dict[str, typing.Any]:
    """Measures on the requests of `example` what compression costs.

    Args:
        compressed: `CompressedServing`.
        original: `Serving` of the same model, not compressed.

    Returns:
        dict that JSON can hold: `largest_difference`, dict by signature of dicts by
        output of the largest absolute difference, for texts the share that changed; and
        `relative_time`, dict by signature of the median time of a request, divided by
        that of the original.
    """
    differences, times = {}, {}
    for name, inputs in original.example().items():
        tensors = {key: tf.constant(value) for key, value in inputs.items()}
        both = original.endpoints[name], compressed.endpoints[name]
        expected, found = (function(**tensors) for function in both)
        differences[name] = {
            key: _difference(expected[key].numpy(), found[key].numpy())
            for key in expected
        }
        times[name] = _relative_time(both, tensors)
    return {"largest_difference": differences, "relative_time": times}


def _difference(expected, found):
    if expected.dtype == object:
        return float(np.mean(expected != found))
    return float(np.abs(np.subtract(found, expected, dtype="float64")).max(initial=0))


def _relative_time(functions, tensors):
    """Returns the median of the times of the second by that of the first's."""
    times = [[], []]
    for _ in range(_TIMED_REQUESTS):
        for function, taken in zip(functions, times, strict=True):
            begin = time.perf_counter()
            function(**tensors)
            taken.append(time.perf_counter() - begin)
    return float(np.median(times[1]) / np.median(times[0]))


class _Stored:
    """A float32 variable as one of fewer bytes, and perhaps scales."""

    def __init__(self, variable, dtype):
        name = variable.name.partition(":")[0]
        values = variable.numpy()
        self._restored = {}
        if dtype == "int8":
            integers, scales = _quantized(values)
            self.variables = [
                tf.Variable(integers, trainable=False, name=name),
                tf.Variable(scales, trainable=False, name=f"{name}_scale"),
            ]
        else:
            rounded = tf.cast(values, dtype)
            self.variables = [tf.Variable(rounded, trainable=False, name=name)]

    def restore(self):
        """Returns the float32 tensor, made once in a function, outside its loops."""
        graph = tf.compat.v1.get_default_graph()
        while isinstance(graph, _BRANCHES):
            graph = graph.outer_graph
        if graph not in self._restored:
            with graph.as_default(), tf.control_dependencies(None):
                values, *scales = (tf.cast(v, tf.float32) for v in self.variables)
                self._restored[graph] = values * scales[0] if scales else values
        return self._restored[graph]


class _StoredWeights(keras.StatelessScope):
    """Gives layers the restored weights while signatures are traced."""

    def __init__(self, stored):
        super().__init__()
        self._stored = stored

    def get_current_value(self, variable):
        stored = self._stored.get(id(variable))
        return None if stored is None else stored.restore()


def _is_compressed(variable):
    return variable.dtype == tf.float32 and variable.shape.rank > 1


def _quantized(values):
    """Returns int8 values and scales to multiply with, by the better axis."""

    def by(axis):
        others = tuple(i for i in range(values.ndim) if i != axis)
        largest = np.abs(values).max(axis=others, keepdims=True)
        scales = np.where(largest > 0, largest, 1) / np.float32(_LARGEST)
        integers = np.rint(values / scales).astype("int8")
        error = np.square(values - integers * scales).sum()
        return error, integers, scales.astype("float32")

    _, integers, scales = min(by(values.ndim - 1), by(0), key=lambda found: found[0])
    return integers, scales
