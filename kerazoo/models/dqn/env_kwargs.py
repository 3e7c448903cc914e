"""Keyword arguments of an environment, written on a command line."""

import ast
import json
import re
import typing


def parse_env_kwargs(text: str) -> dict[str, typing.Any]:
    """Returns keyword arguments that are written as JSON or as name=value,name=value.

    Values are those of JSON or of Python; other words are text.

    Raises:
        ValueError: If the text is neither.

    Example:

    ```python
    parse_env_kwargs("is_slippery=False,map_name=8x8")
    # {"is_slippery": False, "map_name": "8x8"}
    parse_env_kwargs('{"max_episode_steps": 200}')  # {"max_episode_steps": 200}
    ```
    """
    kwargs = _value(text) if text.strip().startswith("{") else _pairs(text)
    if not isinstance(kwargs, dict) or not all(isinstance(key, str) for key in kwargs):
        raise ValueError(
            "`env_kwargs` must be name=value,name=value, such as "
            'max_episode_steps=200, or a JSON object, such as {"max_episode_steps": '
            f"200}}. Received: env_kwargs={text}"
        )
    return kwargs


def _pairs(text):
    """Returns the pairs as a dict, or None."""
    pairs = {}
    for part in _split(text):
        name, equals, value = part.partition("=")
        read = _value(value.strip())
        is_cut = isinstance(read, str) and read == value.strip() and "," in read
        if is_cut or not (equals and name.strip().isidentifier() and value.strip()):
            return None
        pairs[name.strip()] = read
    return pairs


def _split(text):
    """Splits at the commas that begin another name=."""
    return re.split(r",(?=\s*\w+\s*=)", text) if text.strip() else []


def _value(text):
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text)
        except (ValueError, SyntaxError):
            continue
    return text
