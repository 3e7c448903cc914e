"""Exports as files of TensorFlow Lite (LiteRT), for telephones and boards."""

import dataclasses
import os
import pathlib
import typing
import warnings

import numpy as np
import tensorflow as tf
from tensorflow.python.framework import convert_to_constants

from kerazoo.atomic_files import write_whole
from kerazoo.serving.exported import newest_version

LITE_DTYPES = ("float32", "float16", "int8")
_SIGNATURES = ("generate", "classify", "tensors", "serving_default")  # As looked for.
_REQUEST_SEED = 0
_GRADIENT = "_gradient_op_type"  # Of a node: a function that is not there any more.


@dataclasses.dataclass(frozen=True)
class LiteConversion:
    """What a conversion has made.

    Attributes:
        path: The file.
        signature: Name of the signature of the export, and of that in the file.
        num_bytes: Size of the file.
        largest_difference: Largest absolute difference of its outputs from those of the
            export, on the request of `convert_to_lite`.
    """

    path: pathlib.Path
    signature: str
    num_bytes: int
    largest_difference: float


def convert_to_lite(
    export: str | os.PathLike,
    path: str | os.PathLike,
    signature: str | None = None,
    dtype: str = "float32",
    request: typing.Mapping[str, np.ndarray] | None = None,
) -> LiteConversion:
    """Writes a signature of an export as a file of TensorFlow Lite.

    Inputs and outputs keep their names; outputs that are strings, such as PNG files,
    are left out, and so are the checks of requests. The file is compared with the
    export before it is written.

    Args:
        export: Folder of a served model, for its newest version, or of one version.
        path: The file to write, `.tflite`.
        signature: Name of a signature. Default: the first of `generate`, `classify`,
            `tensors` and `serving_default` whose inputs are numbers.
        dtype: Type of the weights: `"float32"`, `"float16"`, which computes in float32,
            or `"int8"`, by channel, with activations that are quantized as they come.
        request: dict of arrays by the name of the input, to compare with. Default:
            random numbers, of the size 1 where the signature leaves it open.

    Returns:
        `LiteConversion`.

    Raises:
        OSError: If the file cannot be written.
        ValueError: If there is no such export or signature, or it needs operations that
            TensorFlow Lite has not, such as those of text.

    Example:

    ```python
    path = export(module, {"serving_default": module.serve}, "saved_models/double")
    convert_to_lite(path, "double.tflite").num_bytes
    ```
    """
    if dtype not in LITE_DTYPES:
        raise ValueError(
            f"`dtype` must be one of {', '.join(LITE_DTYPES)}. Received: dtype={dtype}"
        )
    version = newest_version(export)
    try:  # The whole: signatures alone have no variables to be traced with.
        loaded = tf.saved_model.load(os.fspath(version))
    except (OSError, ValueError, tf.errors.OpError) as error:
        raise ValueError(
            f"An exported model cannot be loaded: {error}. "
            f"Received: saved_model={version}"
        ) from error
    except RuntimeError as error:  # An operation that is not TensorFlow's own.
        raise ValueError(
            "TensorFlow Lite has no operations of text, which the signatures need. "
            f"Received: saved_model={version}"
        ) from error
    name, function = _find(loaded.signatures, signature, version)
    specs = function.structured_input_signature[1]
    with warnings.catch_warnings():  # TensorFlow calls its own interpreter deprecated.
        warnings.simplefilter("ignore")
        content = _converted(_numbers_of(function, specs), dtype, name, version)
        request = dict(request or _random_request(specs))
        difference = _largest_difference(content, name, function, request)
    write_whole(path, lambda part: part.write_bytes(content))
    return LiteConversion(pathlib.Path(path), name, len(content), difference)


