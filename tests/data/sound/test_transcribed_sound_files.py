import numpy as np
import pytest
import soundfile

from kerazoo.data.sound import transcribed_files
from tests.data.sound.sound_folders import write_tone


@pytest.fixture
def folder(tmp_path):
    """Twelve sounds of six speakers, the last two of them for the test."""
    lines = ["path\ttranscript\tsplit\tspeaker"]
    for i in range(12):
        write_tone(tmp_path / f"{i}.wav", 300 + 100 * i)
        split = "test" if i >= 10 else "train"
        lines.append(f"{i}.wav\tword {i}\t{split}\ts{i // 2}")
    (tmp_path / "transcripts.tsv").write_text("\n".join(lines))
    return tmp_path


def frequency(sound, rate):
    return np.abs(np.fft.rfft(sound)).argmax() * rate / len(sound)


def test_parts_and_speakers(folder):
    sound = transcribed_files(folder, sample_rate=8_000)
    assert sound.name == folder.name and sound.sample_rate == 8_000
    assert sound.test.texts == ["word 10", "word 11"]
    assert len(sound.train) + len(sound.validation) == 10
    assert not {*sound.train.speakers} & {*sound.validation.speakers}
    for part in (sound.train, sound.validation, sound.test):
        for samples, text, speaker in zip(part.sounds, part.texts, part.speakers):
            number = int(text.removeprefix("word "))
            assert speaker == f"s{number // 2}"
            assert frequency(samples, 8_000) == pytest.approx(
                300 + 100 * number, abs=20
            )
    table = transcribed_files(folder / "transcripts.tsv", sample_rate=8_000)
    assert table.digest() == sound.digest() and table.name == folder.name


def test_other_rates_and_kinds_of_files(folder):
    soundfile.write(folder / "0.flac", np.zeros((441, 2)), 44_100)
    text = (folder / "transcripts.tsv").read_text().replace("0.wav", "0.flac", 1)
    (folder / "transcripts.tsv").write_text(text)
    sound = transcribed_files(folder, sample_rate=16_000)
    both = [*zip(sound.train.texts, sound.train.sounds)]
    both += zip(sound.validation.texts, sound.validation.sounds)
    assert {text: len(x) for text, x in both}["word 0"] == 160
    assert {len(x) for text, x in both if text != "word 0"} == {800}


def test_without_splits(folder):
    rows = [f"{i}.wav\tword {i}" for i in range(12)]
    (folder / "transcripts.tsv").write_text("\n".join(rows))
    sound = transcribed_files(folder)
    assert [len(p) for p in (sound.train, sound.validation, sound.test)] == [10, 1, 1]
    assert sound.train.speakers is None


def test_mistakes(folder):
    with pytest.raises(FileNotFoundError, match=r"Expected a folder.* nowhere"):
        transcribed_files("nowhere")
    (folder / "0.wav").write_text("a text")
    with pytest.raises(ValueError, match=r"Expected a sound file.*0.wav"):
        transcribed_files(folder)
    (folder / "transcripts.tsv").write_text("1.wav\tword\n")
    with pytest.raises(ValueError, match="1 rows, 1 to train on"):
        transcribed_files(folder)
    (folder / "transcripts.tsv").unlink()
    with pytest.raises(FileNotFoundError, match=r"Expected transcripts.tsv .*0.wav"):
        transcribed_files(folder)


@pytest.mark.slow
def test_an4(real_data):
    sound = transcribed_files(real_data("speech/an4"))
    assert len(sound.train) + len(sound.validation) == 948 and len(sound.test) == 130
    words = sum(len(text.split()) for text in sound.test.texts)
    assert words == 773
    assert sound.characters() == [" ", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
