import pathlib

import pytest

from kerazoo.data.sound.sound_table import read_sound_table
from tests.data.sound.sound_folders import write_tone


@pytest.fixture
def folder(tmp_path):
    for name in ("a.wav", "wavs/b.wav", "wavs/c.wav"):
        write_tone(tmp_path / name)
    return tmp_path


def read(folder, text, name="transcripts.tsv"):
    (folder / name).write_text(text)
    rows = read_sound_table(folder / name, ["text", "sentence"], "transcript")
    return [(row.path.name, *row[1:4]) for row in rows]


def test_with_a_header(folder):
    found = read(
        folder,
        "id\tSentence\tPATH\tsplit\tclient_id\n"
        "1\tyes  it is\ta.wav\tdev\tx\n2\tno\twavs/b.wav\t\ty\n3\tno\tc\ttesting\tz\n",
    )
    assert found == [
        ("a.wav", "yes it is", "validation", "x"),
        ("b.wav", "no", "train", "y"),
        ("c.wav", "no", "test", "z"),
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a.wav\tyes, sir\nwavs/b.wav\tno\n", "transcripts.tsv"),
        ('a.wav,"yes, sir"\nwavs/b.wav,no\n', "transcripts.csv"),
        ("a|yes, sir\nb|no\n", "metadata.csv"),
        ("yes, sir\ta.wav\nno\tb.wav\n", "transcripts.tsv"),
    ],
)
def test_without_a_header(folder, text, name):
    expected = [("a.wav", "yes, sir", None, None), ("b.wav", "no", None, None)]
    assert read(folder, text, name) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "file\ttext\na.wav\tyes\nd.wav\tno\n",
            "line 3: expected a sound file .*d.wav",
        ),
        ("a.wav\tyes\nb.wav\t\n", "line 2: expected a transcript. Received: none"),
        (
            "a.wav\tyes\nwavs/b.wav\tno\na\tno\n",
            "line 3: expected each sound once. Received: a, which line 1 has, too",
        ),
        ("file\ttext\n", "expected rows below the header"),
        (
            "one\ttwo\nthree\tfour\n",
            r"names them file and transcript.*\['one', 'two'\]",
        ),
        ("", "expected text. Received: an empty file"),
        (
            "file\ttext\tsplit\na.wav\tyes\tmine\n",
            "line 2: `split` must be .*split=mine",
        ),
    ],
)
def test_mistakes(folder, text, message):
    with pytest.raises(ValueError, match=message):
        read(folder, text)


def test_a_name_that_two_files_have_is_none(folder):
    write_tone(folder / "more" / "b.wav")
    with pytest.raises(ValueError, match="line 1: expected a sound file in .*b.wav"):
        read(folder, "b.wav\tno\na.wav\tyes\n")


def test_a_sound_is_no_table(folder):
    with pytest.raises(ValueError, match=r"Expected a table .*a.wav, a sound"):
        read_sound_table(folder / "a.wav", ["text"], "transcript")


def test_a_table_that_is_not_there():
    with pytest.raises(FileNotFoundError):
        read_sound_table(pathlib.Path("nowhere.tsv"), ["text"], "transcript")
