"""Users to recommend items to."""

import os

from kerazoo.data.graphs.interaction_table import KNOWN_COLUMNS
from kerazoo.prediction.name_inputs import read_names
from kerazoo.prediction.row import Inputs


def read_users(path: str | os.PathLike) -> Inputs:
    """Reads the ids of users, see `read_names`; items are str.

    Args:
        path: A table with a column of a name such as `user_id`, or a list.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it has no users.

    Example:

    ```python
    with open("users.csv", "w") as file:
        file.write("user,town\\nann,Ulm\\nbob,Bonn\\n")
    [row.item for row in read_users("users.csv").rows]  # ["ann", "bob"]
    ```
    """
    return read_names(path, KNOWN_COLUMNS["user"], "users", "user")
