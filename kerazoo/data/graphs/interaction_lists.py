"""Interactions in the text form of LightGCN: a user and its items on each line."""

import logging
import os
import pathlib

import numpy as np

from kerazoo.data.graphs.interaction_dataset import InteractionDataset
from kerazoo.data.graphs.interaction_splits import hold_out
from kerazoo.data.graphs.interactions import Interactions
from kerazoo.data.text_file import read_text

TRAIN, TEST = "train.txt", "test.txt"
_logger = logging.getLogger(__name__)


def interaction_lists(
    data_dir: str | os.PathLike, validation_share: float = 0.0, seed: int = 0
) -> InteractionDataset:
    """Reads `train.txt` and `test.txt`, or `train.txt.gz` and `test.txt.gz`.

    Each line has a user and items, with spaces between them; ids are any words. A user
    may be on several lines, so that files of pairs are read, too. The form is that of
    [LightGCN](https://github.com/gusye1234/LightGCN-PyTorch).

    Args:
        data_dir: Folder of both files, whose name is the dataset's.
        validation_share: Share of each user's items of `train.txt` to choose by.
        seed: Of that split.

    Returns:
        `InteractionDataset`.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a file is not as it should be; the file and the line are named.

    Example:

    ```python
    import pathlib

    pathlib.Path("train.txt").write_text("ann tea jam\\nbob jam\\n")
    pathlib.Path("test.txt").write_text("bob tea\\n")
    interaction_lists(".").item_names  # ["tea", "jam"]
    ```
    """
    folder = pathlib.Path(data_dir)
    users: dict[str, int] = {}
    items: dict[str, int] = {}
    pairs = [
        _read(find_list(folder, name), users, items, may_be_new=name == TRAIN)
        for name in (TRAIN, TEST)
    ]
    taken, test = (
        Interactions.from_pairs(own, items_of, len(users)) for own, items_of in pairs
    )
    found = test.without(taken)
    if len(found) < len(test):
        _logger.warning(
            "%s: %d interactions of %s are in %s, too, and are not measured.",
            folder,
            len(test) - len(found),
            TEST,
            TRAIN,
        )
    train, validation = hold_out(taken, validation_share, seed)
    return InteractionDataset(
        folder.absolute().name, list(users), list(items), train, validation, found
    )


def find_list(folder: str | os.PathLike, name: str) -> pathlib.Path:
    """Returns the path of a file that may be compressed.

    Args:
        folder: Folder of the file.
        name: Its name without `.gz`.

    Raises:
        FileNotFoundError: If there is none.
    """
    for path in (pathlib.Path(folder, name), pathlib.Path(folder, f"{name}.gz")):
        if path.is_file():
            return path
    raise FileNotFoundError(
        f"Expected a file {pathlib.Path(folder, name)}, or with .gz at its end. "
        "Received: none"
    )


def _read(path, users, items, may_be_new):
    """Returns arrays of users and items; numbers new ones."""
    pairs_of, flat = [], []
    for line, text in enumerate(read_text(path).split("\n"), 1):
        words = text.split()
        if not words:
            continue
        if may_be_new and len(words) < 2:
            raise ValueError(
                f"{path}, line {line}: expected a user and at least one item, with "
                f"spaces between them. Received: {text.strip()!r}"
            )
        user = users.get(words[0])
        if user is None:
            if not may_be_new:
                raise ValueError(
                    f"{path}, line {line}: expected a user of {TRAIN}, as nothing can "
                    f"be learnt of others. Received: {words[0]!r}"
                )
            user = users[words[0]] = len(users)
        flat += [items.setdefault(word, len(items)) for word in words[1:]]
        pairs_of.append((user, len(words) - 1))
    rows = np.array(pairs_of, np.int64).reshape(-1, 2)
    return np.repeat(rows[:, 0], rows[:, 1]), np.array(flat, np.int64)
