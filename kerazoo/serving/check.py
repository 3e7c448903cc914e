"""Proof that a server without Python can load and run an export."""

import os
import typing

import numpy as np
import numpy.typing as npt

from kerazoo.serving.worker import Worker


def run_without_python(
    path: str | os.PathLike,
    inputs: typing.Mapping[str, npt.ArrayLike],
    signature: str = "serving_default",
) -> dict[str, np.ndarray]:
    """Runs a signature in a process that never imports TensorFlow's Python.

    The process loads the SavedModel through TensorFlow's C library, with the loader
    that TensorFlow Serving uses, see `Worker`, which answers many requests. It does not
    check HTTP, batching or warm-up.

    Args:
        path: path of the SavedModel, one version.
        inputs: dict of input name to array; strings as arrays of bytes.
        signature: str. Name of the signature.

    Returns:
        dict of output name to array; strings as arrays of bytes.

    Raises:
        ValueError: If the signature or one of its inputs is missing.
        RuntimeError: With TensorFlow's message, if loading or running fails.

    Example:

    ```python
    path = export(module, {"serving_default": module.serve}, "saved_models/double")
    run_without_python(path, {"x": np.ones(2, "float32")})  # {"y": array([2, 2])}
    ```
    """
    with Worker(path) as worker:
        outputs = worker.run(signature, inputs)
    return {
        name: np.array(array.tolist(), bytes) if array.dtype == object else array
        for name, array in outputs.items()
    }
