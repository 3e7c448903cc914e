"""Queries to a knowledge graph: a table of heads, relations and tails."""

import os

from kerazoo.data.graphs.column_names import known_columns
from kerazoo.data.table_file import read_table
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row

# What a column may be called, normalised.
_NAMES = {
    "heads": ("head", "subject", "source"),
    "relations": ("relation", "predicate", "type"),
    "tails": ("tail", "object", "target"),
}
_ASKED = {  # The columns that are there, to the signature that takes them.
    ("heads", "relations"): "rank_tails",
    ("relations", "tails"): "rank_heads",
    ("heads", "relations", "tails"): "score",
}


def read_queries(path: str | os.PathLike) -> Inputs:
    """Reads queries; items are dicts of the inputs of a signature to names.

    `shared` is the name of the signature: `rank_tails` of a table of heads and
    relations, `rank_heads` of relations and tails, `score` of all three.

    Args:
        path: A table with the columns `head` and `relation`, `relation` and `tail`, or
            all three. Without such a header, two columns are heads and relations, three
            are triples.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is no table, or has none of these columns.

    Example:

    ```python
    with open("queries.csv", "w") as file:
        file.write("head,relation\\nAda,parent_of\\n")
    read_queries("queries.csv").shared  # rank_tails
    ```
    """
    table = read_table(path, of_texts=True)
    header = table.rows[0]
    found = {role: known_columns(header, names) for role, names in _NAMES.items()}
    columns = {role: header.index(names[0]) for role, names in found.items() if names}
    has_header = len(columns) > 1  # One alone may be a name in a first row.
    if not has_header:
        columns = dict(zip(_NAMES, range(table.width)))
        header = [_NAMES[role][0] for role in columns]
    asked = _ASKED.get(tuple(columns))
    if asked is None or (not has_header and table.width > len(_NAMES)):
        raise ValueError(
            f"{path}: expected columns head and relation, relation and tail, or all "
            f"three. Received: columns={table.rows[0]}"
        )
    table = table.below(has_header)
    if not table.rows:
        raise ValueError(f"{path}: expected rows. Received: only a header")
    rows = []
    for line, cells in zip(table.lines, table.rows):
        row = Row(f"line {line}", cells)
        row.item = {role: cells[i] for role, i in columns.items()}
        blank = next((role for role, name in row.item.items() if not name), None)
        if blank is not None:
            row.item, row.problem = None, f"no {blank.removesuffix('s')}"
        rows.append(row)
    return Inputs(header, rows, len(rows), "queries", asked)
