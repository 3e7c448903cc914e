import pytest

from kerazoo.data.sound import holds_sounds
from kerazoo.data.sound import sound_paths
from tests.data.sound.sound_folders import write_tone


def test_folders_with_sounds_are_told_from_others(tmp_path):
    assert not holds_sounds(tmp_path) and not holds_sounds(tmp_path / "nowhere")
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "a.txt").write_text("a good film")
    write_tone(tmp_path / ".hidden" / "a.wav")
    write_tone(tmp_path / "good" / ".a.wav")
    assert not holds_sounds(tmp_path)
    write_tone(tmp_path / "good" / "deep" / "b.WAV")
    assert holds_sounds(tmp_path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("file,label\nyes/0.wav,yes\nno/0.wav,no\n", True),
        ("0.flac,yes\n1.flac,no\n", True),
        ("text,label\na good film,good\nan odd one,bad\n", False),
        ("text,label\nI liked intro.wav,good\n", False),
        ("", False),
        ('"', False),
    ],
)
def test_tables_of_sounds_are_told_from_those_of_texts(content, expected, tmp_path):
    table = tmp_path / "labels.csv"
    table.write_text(content)
    assert holds_sounds(table) == expected


def test_other_files_are_no_tables(tmp_path):
    write_tone(tmp_path / "a.wav")
    assert not holds_sounds(tmp_path / "a.wav")


def test_paths_are_sorted(tmp_path):
    for name in ("b.wav", "a/c.ogg", "a/.d.wav", ".e/f.wav"):
        write_tone(tmp_path / name)
    (tmp_path / "a" / "notes.txt").write_text("said on Monday")
    names = [path.relative_to(tmp_path).as_posix() for path in sound_paths(tmp_path)]
    assert names == ["a/c.ogg", "b.wav"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="`input` must .*none.*input=.*empty"):
        sound_paths(tmp_path / "empty", "input")
    with pytest.raises(FileNotFoundError, match="no such folder.*nowhere"):
        sound_paths(tmp_path / "nowhere")
