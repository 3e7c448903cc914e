"""Which column of a table has the texts to ask a model about."""

import typing
import warnings

from kerazoo.data.table_file import Table
from kerazoo.data.text.column_names import TEXT_NAMES
from kerazoo.data.text.column_names import find_name
from kerazoo.data.text.labelled_columns import find_columns
from kerazoo.data.text.parallel_tables import find_pair
from kerazoo.data.text.table_header import could_be_header
from kerazoo.data.text.table_header import is_name
from kerazoo.data.text.table_header import names_numbers
from kerazoo.data.text.table_header import numbered_column


def find_text_column(
    table: Table,
    text_column: str | int | None = None,
    class_names: typing.Sequence[str] = (),
    languages: tuple[str, str] | None = None,
    label_column: str | None = None,
) -> tuple[int, bool]:
    """Finds the column of the texts, and whether the first row is a header.

    A table such as a model is trained on has the columns and the header that training
    takes: one with a column of labels that are all classes of the model, or one whose
    header names the languages. Of others it is the column with a name such as text,
    sentence or review, the first of two for a model that translates, or the only one;
    the first row is a header if it has that name. If the number of the column is given,
    so is a first row with a word above numbers.

    Args:
        table: The table.
        text_column: The column, its name in any case or its number from 1; None to
            find it.
        class_names: Classes of a model of labelled texts.
        languages: Of a model that translates: see
            `kerazoo.data.text.parallel_table`.
        label_column: Name of the column of labels, where it is known.

    Returns:
        The number of the column, from 0, and whether there is a header.

    Raises:
        ValueError: If there is no such column, or it cannot be told.

    Example:

    ```python
    from kerazoo.data.text import read_table

    find_text_column(read_table("sst2/train.tsv"), class_names=["0", "1"])  # (0, True)
    ```
    """
    given = numbered_column(table, "text_column", text_column)
    if given is not None and is_name(text_column):
        return given, True
    labelled = _among_labels(table, text_column, label_column, class_names)
    if labelled is not None:
        return labelled
    source, has_header = None, False
    if languages is not None:
        source, _, has_header = find_pair(table, *languages)
    named = _named(table)
    if given is not None:
        is_header = has_header or named is not None
        return given, is_header or names_numbers(table, without=[given])
    if named is not None and not (has_header and source is not None):
        return named, True
    if source is None and table.width > 1:
        raise ValueError(
            f"{table.path}: name the column by `text_column`. "
            f"Received: text_column=None, columns={table.rows[0]}"
        )
    return source or 0, has_header


def _among_labels(table, text_column, label_column, class_names):
    """Returns what training finds, where its labels are classes; None elsewhere."""
    if table.width == 1 or not class_names:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of a first row whose label tells nothing.
        try:
            found = find_columns(table, text_column, label_column)
        except ValueError:
            return None
    if label_column is not None:
        return found.text, True
    known = {"", *class_names}
    first, *rest = [row[found.label] for row in table.rows]
    has_header = found.names is not None or first not in known
    labels = {*rest} if has_header else {first, *rest}
    if not labels - {""} or not labels <= known:
        return None
    return found.text, has_header


def _named(table):
    """Returns the column with a usual name, if the first row can be a header."""
    first = table.rows[0]
    exact = [cell.lower() for cell in first]
    found = next((exact.index(name) for name in TEXT_NAMES if name in exact), None)
    if found is not None or table.width == 1:  # "A fine review" is a text.
        return found
    return find_name(first, TEXT_NAMES) if could_be_header(first) else None
