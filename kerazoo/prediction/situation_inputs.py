"""Situations of a game of text to be asked about: JSON lines."""

import json
import os

from kerazoo.data.text.text_lines import read_lines
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row

_KEEP = "surrogateescape"  # Bytes that are not UTF-8: their row has no answer.


def read_situations(path: str | os.PathLike) -> Inputs:
    """Reads situations; items are pairs of a text and a list of commands.

    Args:
        path: JSON lines, a file or `"-"` for standard input, of objects such as
            `{"state": "you are in the study .", "commands": ["go north", "open box"]}`.

    Raises:
        OSError: If the file cannot be read.

    Example:

    ```python
    with open("situations.jsonl", "w") as file:
        file.write('{"state": "a door", "commands": ["open door"]}\\n')
    read_situations("situations.jsonl").total  # 1
    ```
    """
    lines = read_lines(path, errors=_KEEP)
    rows = [_row(number, line) for number, line in enumerate(lines, 1)]
    return Inputs(["state"], rows, len(rows), "situations")


def _row(number, line):
    row = Row(f"line {number}", [line])
    try:
        found = json.loads(line)
    except ValueError as error:
        row.problem = f"no JSON: {error}" if line.strip() else "a blank line"
        return row
    if not isinstance(found, dict) or found.keys() != {"state", "commands"}:
        row.problem = "no object of state and commands"
    elif not isinstance(found["state"], str):
        row.problem = "a state that is no text"
    elif not _are_texts(found["commands"]):
        row.problem = "commands that are no list of texts"
    else:
        row.cells = [found["state"]]
        row.item = found["state"], found["commands"]
    return row


def _are_texts(commands):
    is_list = isinstance(commands, list) and commands
    return is_list and all(isinstance(c, str) and c.strip() for c in commands)
