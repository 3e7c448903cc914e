import pytest

from kerazoo.data.sound import load_labelled_sound
from kerazoo.data.sound import load_transcribed_sound
from kerazoo.data.sound import loading
from tests.data.sound.sound_folders import write_tone


def test_files(tmp_path):
    for name in ("no", "yes"):
        for i in range(4):
            write_tone(tmp_path / name / f"{i}.wav")
    assert load_labelled_sound("files", tmp_path).class_names == ["no", "yes"]
    rows = [f"{name}/{i}.wav\t{name}" for name in ("no", "yes") for i in range(4)]
    (tmp_path / "transcripts.tsv").write_text("\n".join(rows))
    sound = load_transcribed_sound("files", tmp_path, 8_000)
    assert sound.characters() == ["e", "n", "o", "s", "y"]
    assert sound.sample_rate == 8_000


@pytest.mark.parametrize(
    ("load", "content"),
    [(load_transcribed_sound, "transcripts.tsv"), (load_labelled_sound, "labels.csv")],
)
def test_files_that_are_not_there(load, content):
    with pytest.raises(ValueError, match=f"`data_dir`.*{content}.*data_dir=None"):
        load("files")
    with pytest.raises(FileNotFoundError, match="that is there.*data_dir=nowhere"):
        load("files", "nowhere")


def test_built_in(monkeypatch):
    """The makers have tests of their own, and take a second."""
    for name in ("tone_letters", "single_tone_letters"):
        monkeypatch.setattr(loading, name, lambda sample_rate, own=name: own)
    assert load_transcribed_sound("tone_letters") == "tone_letters"
    assert load_labelled_sound("tone_letters") == "single_tone_letters"


@pytest.mark.slow
def test_strings_of_spoken_digits(real_data):
    folder = real_data("tensorflow_datasets")
    sound = load_transcribed_sound("spoken_digit_strings", folder, 8_000)
    assert (len(sound.train), len(sound.test)) == (1_500, 300)
