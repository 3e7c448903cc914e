"""Requests and answers as people write and read them: JSON, one object a line."""

import base64
import json
import typing

import numpy as np

from kerazoo.serving.client.json_values import each
from kerazoo.serving.client.json_values import to_b64
from kerazoo.serving.client.json_values import to_text


def read_requests(text: str) -> list[dict[str, typing.Any]]:
    """Reads the inputs of requests.

    Args:
        text: str. JSON objects of input name to value, one a line or over several
            lines; bytes as `{"b64": ...}`.

    Returns:
        list of dict of input name to value, with bytes as bytes.

    Raises:
        ValueError: If it is no JSON, or there is no object.

    Example:

    ```python
    read_requests('{"x": [1, 2]}')  # [{"x": [1, 2]}]
    ```
    """
    decoder, place, found = json.JSONDecoder(), 0, []
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        line = text.count("\n", 0, place) + 1
        try:
            value, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError as error:
            raise ValueError(f"line {error.lineno} is no JSON: {error.msg}") from None
        if not isinstance(value, dict):
            raise ValueError(
                f"line {line} must be an object of names and values, such as "
                f'{{"x": [1, 2]}}, but is {json.dumps(value)[:40]}'
            )
        try:
            found.append({name: each(item, _bytes_of) for name, item in value.items()})
        except (TypeError, ValueError) as error:
            raise ValueError(f"line {line} has a wrong b64: {error}") from None
    if not found:
        raise ValueError("there is no request in it")
    return found


def readable(outputs: dict[str, np.ndarray]) -> dict[str, typing.Any]:
    """Returns outputs as JSON can hold them.

    Args:
        outputs: dict of output name to array.

    Returns:
        dict of output name to nested lists of numbers and texts; what is no text, or
        whose name ends in `_bytes`, is `{"b64": ...}`.

    Example:

    ```python
    readable({"x": np.float32([0.1]), "text": np.array([b"a"], object)})
    # {"x": [0.1], "text": ["a"]}
    ```
    """
    return {name: _readable(name, array) for name, array in outputs.items()}


def _bytes_of(value):
    if isinstance(value, dict) and value.keys() == {"b64"}:
        return base64.b64decode(value["b64"], validate=True)
    return value


def _readable(name, array):
    if array.dtype == object:
        return each(array.tolist(), to_b64 if name.endswith("_bytes") else to_text)
    if array.dtype.kind == "f":  # 0.1 is not to become 0.10000000149011612.
        return array.astype(str).astype(float).tolist()
    return array.tolist()
