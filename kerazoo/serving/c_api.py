"""Runs a SavedModel through TensorFlow's C library, without TensorFlow's Python.

This is the loader that TensorFlow Serving calls. Needs only NumPy; used as a program
by `kerazoo.serving.check`, which knows the names of the tensors:

    python c_api.py LIBRARIES OPERATIONS SAVED_MODEL INPUTS.npz OUTPUTS.npz FETCH ...
"""

import ctypes
import os
import sys
import typing

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
    "TF_DeleteTensor": None,
    "TF_Dim": ctypes.c_int64,
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
    "TF_StringGetDataPointer": _POINTER,
    "TF_StringGetSize": ctypes.c_size_t,
    "TF_StringInit": None,
    "TF_TensorByteSize": ctypes.c_size_t,
    "TF_TensorData": _POINTER,
    "TF_TensorType": ctypes.c_int,
}


class _Output(ctypes.Structure):
    _fields_ = [("operation", _POINTER), ("index", ctypes.c_int)]


class Session:
    """A SavedModel loaded by the C library.

    Args:
        library: path of the folder with TensorFlow's shared libraries.
        path: path of the SavedModel.
        operations: list of paths of shared libraries with operations that TensorFlow
            has not, but a server links.

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
        for file in operations:
            self.LoadLibrary(os.fsencode(file), self._status)
            self._check()
        self._graph = _POINTER(self.NewGraph())
        tags = (ctypes.c_char_p * 1)(b"serve")
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
        values = (_POINTER * len(feeds))(*map(self._tensor, feeds.values()))
        outputs = (_Output * len(fetches))(*map(self._output, fetches))
        results = (_POINTER * len(fetches))()
        self.SessionRun(
            self._session,
            None,
            *(inputs, values, len(feeds)),
            *(outputs, results, len(fetches)),
            *(None, 0, None),
            self._status,
        )
        self._check()
        arrays = [self._array(_POINTER(result)) for result in results]
        for tensor in [*values, *results]:
            self.DeleteTensor(_POINTER(tensor))
        return arrays

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


def main(library, operations, path, inputs, outputs, *fetches):
    with np.load(inputs, allow_pickle=True) as file:
        feeds = dict(file)
    arrays = Session(library, path, operations.split()).run(feeds, list(fetches))
    if "tensorflow" in sys.modules:
        raise RuntimeError("TensorFlow's Python was imported.")
    texts = {
        name: np.array(array.tolist(), bytes) if array.dtype == object else array
        for name, array in zip(fetches, arrays)
    }
    np.savez(outputs, **texts)


if __name__ == "__main__":
    main(*sys.argv[1:])
