import pytest

from kerazoo.data.text import read_lines


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "end"])
def test_lines_of_all_systems(tmp_path, end, last):
    path = tmp_path / "a.txt"
    path.write_bytes(end.join(["eins", "", "drei", last]).encode())
    assert read_lines(path) == ["eins", "", "drei", *filter(None, [last])]


def test_bytes_that_are_no_utf8(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\ncaf\xe9\n")
    assert read_lines(path, fallback="latin-1") == ["one", "café"]
    assert read_lines(path, errors="surrogateescape") == ["one", "caf\udce9"]
    with pytest.raises(ValueError, match=r"a\.txt, line 2: expected text in UTF-8"):
        read_lines(path)
