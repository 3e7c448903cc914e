import gzip
import io
import sys
import types

import pytest

from kerazoo.data.text_file import ending
from kerazoo.data.text_file import is_utf8
from kerazoo.data.text_file import read_text

TEXT = "Grüße\n日本\n"


def packed(content):
    return gzip.compress(content, mtime=0)  # For the names of the cases.


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", ["a.txt", "a.txt.gz", "-"])
def test_encodings_and_line_ends(tmp_path, monkeypatch, encoding, end, name):
    mark = "\ufeff" if encoding.endswith(("le", "be")) else ""
    content = (mark + TEXT.replace("\n", end)).encode(encoding)
    path = tmp_path / name
    if name == "-":
        stdin = types.SimpleNamespace(buffer=io.BytesIO(content))
        monkeypatch.setattr(sys, "stdin", stdin)
        path = name
    else:
        path.write_bytes(packed(content) if name.endswith("gz") else content)
    assert read_text(path) == TEXT


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_first_bytes_are_whole_lines_of_whole_characters(tmp_path, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes(("日本\n" * 9).encode(encoding))
    for first_bytes in range(20, 40):
        found = read_text(path, first_bytes=first_bytes)
        assert found and found == "日本\n" * found.count("\n")
    assert read_text(path, first_bytes=1_000) == "日本\n" * 9


def test_bytes_that_are_no_utf8(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\ncaf\xe9\n")
    kept = read_text(path, errors="surrogateescape")
    assert [is_utf8(line) for line in kept.split("\n")] == [True, False, True]
    assert is_utf8("é") and kept.encode(errors="surrogateescape") == b"one\ncaf\xe9\n"
    assert read_text(path, fallback="latin-1") == "one\ncafé\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"one\ncaf\xe9\n", r"a.csv, line 2: .*UTF-8\..*iconv.*b'\\xe9'"),
        ("a.csv", b"one\ntwo\0\n", "a.csv, line 2: .* Received: a byte of 0"),
        ("a.csv", "one\ntwo\n".encode("utf-16-le"), "line 1: .* a byte of 0"),
        ("a.csv", "é".encode("utf-16")[:3], "line 1: expected text in UTF-8"),
        ("a.csv", b" \n\r\n", "expected text. Received: an empty file"),
        ("a.csv", b"PK\x03\x04\x14\0", "a spreadsheet must be saved as CSV"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1", "a spreadsheet must be saved as CSV"),
        (
            "a.csv",
            packed(b"a,b\n"),
            r"gzip, whose name must end in \.gz",
        ),
        ("a.csv.gz", b"a,b\n", "expected gzip. Received: "),
        (
            "a.csv.gz",
            packed(b"a,b\n" * 99)[:-9],
            "expected gzip. Received: ",
        ),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ValueError, match=said) as raised:
        read_text(path)
    assert str(path) in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a/Reviews.CSV.gz", ".csv"), ("novel.txt", ".txt"), ("a.b/c", ""), ("x.gz", "")],
)
def test_endings(path, expected):
    assert ending(path) == expected
