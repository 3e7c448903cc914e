"""Lines of documents, as many in a row as have room."""

import typing

import numpy as np


def pack_lines(
    documents: typing.Iterable[typing.Sequence[np.ndarray]], max_length: int
) -> list[np.ndarray]:
    """Joins neighbouring lines of each document, up to a length.

    DOC-SENTENCES of [Liu et al., 2019](https://arxiv.org/abs/1907.11692), Section 4.2:
    a row never has lines of two documents. A line that is longer than a row begins one
    and is cut into as many as it takes.

    Args:
        documents: Lists of lines, int arrays `(T,)` of tokens.
        max_length: int. Most tokens of a row.

    Returns:
        List of int arrays, none of them empty.

    Example:

    ```python
    lines = [np.array([5, 2]), np.array([6, 7, 2]), np.array([8, 2])]
    pack_lines([lines], 5)  # [5, 2, 6, 7, 2] and [8, 2]
    ```
    """
    rows: list[np.ndarray] = []
    for document in documents:
        row: list[np.ndarray] = []
        size = 0
        for line in document:
            if row and size + len(line) > max_length:
                rows.append(np.concatenate(row))
                row, size = [], 0
            while len(line) > max_length:
                rows.append(line[:max_length])
                line = line[max_length:]
            if len(line):
                row.append(line)
                size += len(line)
        if row:
            rows.append(np.concatenate(row))
    return rows
