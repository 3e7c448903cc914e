import pytest

from kerazoo.data.table_file import Table
from kerazoo.data.text.table_header import could_be_header
from kerazoo.data.text.table_header import has_columns
from kerazoo.data.text.table_header import is_name
from kerazoo.data.text.table_header import names_numbers
from kerazoo.data.text.table_header import numbered_column

TABLE = Table("films.csv", [["Text", "Label"], ["fine", "1"]], [1, 2], [1, 2])


@pytest.mark.parametrize(
    ("value", "column"), [(None, None), (1, 0), ("2", 1), ("text", 0), ("LABEL", 1)]
)
def test_columns_by_name_and_number(value, column):
    assert numbered_column(TABLE, "text_column", value) == column
    assert is_name(value) == (value in ("text", "LABEL"))


@pytest.mark.parametrize(
    ("value", "header", "said"),
    [
        (0, None, "`text_column` must be from 1 to 2, .* Received: text_column=0"),
        ("3", None, "Received: text_column=3"),
        ("body", None, r"text_column=body, the first row \['Text', 'Label'\]"),
        ("text", False, "expected a header with the name of `text_column`"),
    ],
)
def test_columns_that_are_not_there(value, header, said):
    with pytest.raises(ValueError, match=said):
        numbered_column(TABLE, "text_column", value, header)


def test_rows_that_could_be_headers():
    assert could_be_header(["id", "", "Review Text"])
    assert could_be_header(["it is said: fine!", "label"])
    assert could_be_header(["it is said: fine!", "1"], header=True)
    assert not could_be_header(["it is said: fine!", "1"])


@pytest.mark.parametrize(
    ("names", "there"),
    [
        (["text"], True),
        (["LABEL", "text"], True),
        (["label", "body"], False),
        ([None], False),
        (["1"], False),  # A number is no name, and may be one of any column.
        ([2], False),
    ],
)
def test_names_of_columns_that_are_there(names, there):
    assert has_columns(TABLE, *names) == there


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        (["No. 1", "7", "8"], True),
        (["price", "1,5", "", "-2e3"], True),
        (["7", "8", "9"], False),
        (["", "8", "9"], False),
        (["price", "8"], False),  # One number may be by chance.
        (["price", "8", "free", "9"], False),
    ],
)
def test_words_above_numbers(columns, names):
    rows = [["a text", cell] for cell in columns]
    table = Table("films.csv", rows, [*range(len(rows))], [*range(len(rows))])
    assert names_numbers(table) == names
    assert not names_numbers(table, without=[1])
