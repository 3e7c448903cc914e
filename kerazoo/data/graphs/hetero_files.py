"""Which tables of a folder are the sets of a graph.

`nodes_<set>.csv` are the nodes of a set, `edges_<source>_<name>_<target>.csv` the edges
from the nodes of one set to those of another, or of the same.
"""

import dataclasses
import os
import pathlib
import re

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NODES, _EDGES = "nodes_", "edges_"


@dataclasses.dataclass(frozen=True)
class HeteroFiles:
    """Tables of a graph of several sets.

    Args:
        nodes: Name of each set of nodes to its file.
        edges: Name of each set of edges to its file.
        ends: Name of each set of edges to those of the nodes that they leave and enter.
    """

    nodes: dict[str, pathlib.Path]
    edges: dict[str, pathlib.Path]
    ends: dict[str, tuple[str, str]]


def find_hetero_files(data_dir: str | os.PathLike) -> HeteroFiles:
    """Finds the tables of a folder.

    Args:
        data_dir: The folder.

    Raises:
        FileNotFoundError: If there are no tables of nodes, or none of edges.
        ValueError: If a name is not as it should be, or a folder has one.

    Example:

    ```python
    import pathlib

    for name in ("nodes_user", "nodes_film", "edges_user_likes_film"):
        pathlib.Path(f"{name}.csv").touch()
    find_hetero_files(".").ends  # {"user_likes_film": ("user", "film")}
    ```
    """
    folder = pathlib.Path(data_dir)
    nodes: dict[str, pathlib.Path] = {}
    edges: dict[str, pathlib.Path] = {}
    for prefix, found in ((_NODES, nodes), (_EDGES, edges)):
        for path in sorted(folder.glob(f"{prefix}*.csv")):
            name = path.stem.removeprefix(prefix)
            if not _NAME.fullmatch(name):
                raise ValueError(
                    f"{path}: the name of a set must be letters, digits and _, the "
                    f"first a letter. Received: {name!r}"
                )
            if not path.is_file():
                raise ValueError(f"{path}: expected a table. Received: a folder")
            found[name] = path
        if not found:
            raise FileNotFoundError(
                f"Expected files {prefix}*.csv in {folder}. Received: none"
            )
    ends = {name: _ends(path, name, nodes) for name, path in edges.items()}
    return HeteroFiles(nodes, edges, ends)


def are_hetero_files(data_dir: str | os.PathLike) -> bool:
    """Returns whether a folder has a table of a set of nodes."""
    return any(pathlib.Path(data_dir).glob(f"{_NODES}*.csv"))


def _ends(path, name, nodes):
    """Returns the two sets of nodes that a name begins and ends with."""
    found = [
        (source, target)
        for source in nodes
        for target in nodes
        if name.startswith(f"{source}_")
        and name.endswith(f"_{target}")
        and len(name) > len(source) + len(target) + 2
    ]
    if len(found) == 1:
        return found[0]
    sets = ", ".join(nodes)
    if not found:
        raise ValueError(
            f"{path}: edges must be in edges_<source>_<name>_<target>.csv, with source "
            f"and target of {sets}, the sets that there are. Received: {path.name}"
        )
    raise ValueError(
        f"{path}: its name must tell one source and one target of {sets}. Received: "
        f"{' or '.join(' to '.join(pair) for pair in found)}"
    )
