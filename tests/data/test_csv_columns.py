import numpy as np
import pytest

from kerazoo.data import csv_columns


def write(folder, content):
    path = folder / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_columns_of_a_file_as_spreadsheets_write_it(tmp_path):
    path = write(tmp_path, b'\xef\xbb\xbfid, name\r\n1,"a, b"\r\n2, \xc3\xa9\r\n,\r\n')
    columns = csv_columns.read_columns(path)
    assert columns.cells == {"id": ["1", "2"], "name": ["a, b", "é"]}
    assert columns.numbers == [2, 3] and columns.place(1) == f"{path}, row 3"


def test_rows_are_numbered_as_spreadsheets_do(tmp_path):
    columns = csv_columns.read_columns(write(tmp_path, 'id,x\n\n"a\nb",1\n,,\nc,2\n'))
    assert columns.cells == {"id": ["a\nb", "c"], "x": ["1", "2"]}
    assert columns.numbers == [3, 5]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "expected a header and at least one row"),
        ("id,label\n\n", "expected a header and at least one row"),
        ("id,label\n1,a\n2\n", "line 3: expected 2 cells .* Received: 1 cell$"),
        ("label\na\n", r"expected a column 'id'. Received: columns=\['label'\]"),
        ("id,x,x\na,1,2\n", "columns of different names. Received: columns="),
        (b"id\n\xff\n", "line 2: expected text in UTF-8"),
    ],
)
def test_faulty_files_raise_in_one_line(tmp_path, content, message):
    path = write(tmp_path, content)
    with pytest.raises(ValueError, match=message) as raised:
        csv_columns.read_columns(path, required=["id"])
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_missing_file_raises(tmp_path):
    with pytest.raises(FileNotFoundError, match="table.csv"):
        csv_columns.read_columns(tmp_path / "table.csv")


def test_numbers_of_columns():
    numbers = csv_columns.read_numbers("t.csv", {"a": ["1", "-2e3"], "b": [".5", "0"]})
    assert numbers.dtype == np.float32
    np.testing.assert_array_equal(numbers, [[1, 0.5], [-2000, 0]])


@pytest.mark.parametrize("cell", ["", "red", "nan", "-inf", "1e60"])
@pytest.mark.filterwarnings("error")
def test_cells_that_are_no_finite_numbers_raise(cell):
    with pytest.raises(
        ValueError, match=f"^t.csv, row 3: column 'a' must .* Received: a='{cell}'$"
    ):
        csv_columns.read_numbers("t.csv", {"a": ["1", cell]})
