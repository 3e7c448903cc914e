"""Names of files of edges."""

import pathlib

# Endings, before .gz.
EDGE_FILES = (".edgelist", ".edges", ".txt")


def is_edge_list(name: str) -> bool:
    """Returns whether a name is that of a file of edges, such as `"friends.txt"`.

    Example:

    ```python
    is_edge_list("friends.txt.gz")  # True
    is_edge_list("cora")  # False
    ```
    """
    suffixes = [suffix.lower() for suffix in pathlib.PurePath(name).suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return bool(suffixes) and suffixes[-1] in EDGE_FILES
