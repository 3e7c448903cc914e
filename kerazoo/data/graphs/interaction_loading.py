"""Interactions of users with items by name.

Importing this imports no reader: what is wrong with a name can be said at once.
"""

import difflib
import os
import pathlib
import typing

if typing.TYPE_CHECKING:
    from kerazoo.data.graphs.interaction_dataset import InteractionDataset
    from kerazoo.data.graphs.interaction_table import InteractionColumns

BUILT_IN, LISTS = "southern_women", "lists"
_ENDINGS = {".csv", ".tsv", ".txt", ".data"}
_LIST_FILES = ("train.txt", "test.txt")


def load_interactions(
    name: str,
    data_dir: str | os.PathLike | None = None,
    columns: "InteractionColumns | None" = None,
    test_share: float = 0.2,
    validation_share: float = 0.1,
    seed: int = 0,
) -> "InteractionDataset":
    """Returns which users took which items, and the split.

    Args:
        name: `"southern_women"`, built in; `"lists"` for `train.txt` and `test.txt` in
            `data_dir`, in LightGCN's form; or the name of a table in `data_dir`.
        data_dir: Folder of the files, or None.
        columns: Of a table.
        test_share: Share of each user's items to test, where the data do not say it.
        validation_share: Share of the others to choose by.
        seed: Of the split.

    Raises:
        OSError: If a file is missing.
        ValueError: If there is no such dataset, or a file is not as it should be.

    Example:

    ```python
    len(load_interactions("southern_women").item_names)  # 14
    ```
    """
    check_interactions(name, data_dir)
    if name == BUILT_IN:
        from kerazoo.data.graphs.southern_women import southern_women

        return southern_women(test_share, validation_share, seed)
    if name == LISTS:
        from kerazoo.data.graphs.interaction_lists import interaction_lists

        return interaction_lists(data_dir or "", validation_share, seed)
    from kerazoo.data.graphs.interaction_table import interaction_table

    path = pathlib.Path(data_dir or "", name)
    return interaction_table(path, columns, test_share, validation_share, seed)


def check_interactions(name: str, data_dir: str | os.PathLike | None = None) -> None:
    """Refuses what `load_interactions` cannot find, without reading anything.

    Raises:
        OSError: If a file is missing.
        ValueError: If there is no such dataset.
    """
    if name == BUILT_IN:
        return
    if name == LISTS:
        for file in _LIST_FILES:
            _check_list(data_dir, file)
        return
    path = pathlib.Path(data_dir or "", name)
    if path.is_file():
        return
    if is_table_name(name):
        raise FileNotFoundError(f"There is no file {path}.")
    near = difflib.get_close_matches(name.lower(), (BUILT_IN, LISTS), n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise ValueError(
        f"`dataset` must be {BUILT_IN}, {LISTS} for train.txt and test.txt in "
        f"`data_dir`, or a table of users and items there.{hint} "
        f"Received: dataset={name}"
    )


def find_interactions(data_dir: str | os.PathLike) -> str:
    """Returns the `name` of the interactions that a folder has.

    Raises:
        OSError: If it is no folder.
        ValueError: If it has none, several tables, or only one of the lists.
    """
    folder = pathlib.Path(data_dir)
    if folder.is_file():
        raise NotADirectoryError(
            "`data_dir` must be a folder; a table in it is named by `dataset`. "
            f"Received: data_dir={data_dir}"
        )
    if not folder.is_dir():
        raise FileNotFoundError(f"Expected a folder {folder}. Received: none")
    files = {path.name.removesuffix(".gz") for path in folder.glob("*")}
    if set(_LIST_FILES) <= files:
        return LISTS
    tables = sorted(p.name for p in folder.glob("*") if is_table_name(p.name))
    if len(tables) == 1:
        if files & set(_LIST_FILES):
            raise ValueError(
                "`data_dir` must have both train.txt and test.txt, or `dataset` name "
                f"one that is a table. Received: data_dir={data_dir} with {tables[0]} "
                "alone"
            )
        return tables[0]
    there = f"{', '.join(tables[:5])}" if tables else "none"
    raise ValueError(
        "`data_dir` must have train.txt and test.txt, or one table of users and items, "
        f"or `dataset` name one of several. Received: data_dir={data_dir} with {there}"
    )


def interactions_name(name: str, data_dir: str | os.PathLike | None = None) -> str:
    """Returns the name of a run: of lists their folder, of a table its file.

    Example:

    ```python
    interactions_name("lists", "data/gowalla")  # "gowalla"
    ```
    """
    if name == LISTS and data_dir:
        return pathlib.Path(data_dir).absolute().name
    if is_table_name(name):
        return name.removesuffix(".gz").rpartition(".")[0]
    return name


def is_table_name(name: str) -> bool:
    """Returns whether the name of a file is that of a table or a list."""
    return pathlib.PurePath(name.removesuffix(".gz")).suffix.lower() in _ENDINGS


def _check_list(data_dir, file):
    from kerazoo.data.graphs.interaction_lists import find_list

    if not data_dir:
        raise ValueError(
            "`data_dir` must be a folder with train.txt and test.txt. "
            f"Received: dataset={LISTS}, data_dir=None"
        )
    find_list(data_dir, file)
