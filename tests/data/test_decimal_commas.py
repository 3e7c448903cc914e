import logging

import pytest

from kerazoo.data.decimal_commas import with_decimal_points
from kerazoo.data.table_file import read_table


def rows_of(folder, text, **options):
    path = folder / "own.csv"
    path.write_text(text)
    return with_decimal_points(read_table(path), **options).rows


@pytest.mark.parametrize("says", [True, False])
def test_decimal_commas_become_points_and_are_told(tmp_path, caplog, says):
    with caplog.at_level(logging.INFO, "kerazoo"):
        rows = rows_of(tmp_path, "id;x;y\na;0,5;1\nb;-1,25e3;\n", says=says)
    assert rows == [["id", "x", "y"], ["a", "0.5", "1"], ["b", "-1.25e3", ""]]
    said = "own.csv: numbers have a decimal comma in x."
    assert caplog.messages == ([said] if says else [])


def test_a_first_row_of_numbers_has_them_too(tmp_path):
    rows = rows_of(tmp_path, "CCO\t0,5\nCC\t1,5\n")
    assert rows == [["CCO", "0.5"], ["CC", "1.5"]]


def test_missing_numbers_are_no_words(tmp_path):
    rows = rows_of(tmp_path, "id;x\na;0,5\nb;N/A\nc;?\nd;1,5\n")
    assert [row[1] for row in rows] == ["x", "0.5", "N/A", "?", "1.5"]


@pytest.mark.parametrize("cell", ["1,2,3", "a,5", "1.000,5"])
def test_other_commas_stay(tmp_path, cell):
    rows = rows_of(tmp_path, f"id;x\na;0,5\nb;{cell}\n")
    assert [row[1] for row in rows] == ["x", "0,5", cell]


def test_commas_between_cells_are_none(tmp_path):
    quoted = 'id,x\na,"0,5"\n'
    assert rows_of(tmp_path, quoted) == [["id", "x"], ["a", "0,5"]]
