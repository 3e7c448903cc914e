"""Arrays in the JSON of TensorFlow Serving's REST API."""

import base64
import json
import typing
from collections.abc import Callable

import numpy as np

from kerazoo.serving.client.signatures import TensorInfo

# Of strings that are no text: they come back as the bytes that they were.
_UNREADABLE = "surrogateescape"


def encode(content: dict[str, typing.Any]) -> bytes:
    """Returns JSON. NaN and infinities are written as TensorFlow Serving takes them.

    Args:
        content: dict of what JSON can hold.
    """
    return json.dumps(content).encode()


def decode(body: bytes) -> dict[str, typing.Any]:
    """Reads an object of JSON, which may hold strings that are not UTF-8.

    Args:
        body: bytes.

    Raises:
        ValueError: If it is none.
    """
    found = json.loads(body.decode(errors=_UNREADABLE))
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def to_json(array: np.ndarray) -> typing.Any:
    """Returns nested lists of numbers, and of bytes as `{"b64": ...}`.

    Args:
        array: array of numbers, or of objects, which are bytes.

    Example:

    ```python
    to_json(np.array([b"a", b"b"], object))  # [{"b64": "YQ=="}, {"b64": "Yg=="}]
    ```
    """
    if array.dtype == object:
        return each(array.tolist(), to_b64)
    return array.tolist()


def from_json(value: typing.Any, info: TensorInfo) -> np.ndarray:
    """Returns an output as an array; strings as objects of bytes.

    Args:
        value: Nested lists of numbers, texts and `{"b64": ...}`.
        info: Its `TensorInfo`.

    Example:

    ```python
    from_json([[1, 2]], TensorInfo("float32", (None, 2)))  # array([[1., 2.]])
    ```
    """
    if info.dtype == "string":
        array = np.asarray(each(value, _to_bytes), object)
    else:
        array = np.asarray(value, info.dtype)
    if not array.size and info.shape is not None:
        # Lists without elements do not tell the sizes that come behind.
        behind = (size or 0 for size in info.shape[array.ndim :])
        array = array.reshape(*array.shape, *behind)
    return array


def each(value: typing.Any, convert: Callable[[typing.Any], typing.Any]) -> typing.Any:
    """Returns nested lists, or a value alone, with each value converted."""
    if isinstance(value, list):
        return [each(item, convert) for item in value]
    return convert(value)


def to_b64(value: bytes) -> dict[str, str]:
    """Returns bytes as TensorFlow Serving takes them."""
    return {"b64": base64.b64encode(value).decode()}


def to_text(value: str | bytes) -> str | dict[str, str]:
    """Returns a text, or what is none in UTF-8 as `to_b64` does."""
    if isinstance(value, str):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return to_b64(value)


def _to_bytes(value):
    if isinstance(value, dict):
        return base64.b64decode(value["b64"])
    return value.encode(errors=_UNREADABLE)
