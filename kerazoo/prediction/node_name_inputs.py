"""Nodes that a model has learnt from, by their names."""

import os

from kerazoo.prediction.name_inputs import read_names
from kerazoo.prediction.row import Inputs

_COLUMNS = ("id", "node_id", "node", "name")


def read_node_names(path: str | os.PathLike) -> Inputs:
    """Reads names of nodes, see `read_names`; items are str.

    Args:
        path: A table with a column of a name such as `id`, or a list.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it has no names.

    Example:

    ```python
    with open("nodes.csv", "w") as file:
        file.write("id,town\\nann,Ulm\\nbob,Bonn\\n")
    [row.item for row in read_node_names("nodes.csv").rows]  # ["ann", "bob"]
    ```
    """
    return read_names(path, _COLUMNS, "nodes", "name of a node")
