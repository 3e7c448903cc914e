import logging

import pytest

from kerazoo.data.delimited_rows import read_rows

ROWS = [["mol", "name"], ["CCO", "ethanol"], ["CC", "ethane"]]
NUMBERS = [["id", "x", "y"], ["a", "0.5", "1"], ["b", "-1.25e3", ""]]


def write(folder, content, name="own.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["own.csv", "own.tsv", "own.txt"])
def test_delimiters(tmp_path, delimiter, end, name):
    text = end.join(delimiter.join(row) for row in ROWS) + end
    assert read_rows(write(tmp_path, text, name)) == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(tmp_path, encoding):
    path = write(tmp_path, "mol,näme\nCCO,Äthanol\n".encode(encoding))
    assert read_rows(path) == [["mol", "näme"], ["CCO", "Äthanol"]]
    assert read_rows(path, first_rows=1) == [["mol", "näme"]]


def test_commas_within_cells_delimit_nothing(tmp_path):
    text = "mol;name\nCC(Cl)Cl;1,1-dichloroethane\nCCO;ethanol\n"
    assert read_rows(write(tmp_path, text))[1] == ["CC(Cl)Cl", "1,1-dichloroethane"]
    quoted = 'mol,name\nCC(Cl)Cl,"1,1;dichloroethane"\n'
    assert read_rows(write(tmp_path, quoted))[1] == ["CC(Cl)Cl", "1,1;dichloroethane"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("CCO ethanol\nCC ethane\n", ROWS[1:]),
        ("CCO\tethanol\nCC\tethane\n", ROWS[1:]),
        ("CCO  ethyl alcohol\nCC ethane\n", [["CCO", "ethyl alcohol"], ROWS[2]]),
        ("CCO a 1.5\nCC b 2\n", [["CCO", "a", "1.5"], ["CC", "b", "2"]]),
        ("CCO\nCC\n\n", [["CCO"], ["CC"]]),
    ],
)
def test_lists_between_spaces(tmp_path, text, rows):
    assert read_rows(write(tmp_path, text, "own.smi")) == rows


def test_decimal_commas_become_points_and_are_told(tmp_path, caplog):
    path = write(tmp_path, "id;x;y\na;0,5;1\nb;-1,25e3;\n")
    with caplog.at_level(logging.INFO, "kerazoo"):
        assert read_rows(path) == NUMBERS
    assert caplog.messages == ["own.csv: numbers have a decimal comma in x."]


@pytest.mark.parametrize("cell", ["1,2,3", "a,5", "1.000,5"])
def test_other_commas_stay(tmp_path, cell):
    path = write(tmp_path, f"id;x\na;0,5\nb;{cell}\n")
    assert [row[1] for row in read_rows(path)] == ["x", "0,5", cell]


def test_first_rows_end_with_a_whole_row(tmp_path):
    lines = (f"{i},{'x' * 90}\n" for i in range(999))
    path = write(tmp_path, "id,text\n" + "".join(lines))
    rows = read_rows(path, first_rows=10_000)
    assert 600 < len(rows) < 999
    assert rows[1:] == [[str(i), "x" * 90] for i in range(len(rows) - 1)]
    assert read_rows(path, first_rows=2) == rows[:2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id,x\na,1\nb,Ä\n".encode("latin-1"), "row 3: .*UTF-8; .*iconv.* byte 0xc4"),
        (b"PK\x03\x04\x14\x00", "a spreadsheet must be saved as CSV"),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path, content, said):
    path = write(tmp_path, content)
    with pytest.raises(ValueError, match=said) as raised:
        read_rows(path)
    assert str(path) in str(raised.value) and "\n" not in str(raised.value)
