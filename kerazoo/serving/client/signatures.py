"""What the signatures of a served model take and give, as its server tells."""

import dataclasses
import typing

import numpy as np
import numpy.typing as npt

_DTYPES = {"DT_FLOAT": "float32", "DT_DOUBLE": "float64", "DT_HALF": "float16"}


@dataclasses.dataclass(frozen=True)
class TensorInfo:
    """Type and shape of an input or an output.

    Args:
        dtype: str. Of NumPy, such as `"float32"`; `"string"` for texts and bytes.
        shape: tuple of ints, None where any length will do; None for any shape.
    """

    dtype: str
    shape: tuple[int | None, ...] | None

    def __str__(self):
        if self.shape is None:
            return f"{self.dtype} of any shape"
        sizes = ", ".join("?" if size is None else str(size) for size in self.shape)
        return f"{self.dtype} ({sizes})"

    def array(self, value: npt.ArrayLike) -> np.ndarray:
        """Returns a value as an array of this type; texts as objects of bytes.

        Args:
            value: array, list or number; str or bytes for strings. Numbers may be
                rounded to a type of fewer digits.

        Raises:
            ValueError: If it is of another kind, or whole numbers do not fit.
        """
        if self.dtype == "string":
            return _strings(value)
        dtype = np.dtype(self.dtype)
        found = np.asarray(value)
        if found.dtype == dtype:
            return found
        kinds = {"i": "iu", "u": "iu", "f": "fiu"}.get(dtype.kind, dtype.kind)
        if found.size and found.dtype.kind not in kinds:
            raise ValueError(f"{_named(found)} is not {self.dtype}")
        with np.errstate(all="ignore"):
            array = found.astype(dtype)
        if dtype.kind in "iu" and not np.array_equal(array, found):
            raise ValueError(f"some numbers do not fit into {self.dtype}")
        return array


@dataclasses.dataclass(frozen=True)
class Signature:
    """Inputs and outputs of a signature, dicts of name to `TensorInfo`."""

    inputs: dict[str, TensorInfo]
    outputs: dict[str, TensorInfo]

    def arrays(
        self, inputs: typing.Mapping[str, npt.ArrayLike]
    ) -> dict[str, np.ndarray]:
        """Returns inputs as arrays of the signature's types.

        Args:
            inputs: dict of input name to array, list, number, str or bytes.

        Raises:
            ValueError: If one is missing, unknown, or of another type.
        """
        takes = ", ".join(f"{name}: {self.inputs[name]}" for name in self.inputs)
        if inputs.keys() != self.inputs.keys():
            raise ValueError(
                f"`inputs` must be {takes}. Received: inputs={', '.join(inputs)}"
            )
        arrays = {}
        for name, info in self.inputs.items():
            try:
                arrays[name] = info.array(inputs[name])
            except (TypeError, ValueError) as error:
                raise ValueError(
                    f"`inputs` must be {takes}, but of {name}, {error}."
                ) from None
        return arrays


@dataclasses.dataclass(frozen=True)
class ModelMetadata:
    """What a server tells of a model.

    Args:
        name: str. Name of the model.
        version: int. The version that answers.
        signatures: dict of name to `Signature`, sorted by name.
    """

    name: str
    version: int
    signatures: dict[str, Signature]


@dataclasses.dataclass(frozen=True)
class VersionStatus:
    """How far a server is with a version of a model.

    Args:
        version: int.
        state: str. `"START"`, `"LOADING"`, `"AVAILABLE"`, `"UNLOADING"` or `"END"`.
        error_message: str. Why it could not be loaded; empty for no error.
    """

    version: int
    state: str
    error_message: str = ""


def parse_metadata(spec: dict, signature_def: dict) -> ModelMetadata:
    """Reads the messages `ModelSpec` and `SignatureDefMap` in their JSON form."""
    found = {
        name: Signature(_infos(fields, "inputs"), _infos(fields, "outputs"))
        for name, fields in sorted(signature_def.get("signature_def", {}).items())
        if not name.startswith("__")  # TensorFlow's own.
    }
    return ModelMetadata(spec["name"], int(spec["version"]), found)


def parse_status(response: dict) -> list[VersionStatus]:
    """Reads the message `GetModelStatusResponse` in its JSON form."""
    found = [
        VersionStatus(
            int(fields["version"]),
            fields.get("state", "UNKNOWN"),
            fields.get("status", {}).get("error_message", ""),
        )
        for fields in response.get("model_version_status", ())
    ]
    return sorted(found, key=lambda status: status.version)


def _infos(fields, side):
    return {
        name: TensorInfo(_dtype(info["dtype"]), _shape(info.get("tensor_shape", {})))
        for name, info in sorted(fields.get(side, {}).items())
    }


def _dtype(name):
    return _DTYPES.get(name, name.removeprefix("DT_").lower())


def _shape(fields):
    if fields.get("unknown_rank"):
        return None
    sizes = [int(dim.get("size", 0)) for dim in fields.get("dim", ())]
    return tuple(None if size < 0 else size for size in sizes)


def _strings(value):
    """Returns strings as an array of objects, which keeps zeros at their end."""
    if isinstance(value, (str, bytes)):
        return _strings([value]).reshape(())
    found = np.asarray(value)
    if found.dtype.kind not in "OSU" and found.size:
        raise ValueError(f"{_named(found)} is not string")
    # Of lists of bytes, NumPy would cut zeros off.
    found = found if isinstance(value, np.ndarray) else np.asarray(value, object)
    array = np.empty(found.shape, object)
    for place, item in np.ndenumerate(found):
        if not isinstance(item, (str, bytes)):
            raise ValueError(f"{type(item).__name__} is not string")
        array[place] = item.encode() if isinstance(item, str) else bytes(item)
    return array


def _named(array):
    if array.dtype.kind in "OSU":
        return "text"
    return str(array.dtype)
