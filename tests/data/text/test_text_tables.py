import csv
import gzip
import io

import pytest

from kerazoo.data.text.text_tables import read_table

ROWS = [
    ["review", "sentiment"],
    ['good; "very"\nso', "1"],
    ["bad, this", "0"],
    ["a | b", "0"],
]


def written(rows, delimiter, line_end="\n"):
    """Returns a table as Python's own module writes it."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return file.getvalue()


def read(folder, name, content):
    content = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(content)
    return read_table(folder / name)


def error_of(folder, name, content):
    with pytest.raises(ValueError) as raised:
        read(folder, name, content)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "A.CSV"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_delimiter_is_found_whatever_the_name(tmp_path, name, delimiter, line_end):
    table = read(tmp_path, name, written(ROWS, delimiter, line_end))
    assert table.rows == ROWS
    assert table.lines == [1, 3, 4, 5] and table.width == 2


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_byte_order_marks_say_the_encoding(tmp_path, encoding):
    mark = "\ufeff" if encoding.endswith(("le", "be")) else ""
    content = (mark + "Grüße,日本\nb,c\n").encode(encoding)
    table = read(tmp_path, "a.csv.gz", gzip.compress(content))
    assert table.rows == [["Grüße", "日本"], ["b", "c"]]


def test_quotes_are_text_between_tabs(tmp_path):
    table = read(tmp_path, "a.tsv", 'a "good one\tpos\n"b\tneg\n')
    assert table.rows == [['a "good one', "pos"], ['"b', "neg"]]


def test_quotes_go_over_lines_where_nothing_else_makes_a_table(tmp_path):
    table = read(tmp_path, "a.tsv", 'text\tlabel\n"a\n""b"""\tpos\n')
    assert table.rows[1] == ['a\n"b"', "pos"]


def test_old_line_ends(tmp_path):
    assert read(tmp_path, "a.csv", "a,b\rc,d\r").rows == [["a", "b"], ["c", "d"]]


def test_blank_rows_and_columns_are_left_out(tmp_path):
    table = read(tmp_path, "a.csv", "v1,v2,,\n\na,b,,\n , ,,\nc,,,\n")
    assert table.rows == [["v1", "v2"], ["a", "b"], ["c", ""]]
    assert table.lines == [1, 3, 5]
    assert read(tmp_path, "a.csv", "a,,\nb,,\n").rows == [["a", ""], ["b", ""]]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a.csv",
            "a,b\nc,d,e\n",
            "a.csv, line 2: expected 2 cells as in the first row",
        ),
        ("a.csv", "a;b\nc;d;e\n", "with a semicolon between them; a text that has one"),
        ("a.tsv", "a\tb\n\nc\n", "a.tsv, line 3: expected 2 cells"),
        ("a.csv", 'a,b\n"c,d\n', "a.csv, line 2: expected CSV. Received: "),
        ("a.csv", "text\na b\n", "with a comma between them. Received: 1 column, the"),
        ("a.txt", "a, b\nc, d\n", "with a tab between them. Received: 1 column, the"),
        ("a.csv", "a,b\nc,\xe9\n".encode("latin-1"), "line 2: expected text in UTF-8"),
        (
            "a.csv",
            b"PK\x03\x04\0\0",
            "expected text. Received: a file of Excel or a zip; a spreadsheet must be",
        ),
        ("a.csv", b"", "expected text. Received: an empty file"),
    ],
)
def test_faulty_tables(tmp_path, name, content, message):
    assert message in error_of(tmp_path, name, content)
