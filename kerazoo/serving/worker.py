"""A process that runs a SavedModel and never imports TensorFlow's Python."""

import contextlib
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import typing
from multiprocessing import connection

import numpy as np
import numpy.typing as npt

from kerazoo.serving.signature_defs import operations_of
from kerazoo.serving.signature_defs import read_meta_graph
from kerazoo.serving.signature_defs import signatures_of

_PROGRAM = pathlib.Path(__file__).with_name("c_api.py")
# Operations that servers link, by the beginning of their names: package and library.
_LINKED = {
    "Sentencepiece": ("tensorflow_text", "python/ops/_sentencepiece_tokenizer.so"),
}


class Worker:
    """Runs a SavedModel in a process of its own, through TensorFlow's C library.

    The process uses the loader of TensorFlow Serving and its operations: TensorFlow's
    own and, for models that take text apart, those of SentencePiece in TensorFlow Text.

    Args:
        path: path of the SavedModel, one version.

    Attributes:
        signatures: dict of name to `Signature`.
        load_seconds: float. Time of loading, without that of starting the process.
        other_operations: list of the operations that are not TensorFlow's own.

    Raises:
        RuntimeError: With TensorFlow's message, if the model cannot be loaded.
        ValueError: If its graph cannot be read.

    Example:

    ```python
    path = export(module, {"serving_default": module.serve}, "saved_models/double")
    with Worker(path) as worker:
        worker.run("serving_default", {"x": np.ones(2, "float32")})
    ```
    """

    def __init__(self, path: str | os.PathLike):
        graph = read_meta_graph(path)
        self.signatures = signatures_of(graph)
        used = operations_of(graph)
        self._files = contextlib.ExitStack()
        self._connection, theirs = map(self._files.enter_context, connection.Pipe())
        said = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115
        self._said = self._files.enter_context(said)
        # Modules beside the program must not hide others of the same name: -P.
        self._process = subprocess.Popen(
            [sys.executable, "-P", _PROGRAM, _library(), str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            env={"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ},
        )
        theirs.close()
        try:
            libraries = _linked(used)
            self.load_seconds, core = self._ask("load", os.fspath(path), libraries)
        except BaseException:
            self.close()
            raise
        self.other_operations = sorted(used - _names(core))

    def run(
        self, signature: str, inputs: typing.Mapping[str, npt.ArrayLike]
    ) -> dict[str, np.ndarray]:
        """Answers a request.

        Args:
            signature: Name of the signature.
            inputs: dict of input name to array; strings as arrays of bytes.

        Returns:
            dict of output name to array; strings as arrays of bytes objects.

        Raises:
            RuntimeError: With TensorFlow's message, if it fails.
            ValueError: If the signature or one of its inputs is missing.
        """
        outputs = self._ask("run", *self._tensors(signature, inputs))
        return dict(zip(self.signatures[signature].outputs, outputs))

    def time(
        self,
        requests: typing.Sequence[tuple[str, typing.Mapping[str, npt.ArrayLike]]],
        count: int,
        max_seconds: float = 60.0,
    ) -> list[float]:
        """Answers requests in turn, and times each within the process.

        Args:
            requests: list of the arguments of `run`.
            count: Answers in all, at most.
            max_seconds: After which no further one begins.

        Returns:
            list of seconds, one for each answer.
        """
        tensors = [self._tensors(*request) for request in requests]
        return self._ask("repeat", tensors, count, max_seconds)

    def memory(self) -> int:
        """Returns the bytes of memory that the process has now."""
        return self._ask("memory")

    def close(self) -> None:
        """Ends the process."""
        self._connection.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._files.close()

    def __enter__(self) -> typing.Self:
        return self

    def __exit__(self, *_):
        self.close()

    def _tensors(self, name, inputs):
        """Returns arrays and names of outputs by the names of tensors."""
        if name not in self.signatures:
            raise ValueError(
                f"`signature` must be one of {', '.join(sorted(self.signatures))}. "
                f"Received: signature={name}"
            )
        signature = self.signatures[name]
        if inputs.keys() != signature.inputs.keys():
            raise ValueError(
                f"`inputs` must be {', '.join(sorted(signature.inputs))}. "
                f"Received: inputs={', '.join(sorted(inputs))}"
            )
        feeds = {signature.inputs[key].tensor: _array(inputs[key]) for key in inputs}
        return feeds, [output.tensor for output in signature.outputs.values()]

    def _ask(self, method, *arguments):
        try:
            self._connection.send((method, arguments))
            is_answer, found = self._connection.recv()
        except (EOFError, OSError):
            raise RuntimeError(self._end()) from None
        if not is_answer:
            raise RuntimeError(found)
        return found

    def _end(self):
        """Returns how the process has ended, with its last words."""
        code = self._process.wait()
        self._said.seek(0)
        words = self._said.read().strip().splitlines()
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        last = f": {words[-1]}" if words else ""
        return f"The process that ran the model ended {how}{last}"


def _library():
    """Returns the folder of TensorFlow's shared libraries; found, not imported."""
    return importlib.util.find_spec("tensorflow").submodule_search_locations[0]


def _linked(used):
    """Returns the shared libraries of operations that are not TensorFlow's own."""
    found = []
    for start, (package, file) in _LINKED.items():
        if not any(name.startswith(start) for name in used):
            continue
        spec = importlib.util.find_spec(package)
        if spec is None:
            raise ValueError(
                f"The model has operations of {package}, which is not installed: pip "
                "install 'kerazoo[text]'."
            )
        found.append(os.path.join(spec.submodule_search_locations[0], file))
    return found


def _names(operations):
    """Returns the names of an `OpList`."""
    from tensorflow.core.framework import op_def_pb2

    return {op.name for op in op_def_pb2.OpList.FromString(operations).op}


def _array(value):
    """Returns an array; a list of bytes as one that keeps zeros at their end."""
    array = np.asarray(value)
    return np.asarray(value, object) if array.dtype.kind == "S" else array
