import gzip

import numpy as np
import pytest

from kerazoo.data.text import labelled_files
from kerazoo.data.text.class_folders import class_folders
from kerazoo.data.text.class_folders import read_class_folders


def write(folder, parts=("train", "test"), count=6):
    """Writes texts as those of IMDB, with what it has beside them."""
    for part in parts:
        for label in ("pos", "neg"):
            own = folder / part / label
            own.mkdir(parents=True)
            for i in range(count):
                (own / f"{i}_7.txt").write_text(f"{part} {label}\nfilm {i}\n")
        (folder / part / f"urls_{part}.txt").write_text("http://no.text\n")
    return folder


def test_parts_as_imdb_has_them(tmp_path, caplog):
    caplog.set_level("INFO", "kerazoo")
    write(tmp_path / "imdb")
    unlabelled = tmp_path / "imdb" / "train" / "unsup"
    unlabelled.mkdir()
    (unlabelled / "0_0.txt").write_text("nobody knows")
    (tmp_path / "imdb" / "imdb.vocab").write_text("film\n")
    (tmp_path / "imdb" / "README.txt").write_text("read me\n")
    text = labelled_files(tmp_path / "imdb")
    assert (text.name, text.class_names) == ("imdb", ["neg", "pos"])
    assert text.test[0][0] == "test neg\nfilm 0"
    assert text.test[1].tolist() == [0] * 6 + [1] * 6
    own = sorted([*text.train[0], *text.validation[0]])
    assert own == sorted(
        f"train {c}\nfilm {i}" for c in text.class_names for i in range(6)
    )
    assert np.bincount(text.validation[1]).tolist() == [1, 1]
    said = "a folder for each class; 12 texts of 2 classes (neg, pos)"
    assert caplog.messages[0] == f"{tmp_path / 'imdb' / 'train'}: {said}"


def test_a_validation_of_its_own(tmp_path):
    text = labelled_files(write(tmp_path, ("train", "valid")))
    assert len(text.train[0]) == 12 and text.test is None
    assert text.validation[0][0] == "valid neg\nfilm 0"


def test_folders_of_classes_alone_are_split(tmp_path):
    text = labelled_files(write(tmp_path / "all", ["."], count=20))
    counts = [len(part[0]) for part in (text.train, text.validation, text.test)]
    assert sum(counts) == 40 and min(counts) > 0


def test_files_may_be_gzip_or_in_folders_and_blank_ones_are_left_out(tmp_path):
    write(tmp_path)
    (tmp_path / "train" / "pos" / "blank.txt").write_text(" \n")
    packed = tmp_path / "train" / "neg" / "more" / "x.txt.gz"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress("düster".encode("utf-16")))
    with pytest.warns(UserWarning, match="Left out 1 of 14 texts, which are blank"):
        text = labelled_files(tmp_path)
    assert "düster" in [*text.train[0], *text.validation[0]]


def test_mistakes_are_one_line(tmp_path):
    write(tmp_path)
    with pytest.raises(ValueError, match="go with tables.*text_column=1"):
        labelled_files(tmp_path, text_column=1)
    odd = tmp_path / "test" / "odd"
    odd.mkdir()
    (odd / "a.txt").write_text("a text")
    with pytest.raises(
        ValueError, match=r"odd/a\.txt: expected a label .*'neg', 'pos'"
    ):
        labelled_files(tmp_path)
    (odd / "a.txt").write_bytes(b"a\ncaf\xe9")
    with pytest.raises(ValueError, match=r"odd/a\.txt, line 2: expected text in UTF-8"):
        labelled_files(tmp_path)


def test_other_folders_have_no_classes(tmp_path):
    assert class_folders(tmp_path) == class_folders(tmp_path / "train") == []
    for name in ("pos", "unsup", ".hidden"):
        (tmp_path / "train" / name).mkdir(parents=True)
        end = "csv" if name == "pos" else "txt"
        (tmp_path / "train" / name / f"a.{end}").write_text("a,b\n")
    assert class_folders(tmp_path / "train") == []
    assert read_class_folders(tmp_path / "train") == []
    with pytest.raises(FileNotFoundError, match="a folder of .txt files for each"):
        labelled_files(tmp_path)


def test_a_table_comes_before_folders_of_classes(tmp_path):
    write(tmp_path, ["."])
    rows = "".join(f"film {i},{'good' if i % 2 else 'bad'}\n" for i in range(20))
    (tmp_path / "films.csv").write_text(rows)
    assert labelled_files(tmp_path).class_names == ["bad", "good"]
