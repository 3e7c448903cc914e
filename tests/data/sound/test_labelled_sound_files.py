import pytest

from kerazoo.data.sound import labelled_files
from tests.data.sound.sound_folders import write_tone


def write_classes(folder, count=10):
    for name in ("no", "yes"):
        for i in range(count):
            write_tone(folder / name / f"{i}.wav", 440 if name == "no" else 880)


def crossings(sound):
    return int(((sound[1:] > 0) != (sound[:-1] > 0)).sum())


def test_a_folder_for_each_class(tmp_path):
    write_classes(tmp_path)
    write_tone(tmp_path / "_background_noise_" / "hum.wav")
    sound = labelled_files(tmp_path, sample_rate=8_000)
    assert sound.class_names == ["no", "yes"] and sound.name == tmp_path.name
    assert [len(part[0]) for part in (sound.train, sound.validation, sound.test)] == [
        *(16, 2, 2)
    ]
    for sounds, labels in (sound.train, sound.validation, sound.test):
        assert [crossings(x) > 60 for x in sounds] == labels.astype(bool).tolist()


def test_folders_of_parts(tmp_path):
    for part, count in (("train", 6), ("dev", 2), ("test", 3)):
        write_classes(tmp_path / part, count)
    sound = labelled_files(tmp_path)
    assert [len(part[0]) for part in (sound.train, sound.validation, sound.test)] == [
        *(12, 4, 6)
    ]


def test_lists_of_parts(tmp_path):
    write_classes(tmp_path, 5)
    (tmp_path / "testing_list.txt").write_text("no/0.wav\nyes/4.wav\nyes/3.wav\n")
    (tmp_path / "validation_list.txt").write_text("no/1.wav\nyes/0.wav\n")
    sound = labelled_files(tmp_path)
    assert sound.train[1].tolist() == [0, 0, 0, 1, 1]
    assert sound.validation[1].tolist() == [0, 1]
    assert sound.test[1].tolist() == [0, 1, 1]


def test_a_table(tmp_path):
    write_classes(tmp_path)
    rows = [
        f"{name}/{i}.wav,{label}"
        for name, label in (("no", 2), ("yes", 10))
        for i in range(10)
    ]
    (tmp_path / "labels.csv").write_text("\n".join(["file,label", *rows]))
    sound = labelled_files(tmp_path)
    assert sound.class_names == ["2", "10"]
    assert labelled_files(tmp_path / "labels.csv").digest() == sound.digest()


def test_mistakes(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        labelled_files(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match="or labels.csv. Received: .* nothing"):
        labelled_files(tmp_path)
    write_tone(tmp_path / "one" / "0.wav")
    with pytest.raises(ValueError, match=r"two classes or more .*\['one'\]"):
        labelled_files(tmp_path)
    write_tone(tmp_path / "two" / "0.wav")
    with pytest.raises(ValueError, match="two sounds or more of a class"):
        labelled_files(tmp_path)
    write_tone(tmp_path / "one" / "1.wav")
    (tmp_path / "labels.csv").write_text(
        "file,label,split\none/0.wav,one,train\none/1.wav,two,train\ntwo/0.wav,x,test\n"
    )
    with pytest.raises(ValueError, match="line 4: expected a label of the.* label=x"):
        labelled_files(tmp_path)
