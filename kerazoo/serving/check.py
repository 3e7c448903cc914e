"""Proof that a server without Python can load and run an export."""

import importlib.util
import itertools
import os
import pathlib
import subprocess
import sys
import tempfile
import typing

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2


def run_without_python(
    path: str | os.PathLike,
    inputs: typing.Mapping[str, npt.ArrayLike],
    signature: str = "serving_default",
) -> dict[str, np.ndarray]:
    """Runs a signature in a process that never imports TensorFlow's Python.

    The process loads the SavedModel through TensorFlow's C library, with the loader
    that TensorFlow Serving uses, and with its operations: TensorFlow's own and, for
    models that take text apart, those of SentencePiece in TensorFlow Text. It does not
    check HTTP, batching or warm-up.

    Args:
        path: path of the SavedModel, one version.
        inputs: dict of input name to array; strings as arrays of bytes.
        signature: str. Name of the signature.

    Returns:
        dict of output name to array.

    Raises:
        ValueError: If the signature or one of its inputs is missing.
        RuntimeError: With TensorFlow's message, if loading or running fails.

    Example:

    ```python
    path = export(module, {"serving_default": module.serve}, "saved_models/double")
    run_without_python(path, {"x": np.ones(2, "float32")})  # {"y": array([2, 2])}
    ```
    """
    saved_model = saved_model_pb2.SavedModel()
    saved_model.ParseFromString(pathlib.Path(path, "saved_model.pb").read_bytes())
    signatures = saved_model.meta_graphs[0].signature_def
    if signature not in signatures:
        raise ValueError(
            f"`signature` must be one of {', '.join(sorted(signatures))}. "
            f"Received: signature={signature}"
        )
    definition = signatures[signature]
    if inputs.keys() != definition.inputs.keys():
        raise ValueError(
            f"`inputs` must be {', '.join(sorted(definition.inputs))}. "
            f"Received: inputs={', '.join(sorted(inputs))}"
        )
    feeds = {definition.inputs[name].name: value for name, value in inputs.items()}
    names = {name: info.name for name, info in definition.outputs.items()}
    program = pathlib.Path(__file__).with_name("c_api.py")
    library = os.path.dirname(tf.__file__)
    with tempfile.TemporaryDirectory() as folder:
        files = [os.path.join(folder, name) for name in ("inputs.npz", "outputs.npz")]
        np.savez(files[0], **{name: _array(value) for name, value in feeds.items()})
        done = subprocess.run(
            [
                *(sys.executable, program, library, _operations(saved_model)),
                *(path, *files, *names.values()),
            ],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.strip().splitlines()[-1])
        with np.load(files[1]) as outputs:
            return {name: outputs[tensor] for name, tensor in names.items()}


def _operations(saved_model):
    """Returns the shared library of the operations that are not TensorFlow's own."""
    graph = saved_model.meta_graphs[0].graph_def
    functions = (function.node_def for function in graph.library.function)
    nodes = itertools.chain(graph.node, *functions)
    if not any(node.op.startswith("Sentencepiece") for node in nodes):
        return ""
    # Found, not imported.
    folder = importlib.util.find_spec("tensorflow_text").submodule_search_locations[0]
    return os.path.join(folder, "python", "ops", "_sentencepiece_tokenizer.so")


def _array(value):
    """Returns an array; a list of bytes as one that keeps zeros at their end."""
    array = np.asarray(value)
    return np.asarray(value, object) if array.dtype.kind == "S" else array
