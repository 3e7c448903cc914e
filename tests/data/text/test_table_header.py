import pytest

from kerazoo.data.table_file import Table
from kerazoo.data.text.table_header import could_be_header
from kerazoo.data.text.table_header import is_name
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
