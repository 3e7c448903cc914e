import logging
import subprocess
import sys

import pytest

from kerazoo.data.sound import transcribed_files
from kerazoo.data.text import early_reading
from kerazoo.data.text import labelled_files
from kerazoo.data.text.early_reading import read_early
from tests.data.sound.sound_folders import write_tone


@pytest.fixture
def films(tmp_path):
    rows = ["review,sentiment", "fine,good", "dull,bad", " ,bad", *["so so,good"] * 9]
    (tmp_path / "films.csv").write_text("\n".join(rows))
    return tmp_path / "films.csv"


def test_mistakes_alone_are_said(films, caplog, recwarn):
    caplog.set_level("INFO", "kerazoo")
    read_early(lambda: labelled_files(films), films)
    assert not recwarn and not caplog.messages
    with pytest.raises(ValueError, match="text_column=x"):
        read_early(lambda: labelled_files(films, "x"), films)
    with pytest.warns(UserWarning, match="Left out 1 of 12"):
        labelled_files(films)
    assert "a header" in caplog.text
    assert logging.getLogger("kerazoo.data").level == logging.NOTSET


def test_sounds_are_read_without_a_word(tmp_path, caplog):
    for i in range(3):
        write_tone(tmp_path / f"{i}.wav")
    rows = "".join(f"{i}.wav\tword\n" for i in range(3))
    (tmp_path / "transcripts.tsv").write_text(rows)
    caplog.set_level("INFO", "kerazoo")
    read_early(lambda: transcribed_files(tmp_path), tmp_path)
    assert not caplog.messages
    transcribed_files(tmp_path)
    assert "utterances" in caplog.text


@pytest.mark.parametrize("is_folder", [False, True])
def test_large_files_wait(films, monkeypatch, is_folder):
    monkeypatch.setattr(early_reading, "_SMALL", 10)
    read_early(lambda: 1 / 0, films.parent if is_folder else films)


def test_own_files_need_no_tensorflow():
    program = (
        "import sys; from kerazoo.data.text import loading, early_reading; "
        "sys.exit(any(m in sys.modules for m in ('tensorflow', 'keras', 'sklearn')))"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
