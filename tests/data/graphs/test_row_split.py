import numpy as np
import pytest

from kerazoo.data.graphs.row_split import RowSplit


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "splits.csv"
    path.write_text(
        "position,one,words,part\n0,3,Train,train\n1,0,valid,train\n2,4,test,dev\n"
        "3,1,test,test\n4,2,training,oops\n"
    )
    return path


def test_numbers(path):
    parts = RowSplit(path, "one", train_rows=2).read(5)
    for found, expected in zip(parts, ([0, 3], [], [1, 2, 4]), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_words(path):
    parts = RowSplit(path, "words").read(5)
    for found, expected in zip(parts, ([0, 4], [1], [2, 3]), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_columns_of_unequal_length(tmp_path):
    path = tmp_path / "splits.csv"
    path.write_text("a,b\n1,0\n0,2\n,1\n")
    train, _, test = RowSplit(path, "a", train_rows=1).read(9)
    assert (list(train), list(test)) == ([1], [0])


@pytest.mark.parametrize(
    ("column", "train_rows", "rows", "message"),
    [
        ("one", None, 5, "`train_rows` must .* Received: train_rows=None"),
        ("one", 5, 5, "Received: train_rows=5"),
        ("one", 2, 4, "row 4: expected rows of the data from 0 to 3.*one=4"),
        ("words", 2, 5, "`train_rows` goes with a column of numbers"),
        ("words", None, 6, "each of the 6 rows.*Received: 5 rows"),
        ("2", None, 5, "`train_rows` must"),
        (
            "part",
            None,
            5,
            "row 6: expected train, validation or test in .*'part'. .*'oops'",
        ),
        ("three", 1, 5, "expected a column 'three', named by `split_column`"),
    ],
)
def test_mistakes(path, column, train_rows, rows, message):
    with pytest.raises(ValueError, match=message):
        RowSplit(path, column, train_rows).read(rows)


def test_which_column(tmp_path, path):
    with pytest.raises(ValueError, match="row 6"):
        RowSplit(path).read(5)
    alone = tmp_path / "alone.csv"
    alone.write_text("fold one\ntest\ntrain\n")
    train, _, test = RowSplit(alone).read(2)
    assert (list(train), list(test)) == ([1], [0])
    several = tmp_path / "several.csv"
    several.write_text("a,b\n1,0\n0,1\n")
    with pytest.raises(ValueError, match="name one by `split_column`"):
        RowSplit(several).read(2)


def test_a_row_named_twice(tmp_path):
    path = tmp_path / "twice.csv"
    path.write_text("a,b\n1,x\n0,x\n1,x\n")
    with pytest.raises(ValueError, match="once.*1 2 times"):
        RowSplit(path, "a", train_rows=1).read(3)
