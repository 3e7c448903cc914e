"""Runs a SavedModel through TensorFlow's C library, without TensorFlow's Python.

This is the loader that TensorFlow Serving calls. Needs only NumPy; used as a program
by `kerazoo.serving.worker`, which knows the names of the tensors:

    python -P c_api.py LIBRARIES CONNECTION

It answers `(method, arguments)` of `Requests` on the connection, the number of an open
file, with `(True, result)` or `(False, message)`.
"""

import ctypes
import os
import sys
import time
import typing
from multiprocessing import connection

import numpy as np

_DTYPES = {  # TF_DataType of c/tf_datatype.h, without strings.
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    9: "int64",
    10: "bool",
    17: "uint16",
    19: "float16",
    22: "uint32",
    23: "uint64",
}
_NUMBERS = {np.dtype(name): number for number, name in _DTYPES.items()}
_STRING = 7
_STRING_BYTES = 24  # sizeof(TF_TString)
_POINTER = ctypes.c_void_p
_RESULTS = {  # What each function of c/c_api.h and c/tf_tensor.h returns.
    "TF_AllocateTensor": _POINTER,
    "TF_DeleteBuffer": None,
    "TF_DeleteTensor": None,
    "TF_Dim": ctypes.c_int64,
    "TF_GetAllOpList": _POINTER,
    "TF_GetCode": ctypes.c_int,
    "TF_GraphOperationByName": _POINTER,
    "TF_LoadLibrary": _POINTER,
    "TF_LoadSessionFromSavedModel": _POINTER,
    "TF_Message": ctypes.c_char_p,
    "TF_NewGraph": _POINTER,
    "TF_NewSessionOptions": _POINTER,
    "TF_NewStatus": _POINTER,
    "TF_NumDims": ctypes.c_int,
    "TF_SessionRun": None,
    "TF_StringCopy": None,
    "TF_StringDealloc": None,
    "TF_StringGetDataPointer": _POINTER,
    "TF_StringGetSize": ctypes.c_size_t,
    "TF_StringInit": None,
    "TF_TensorByteSize": ctypes.c_size_t,
    "TF_TensorData": _POINTER,
    "TF_TensorType": ctypes.c_int,
}


class _Output(ctypes.Structure):
    _fields_ = [("operation", _POINTER), ("index", ctypes.c_int)]


class _Buffer(ctypes.Structure):
    _fields_ = [("data", _POINTER), ("length", ctypes.c_size_t)]


