import csv
import gzip
import io

import pytest

from kerazoo.data.table_file import is_table
from kerazoo.data.table_file import read_table

ROWS = [["mol", "name"], ["CCO", "ethanol"], ["CC", "ethane"]]
TEXTS = [["text", "label"], ['a; "b"\nc', "1"], ["d, e | f", "0"]]


def write(folder, content, name="own.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def written(rows, delimiter):
    """Returns a table as Python's own module writes it."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return file.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["own.csv", "own.tsv", "own.csv.gz", "Own.TSV"])
@pytest.mark.parametrize("of_texts", [True, False])
def test_delimiters(tmp_path, delimiter, name, of_texts):
    content = written(TEXTS, delimiter).encode()
    content = gzip.compress(content) if name.endswith(".gz") else content
    table = read_table(write(tmp_path, content, name), of_texts)
    assert table.rows == TEXTS
    assert table.delimiter == delimiter and table.width == 2
    assert table.lines == [1, 3, 4] and table.numbers == [1, 2, 3]
    assert table.below(True).rows == TEXTS[1:] and table.below(False) is table


def test_commas_within_cells_delimit_nothing(tmp_path):
    text = "mol;name\nCC(Cl)Cl;1,1-dichloroethane\nCCO;ethanol\n"
    table = read_table(write(tmp_path, text))
    assert table.rows[1] == ["CC(Cl)Cl", "1,1-dichloroethane"]
    quoted = 'mol,name\nCC(Cl)Cl,"1,1;dichloroethane"\n'
    table = read_table(write(tmp_path, quoted))
    assert table.rows[1] == ["CC(Cl)Cl", "1,1;dichloroethane"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("0,5;1,5\n2,5;3,5\n", [["0,5", "1,5"], ["2,5", "3,5"]]),
        ("CCO\t0,5\nCC\t1,5\n", [["CCO", "0,5"], ["CC", "1,5"]]),
        ("one, two;1\nthree, four;2\n", [["one, two", "1"], ["three, four", "2"]]),
    ],
)
def test_what_is_rarer_within_cells_delimits(tmp_path, text, rows):
    assert read_table(write(tmp_path, text)).rows == rows


def test_quotes_between_tabs_are_of_values_or_of_texts(tmp_path):
    path = write(tmp_path, 'x\t"y"\n"a"\t"b"\n', "own.tsv")
    assert read_table(path).rows == [["x", "y"], ["a", "b"]]
    assert read_table(path, of_texts=True).rows == [["x", '"y"'], ['"a"', '"b"']]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("CCO ethanol\nCC ethane\n", ROWS[1:]),
        ("CCO\tethanol\nCC\tethane\n", ROWS[1:]),
        ("CCO,ethanol\nCC,ethane\n", ROWS[1:]),
        ("CCO  ethyl alcohol\nCC ethane\n", [["CCO", "ethyl alcohol"], ROWS[2]]),
        ("CCO ethanol\nCC\n", [ROWS[1], ["CC", ""]]),
        ("CCO a 1.5\nCC b 2\n", [["CCO", "a", "1.5"], ["CC", "b", "2"]]),
        ("CCO |$R$|\nCC |$R$|\n", [["CCO", "|$R$|"], ["CC", "|$R$|"]]),
        ("CCO\n\nCC\n\n", [["CCO"], ["CC"]]),
    ],
)
@pytest.mark.parametrize("name", ["own.smi", "own.txt"])
def test_lists_between_spaces(tmp_path, text, rows, name):
    assert read_table(write(tmp_path, text, name)).rows == rows


@pytest.mark.parametrize("name", ["own.csv", "own.tsv", "own.smi"])
def test_blank_rows_are_left_out_or_kept_in_one_column(tmp_path, name):
    path = write(tmp_path, "\nmol\nCCO\n\nCC\n\n", name)
    table = read_table(path)
    assert table.rows == [["mol"], ["CCO"], ["CC"]] and table.lines == [2, 3, 5]
    table = read_table(path, keeps_blank=True).below(True)
    assert table.rows == [["CCO"], [""], ["CC"], [""]]
    assert table.lines == [3, 4, 5, 6]


def test_blank_rows_and_columns_of_spreadsheets_are_left_out(tmp_path):
    path = write(tmp_path, 'v1,v2,,\n\n"a\nb",c,,\n , ,,\nd,,,\n')
    for keeps_blank in (True, False):
        table = read_table(path, keeps_blank=keeps_blank)
        assert table.rows == [["v1", "v2"], ["a\nb", "c"], ["d", ""]]
        assert table.lines == [1, 4, 6] and table.numbers == [1, 3, 5]


def test_first_rows_end_with_a_whole_row(tmp_path):
    lines = (f'{i},"{"x" * 45}\n{"x" * 45}"\n' for i in range(999))
    path = write(tmp_path, "id,text\n" + "".join(lines))
    rows = read_table(path, first_rows=10_000).rows
    assert 600 < len(rows) < 999
    assert {len(text) for _, text in rows[1:]} == {91}
    assert read_table(path, first_rows=2).rows == rows[:2]
    assert len(read_table(path).rows) == 1_000


def test_very_long_cells(tmp_path):
    path = write(tmp_path, f"{'a' * 200_000},b\n")
    assert len(read_table(path).rows[0][0]) == 200_000


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "a,b\nc,d,e\n", "line 2: expected 2 cells .* a comma .* 3 cells$"),
        ("a.csv", "a;b\n\nc\n", "line 3: expected 2 cells .* a semicolon .* 1 cell$"),
        ("a.tsv", "a\tb\nc\n", "line 2: expected 2 cells .* a tab .* 1 cell$"),
        ("a.csv", "text\nwell, fine\n", "line 2: expected 1 cell .*needs quotes"),
        ("a.csv", 'a,b\n"c,d\n', "line 2: expected CSV. Received: "),
        ("a.csv", '"a,b\n', "line 1: expected CSV. Received: "),
        ("a.tsv", "a,b;c\nd,e\n\nf\n", "line 4: expected 2 cells .* a comma"),
        ("a.csv", ",,\n , ,\n", "expected rows. Received: blank cells"),
    ],
)
def test_faulty_tables_name_the_line(tmp_path, name, content, said):
    path = write(tmp_path, content, name)
    with pytest.raises(ValueError, match=f"{name}[,:] {said}") as raised:
        read_table(path)
    assert "\n" not in str(raised.value)


def test_names_of_tables():
    assert is_table("a.csv") and is_table("B.TSV.gz") and not is_table("a.smi")
