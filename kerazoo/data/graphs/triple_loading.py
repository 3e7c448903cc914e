"""Knowledge graphs by name.

Importing this imports no reader: what is wrong with a name can be said at once.
"""

import difflib
import os
import typing

if typing.TYPE_CHECKING:
    from kerazoo.data.graphs.triple_dataset import TripleDataset


def load_triples(
    name: str, data_dir: str | os.PathLike | None = None, seed: int = 0
) -> "TripleDataset":
    """Returns a knowledge graph.

    Args:
        name: A key of `TRIPLE_DATASETS`: `"family_tree"`, built in, or `"triples"` for
            files of one's own, see `kerazoo.data.graphs.triple_files.read_triples`.
        data_dir: Folder or file of the triples, or None.
        seed: Of the split of what has none.

    Raises:
        OSError: If there is no such file.
        ValueError: If there is no such dataset, or a file is not as it should be.

    Example:

    ```python
    load_triples("family_tree").num_relations  # 9
    ```
    """
    check_triples(name, data_dir)
    return TRIPLE_DATASETS[name](data_dir, seed)


def check_triples(name: str, data_dir: str | os.PathLike | None = None) -> None:
    """Refuses what `load_triples` cannot find, without reading anything.

    Raises:
        OSError: If there is no such file.
        ValueError: If there is no dataset of that name, or it needs a `data_dir`.
    """
    if name not in TRIPLE_DATASETS:
        near = difflib.get_close_matches(str(name), TRIPLE_DATASETS, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(
            f"`dataset` must be one of {', '.join(TRIPLE_DATASETS)}, the last for the "
            "files of `data_dir`, which may be a file itself."
            f"{hint} Received: dataset={name}"
        )
    if name != "triples":
        return
    if not data_dir:
        raise ValueError(
            "`data_dir` must be a folder or a file of triples. "
            "Received: dataset=triples, data_dir=None"
        )
    from kerazoo.data.graphs.triple_files import find_triples

    find_triples(data_dir)


def _family_tree(data_dir, seed):
    from kerazoo.data.graphs.family_tree import family_tree

    return family_tree(seed)


def _triples(data_dir, seed):
    from kerazoo.data.graphs.triple_files import read_triples

    return read_triples(data_dir, seed)


# Name to a function of `(data_dir, seed)` to a `TripleDataset`.
TRIPLE_DATASETS = {"family_tree": _family_tree, "triples": _triples}