class Session:
    """A SavedModel loaded by the C library.

    Args:
        library: path of the folder with TensorFlow's shared libraries.
        path: path of the SavedModel.
        operations: list of paths of shared libraries with operations that TensorFlow
            has not, but a server links.

    Attributes:
        core_operations: bytes. TensorFlow's own operations, an `OpList`.
        load_seconds: float. Time of loading the model, without that of TensorFlow.

    Raises:
        RuntimeError: With TensorFlow's message, if it cannot be loaded or run.
    """

    if typing.TYPE_CHECKING:  # The functions of `_RESULTS`, without `TF_`.

        def __getattr__(self, name: str) -> typing.Callable[..., typing.Any]: ...

    def __init__(
        self,
        library: str,
        path: str | os.PathLike,
        operations: typing.Sequence[str | os.PathLike] = (),
    ):
        # Each needs symbols of the other: the framework first, for all to see.
        libraries = [
            ctypes.CDLL(os.path.join(library, name), mode=ctypes.RTLD_GLOBAL)
            for name in ("libtensorflow_framework.so.2", "libtensorflow_cc.so.2")
        ]
        for name, result in _RESULTS.items():
            found = [library for library in libraries if hasattr(library, name)]
            function = getattr(found[0], name)
            function.restype = result
            setattr(self, name.removeprefix("TF_"), function)
        self._status = _POINTER(self.NewStatus())
        self.core_operations = self._all_operations()  # Before others are loaded.
        for file in operations:
            self.LoadLibrary(os.fsencode(file), self._status)
            self._check()
        self._graph = _POINTER(self.NewGraph())
        tags = (ctypes.c_char_p * 1)(b"serve")
        start = time.perf_counter()
        self._session = _POINTER(
            self.LoadSessionFromSavedModel(
                _POINTER(self.NewSessionOptions()),
                None,
                os.fsencode(path),
                tags,
                1,
                self._graph,
                None,
                self._status,
            )
        )
        self._check()
        self.load_seconds = time.perf_counter() - start

    def run(
        self, feeds: dict[str, np.ndarray], fetches: typing.Sequence[str]
    ) -> list[np.ndarray]:
        """Runs the graph once.

        Args:
            feeds: dict of tensor name (`"serve_x:0"`) to array.
            fetches: list of tensor names.

        Returns:
            list of arrays; strings as arrays of bytes objects.
        """
        inputs = (_Output * len(feeds))(*map(self._output, feeds))
        outputs = (_Output * len(fetches))(*map(self._output, fetches))
        values = (_POINTER * len(feeds))(*map(self._tensor, feeds.values()))
        results = (_POINTER * len(fetches))()
        try:
            self.SessionRun(
                self._session,
                None,
                *(inputs, values, len(feeds)),
                *(outputs, results, len(fetches)),
                *(None, 0, None),
                self._status,
            )
            self._check()
            return [self._array(_POINTER(result)) for result in results]
        finally:
            for value, array in zip(values, feeds.values()):
                self._free_texts(_POINTER(value), array.size)
            for tensor in filter(None, [*values, *results]):
                self.DeleteTensor(_POINTER(tensor))

    def _all_operations(self):
        buffer = _POINTER(self.GetAllOpList())
        content = ctypes.cast(buffer, ctypes.POINTER(_Buffer)).contents
        found = ctypes.string_at(content.data, content.length)
        self.DeleteBuffer(buffer)
        return found

    def _check(self):
        if self.GetCode(self._status):
            raise RuntimeError(self.Message(self._status).decode())

    def _output(self, name):
        operation, _, index = name.partition(":")
        found = self.GraphOperationByName(self._graph, operation.encode())
        if not found:
            raise RuntimeError(f"The graph has no operation {operation}.")
        return _Output(found, int(index or 0))

    def _tensor(self, array):
        shape = (ctypes.c_int64 * max(array.ndim, 1))(*array.shape)
        if array.dtype.kind not in "OSU":
            array = np.asarray(array, order="C")  # Scalars stay scalars.
            number = _NUMBERS[array.dtype]
            size = ctypes.c_size_t(array.nbytes)
            tensor = self.AllocateTensor(number, shape, array.ndim, size)
            ctypes.memmove(
                self.TensorData(_POINTER(tensor)), array.ctypes.data, array.nbytes
            )
            return tensor
        size = ctypes.c_size_t(_STRING_BYTES * array.size)
        tensor = self.AllocateTensor(_STRING, shape, array.ndim, size)
        start = self.TensorData(_POINTER(tensor))
        for i, text in enumerate(array.ravel()):
            content = text if isinstance(text, bytes) else str(text).encode()
            place = _POINTER(start + _STRING_BYTES * i)
            self.StringInit(place)
            self.StringCopy(place, content, ctypes.c_size_t(len(content)))
        return tensor

    def _free_texts(self, tensor, count):
        """Frees what the strings of an input hold, which its own end does not."""
        if self.TensorType(tensor) == _STRING:
            data = self.TensorData(tensor)
            for i in range(count):
                self.StringDealloc(_POINTER(data + _STRING_BYTES * i))

    def _array(self, tensor):
        shape = [self.Dim(tensor, axis) for axis in range(self.NumDims(tensor))]
        data, dtype = self.TensorData(tensor), self.TensorType(tensor)
        if dtype != _STRING:
            content = ctypes.string_at(data, self.TensorByteSize(tensor))
            return np.frombuffer(content, _DTYPES[dtype]).reshape(shape)
        texts = np.empty(int(np.prod(shape)), object)
        for i in range(len(texts)):
            place = _POINTER(data + _STRING_BYTES * i)
            texts[i] = ctypes.string_at(
                self.StringGetDataPointer(place), self.StringGetSize(place)
            )
        return texts.reshape(shape)


class Requests:
    """What `kerazoo.serving.worker` asks for, one method each.

    Args:
        library: path of the folder with TensorFlow's shared libraries.
    """

    def __init__(self, library: str):
        self._library = library
        self._session: Session | None = None

    def load(self, path: str, operations: list[str]) -> tuple[float, bytes]:
        """Loads a SavedModel; returns the seconds it took and TensorFlow's `OpList`."""
        self._session = Session(self._library, path, operations)
        return self._session.load_seconds, self._session.core_operations

    def run(self, feeds: dict[str, np.ndarray], fetches: list[str]) -> list[np.ndarray]:
        """Runs the graph once, see `Session.run`."""
        assert self._session is not None
        return self._session.run(feeds, fetches)

    def repeat(
        self,
        requests: list[tuple[dict[str, np.ndarray], list[str]]],
        count: int,
        max_seconds: float,
    ) -> list[float]:
        """Runs requests in turn; returns the seconds that each took.

        Args:
            requests: list of the arguments of `run`.
            count: Runs in all, at most.
            max_seconds: After which no further run begins.
        """
        times: list[float] = []
        end = time.perf_counter() + max_seconds
        while len(times) < count and (start := time.perf_counter()) < end:
            self.run(*requests[len(times) % len(requests)])
            times.append(time.perf_counter() - start)
        return times

    def memory(self) -> int:
        """Returns the bytes of memory of the process, as Linux counts them."""
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main(library, number):
    requests = Requests(library)
    with connection.Connection(int(number)) as parent:
        while True:
            try:
                method, arguments = parent.recv()
            except EOFError:  # The parent has enough, or has died.
                return
            try:
                answer = True, getattr(requests, method)(*arguments)
                if "tensorflow" in sys.modules:
                    raise RuntimeError("TensorFlow's Python was imported.")
            except Exception as error:
                answer = False, str(error)
            parent.send(answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
