import pydoc_data.topics

import pytest

from kerazoo.data.text.plain_text import PlainText
from kerazoo.data.text.plain_text_file import text_file
from kerazoo.data.text.python_help import python_topics


def test_last_tenth_is_held_out():
    assert PlainText.of("t", "abcdefghij") == PlainText("t", "abcdefghi", "j")
    assert PlainText.of("t", "x" * 19 + "y").validation == "xy"


def test_topics_of_python():
    text = python_topics()
    whole = text.train + text.validation
    assert len(text.validation) == len(whole) // 10
    assert len(whole) > 300_000
    places = [whole.index(pydoc_data.topics.topics[k]) for k in ("assert", "while")]
    assert places == sorted(places)
    assert python_topics() == text


def test_text_of_a_file(tmp_path):
    path = tmp_path / "novel.txt"
    path.write_bytes(b"\xef\xbb\xbf" + "Ä line.\r\n  Another\n".encode())
    text = text_file(path)
    assert text.name == "novel.txt"
    assert text.train + text.validation == "Ä line.\n  Another\n"


def test_text_of_a_folder(tmp_path, caplog):
    caplog.set_level("INFO", "kerazoo")
    (tmp_path / "part").mkdir()
    for name in ("b.txt", "a.txt", "part/c.TXT", "notes.md"):
        (tmp_path / name).write_text(f"The text of {name}.")
    text = text_file(tmp_path)
    assert text.name == tmp_path.name
    assert text.train + text.validation == (
        "The text of a.txt.\nThe text of b.txt.\nThe text of part/c.TXT."
    )
    assert caplog.messages == [f"{tmp_path}: 3 files of 61 characters in all"]
    with pytest.raises(FileNotFoundError, match="Expected .txt files .*with nothing"):
        (tmp_path / "empty").mkdir()
        text_file(tmp_path / "empty")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "novel.txt: expected text. Received: an empty file"),
        (b"short", "novel.txt: expected a text of 10 characters or more. Received: 5"),
        (b"\x7fELF\0\0", "novel.txt, line 1: expected text in UTF-8. Received: a byte"),
        (b"line\nline \xe9t\xe9", r"novel.txt, line 2: expected text in UTF-8"),
    ],
)
def test_files_without_text(tmp_path, content, message):
    path = tmp_path / "novel.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as raised:
        text_file(path)
    assert "\n" not in str(raised.value)


def test_missing_text_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="novel.txt"):
        text_file(tmp_path / "novel.txt")
