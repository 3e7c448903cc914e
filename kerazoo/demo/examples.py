"""What the page asks before a person has typed anything."""

import pathlib
import typing

import numpy as np

from kerazoo.demo.export import Export
from kerazoo.serving.recorded_requests import WARMUP_FILE
from kerazoo.serving.recorded_requests import read_recorded

# Datasets to texts that show what a model of them can do.
_TEXTS = {
    "dates": ["3. Mai 1968", "lundi 5 février 2024", "October 12, 1492"],
    "trec": ["Who wrote Hamlet ?", "How far is the moon ?", "What is a quark ?"],
    "python_topics": ["The ", "A class is ", "import "],
    "tiny_shakespeare": ["ROMEO:", "To be, or not to be"],
    "multi30k": ["Ein Mann fährt Rad.", "Zwei Kinder spielen im Park."],
    "sst2": ["a warm and funny film", "a long and empty film"],
}


def example_texts(export: Export) -> list[str]:
    """Returns texts that an export can be asked about.

    Args:
        export: The export.

    Example:

    ```python
    example_texts(exports["texts"])
    ```
    """
    known = _TEXTS.get(str(export.metadata.get("dataset")).lower())
    if known:
        return known
    for inputs in example_requests(export).values():
        for name in ("text", "prompt"):
            found = [np.asarray(text).item() for text in inputs.get(name, ())]
            texts = [text.decode(errors="replace") for text in found]
            if any(text.strip() for text in texts):
                return texts
    return ["A good film."]


def example_requests(export: Export) -> dict[str, dict[str, typing.Any]]:
    """Returns a request of each signature that an export was written with.

    Args:
        export: The export.

    Returns:
        dict of signature to a dict of input name to array; empty where there is none.

    Example:

    ```python
    example_requests(exports["texts"])
    ```
    """
    path = pathlib.Path(export.version, "assets.extra", WARMUP_FILE)
    if not path.exists():
        return {}
    return {one.signature: one.inputs for one in read_recorded(path)}
