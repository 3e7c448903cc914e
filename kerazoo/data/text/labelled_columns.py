"""Which columns of a table are texts and labels, and whether it has a header."""

import collections
import dataclasses
import statistics
import warnings

from kerazoo.data.table_file import Table
from kerazoo.data.text.column_names import LABEL_NAMES
from kerazoo.data.text.column_names import TEXT_NAMES
from kerazoo.data.text.column_names import find_name
from kerazoo.data.text.table_header import could_be_header
from kerazoo.data.text.table_header import is_name
from kerazoo.data.text.table_header import is_number
from kerazoo.data.text.table_header import names_numbers
from kerazoo.data.text.table_header import numbered_column


@dataclasses.dataclass(frozen=True)
class LabelledColumns:
    """The columns of a table of labelled texts.

    Args:
        text: int. Column of the texts, from 0.
        label: int. Column of the labels, from 0.
        names: list of str, the header; None without one.

    Example:

    ```python
    str(LabelledColumns(0, 1, ["review", "sentiment"]))
    # a header, texts in column 1 'review', labels in column 2 'sentiment'
    ```
    """

    text: int
    label: int
    names: list[str] | None = None

    def __str__(self):
        header = "no header" if self.names is None else "a header"
        return (
            f"{header}, texts in column {self.called(self.text)}, "
            f"labels in column {self.called(self.label)}"
        )

    def called(self, column: int) -> str:
        """Returns the number of a column, from 1, and its name where it has one."""
        name = f" {self.names[column]!r}" if self.names else ""
        return f"{column + 1}{name}"


def find_columns(
    table: Table,
    text_column: str | int | None = None,
    label_column: str | int | None = None,
    header: bool | None = None,
) -> LabelledColumns:
    """Finds the columns of texts and labels, and whether the first row is a header.

    It is one if a column is given by its name; and if a cell is `label`. Otherwise its
    label must occur in no other row. Then it is one if a cell stands above a column of
    numbers. If not, each of its cells must look like a name. Then it
    is a header where the text or the label has a usual name, such as `review` or
    `sentiment`; where all other labels are numbers; and where all other labels occur
    twice at least and are written in another way (of capitals and digits), and its text
    is short. Where only the way of writing is the same, a warning asks: the row may be
    an example of a class of one text, and is taken as such.

    The columns are those of the usual names. Of two columns without any, the first one
    has the texts.

    Args:
        table: `Table`.
        text_column, label_column: Name in any case, or number from 1; None to find it.
        header: Whether there is one; None to find out.

    Returns:
        `LabelledColumns`.

    Raises:
        ValueError: If a column is not there, is given twice, or cannot be found.

    Example:

    ```python
    find_columns(read_table("sst2/train.tsv")).names  # ["sentence", "label"]
    ```
    """
    path, first = table.path, table.rows[0]
    given = {"text_column": text_column, "label_column": label_column}
    numbers = {
        name: numbered_column(table, name, value, header)
        for name, value in given.items()
    }
    if any(is_name(value) for value in given.values()):
        header = True
    names = [] if header is False or not could_be_header(first, header) else first
    text, label = _completed(
        numbers["text_column"], numbers["label_column"], names, table.width
    )
    if text is None or label is None:
        raise ValueError(
            f"{path}: which of its {table.width} columns are texts and labels? Give "
            "`text_column` and `label_column`, names or numbers from 1. Received: the "
            f"first row {first}"
        )
    if text == label:
        raise ValueError(
            f"{path}: `text_column` and `label_column` must differ. Received: "
            f"text_column={text_column}, label_column={label_column}"
        )
    if header is None:
        header = _is_header(table, text, label)
    return LabelledColumns(text, label, first if header else None)


def like_columns(table: Table, training: LabelledColumns) -> LabelledColumns | None:
    """Finds the columns of a further table by those of the training table.

    Args:
        table: `Table`.
        training: `LabelledColumns` of the training table.

    Returns:
        `LabelledColumns`; None where there is a header without a column of labels.

    Raises:
        ValueError: If there are too few columns.
    """
    first = [cell.lower() for cell in table.rows[0]]
    if training.names is not None:
        text, label = (
            training.names[column].lower() for column in (training.text, training.label)
        )
        if text in first:
            if label not in first:
                return None
            return LabelledColumns(first.index(text), first.index(label), table.rows[0])
    if table.width <= max(training.text, training.label):
        raise ValueError(
            f"{table.path}: expected the columns of the training file, {training}. "
            f"Received: {table.width} columns, the first row {table.rows[0]}"
        )
    is_header = "label" in first or (
        could_be_header(first, None)
        and find_name(first, TEXT_NAMES) is not None
        and find_name(first, LABEL_NAMES) is not None
    )
    if not is_header:
        return LabelledColumns(training.text, training.label)
    return find_columns(table, header=True)


def _completed(text, label, names, width):
    """Returns the columns of texts and labels, of which None are still to be found."""
    if text is None and label is None:
        text, label = find_name(names, TEXT_NAMES), find_name(names, LABEL_NAMES)
        if width == 2 and text is None and label is None:
            return 0, 1
    elif text is None:
        text = find_name(_without(names, label), TEXT_NAMES)
    elif label is None:
        label = find_name(_without(names, text), LABEL_NAMES)
    if width == 2:
        text = 1 - label if text is None else text
        label = 1 - text if label is None else label
    return text, label


def _without(names, column):
    return [name if i != column else "" for i, name in enumerate(names)]


def _is_header(table, text, label):
    first, rest = table.rows[0], table.rows[1:]
    if "label" in (cell.lower() for cell in first):
        return True
    others = collections.Counter(row[label] for row in rest)
    if first[label] in others:
        return False
    if names_numbers(table, without=(text, label)):
        return True
    if not could_be_header(first, None):
        return False
    if find_name([first[label]], LABEL_NAMES) is not None:
        return True
    if " " not in first[text] and find_name([first[text]], TEXT_NAMES) is not None:
        return True
    if len(others) < 2:
        return False
    if all(map(is_number, others)):
        return not is_number(first[label])
    if min(others.values()) < 2:
        return False
    if _style(first[label]) not in map(_style, others) and (
        2 * len(first[text]) < statistics.median(len(row[text]) for row in rest)
    ):
        return True
    warnings.warn(
        f"{table.path}: the label of the first row, {first[label]!r}, occurs nowhere "
        "else. The row is taken as an example; if it is a header, give `header`",
        stacklevel=2,
    )
    return False


def _style(label: str) -> tuple[str, bool]:
    case = "lower" if label.islower() else "upper" if label.isupper() else "mixed"
    return case, any(character.isdecimal() for character in label)