def _numbers_of(function, specs):
    """Returns a signature without its outputs of strings and its checks of requests."""
    outputs = function.structured_outputs
    names = [name for name, output in outputs.items() if output.dtype != tf.string]

    def serve(**inputs):
        found = function(**inputs)
        return {name: found[name] for name in names}

    frozen = convert_to_constants.convert_variables_to_constants_v2(
        _traced(serve, specs), lower_control_flow=False
    )
    graph = frozen.graph.as_graph_def()
    for node in graph.node:  # Nothing else waits for the checks.
        needed = [name for name in node.input if not name.startswith("^")]
        node.ClearField("input")
        node.input.extend(needed)
        node.attr.pop(_GRADIENT, None)
    sources = [tensor.op.name for tensor in frozen.inputs]
    results = [tensor.name for tensor in frozen.outputs]
    graph = tf.compat.v1.graph_util.extract_sub_graph(
        graph, [*sources, *(name.partition(":")[0] for name in results)]
    )

    def serve_unchecked(**inputs):
        tensors = {f"{name}:0": inputs[name] for name in sources}
        found = tf.graph_util.import_graph_def(graph, tensors, results)
        return dict(zip(sorted(names), found))

    return _traced(serve_unchecked, specs)


def _traced(function, specs):
    return tf.function(function, autograph=False).get_concrete_function(**specs)


def _find(signatures, name, version):
    """Returns the name and the function of the signature that is meant."""
    usable = [
        found
        for found in (*_SIGNATURES, *signatures)
        if found in signatures and _is_of_numbers(signatures[found])
    ]
    if name is None and not usable:
        raise ValueError(
            "TensorFlow Lite has no operations of text and files, which all signatures "
            f"take. Received: saved_model={version}"
        )
    name = name or usable[0]
    if name not in signatures:
        raise ValueError(
            f"`signature` must be one of {', '.join(sorted(signatures))}. "
            f"Received: signature={name}"
        )
    if not _is_of_numbers(signatures[name]):
        raise ValueError(
            "`signature` must take numbers and return some: TensorFlow Lite has no "
            "operations of text and files"
            + (f"; {', '.join(dict.fromkeys(usable))} can be taken" if usable else "")
            + f". Received: signature={name}"
        )
    return name, signatures[name]


def _is_of_numbers(function):
    inputs = function.structured_input_signature[1].values()
    outputs = function.structured_outputs.values()
    return all(spec.dtype != tf.string for spec in inputs) and any(
        output.dtype != tf.string for output in outputs
    )


def _converted(function, dtype, name, version):
    module = tf.Module()  # Makes the file name its inputs and outputs.
    module.serve = function
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], module)
    if dtype != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if dtype == "float16":
        converter.target_spec.supported_types = [tf.float16]
    try:
        return converter.convert()
    except Exception as error:  # Of a kind that TensorFlow does not export.
        found = sorted(set(_missing_operations(str(error))))
        said = f": {', '.join(found)}" if found else ""
        raise ValueError(
            f"The signature {name!r} needs operations that TensorFlow Lite has not"
            f"{said}. Received: saved_model={version}"
        ) from error


def _missing_operations(message):
    for line in message.splitlines():
        if line.startswith(("Flex ops:", "Custom ops:")):
            yield from line.partition(":")[2].replace(" ", "").split(",")


def _random_request(specs):
    random = np.random.default_rng(_REQUEST_SEED)
    request = {}
    for name, spec in specs.items():
        shape = [size or 1 for size in spec.shape]
        if spec.dtype.is_floating:
            request[name] = random.normal(size=shape).astype(spec.dtype.name)
        else:
            request[name] = np.zeros(shape, spec.dtype.name)
    return request


def _largest_difference(content, name, function, request):
    """Returns how far the outputs of the file are from those of the export."""
    expected = function(**{k: tf.convert_to_tensor(v) for k, v in request.items()})
    interpreter = tf.lite.Interpreter(model_content=content)
    found = interpreter.get_signature_runner()(**request)
    return max(
        float(np.abs(np.subtract(value, expected[key], dtype="float64")).max(initial=0))
        for key, value in found.items()
    )
