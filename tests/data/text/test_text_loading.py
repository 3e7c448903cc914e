import pytest

from kerazoo.data.text import load_labelled
from kerazoo.data.text import load_parallel
from kerazoo.data.text import load_plain
from kerazoo.data.text import loading


@pytest.fixture
def folder(tmp_path):
    for language, word in (("en", "one"), ("de", "eins")):
        for part in ("train", "valid"):
            lines = "".join(f"{word} {i}\n" for i in range(3))
            (tmp_path / f"{part}.{language}").write_text(lines)
    (tmp_path / "train.tsv").write_text("good film\tgood\nbad film\tbad\n" * 10)
    (tmp_path / "book.txt").write_text("to be or not to be\n" * 3)
    return tmp_path


def test_files(folder):
    pairs = load_parallel("files", folder, "en", "de")
    assert pairs.train[0][0] == "one 0" and pairs.train[1][0] == "eins 0"
    assert load_labelled("files", folder).class_names == ["bad", "good"]
    assert load_plain("file", folder / "book.txt").train.startswith("to be")


def test_built_in(monkeypatch):
    assert load_plain("python_topics").name == "python_topics"
    monkeypatch.setattr(loading, "dates", lambda locales: locales)
    assert load_parallel("dates") is None
    assert load_parallel("dates", locales=["en_US"]) == ["en_US"]


def test_other_names_are_of_tensorflow_datasets(monkeypatch):
    asked = []
    for reader in ("tfds_labelled", "tfds_parallel", "tfds_plain"):
        monkeypatch.setattr(loading, reader, lambda *given: asked.append(given))
    load_labelled("imdb_reviews", "data")
    load_plain("lm1b", "data")
    load_parallel("wmt", "data")
    load_parallel("wmt", "data", "en", "de")
    assert asked == [
        ("imdb_reviews", "data"),
        ("lm1b", "data"),
        ("wmt", "data", None, None),
        ("wmt", "data", "en", "de"),
    ]


def test_mistakes_raise(folder):
    for load, name in (
        (load_parallel, "files"),
        (load_plain, "file"),
        (load_labelled, "files"),
    ):
        with pytest.raises(ValueError, match="`data_dir`.*Received: data_dir=None"):
            load(name)
    with pytest.raises(ValueError, match="Received: locales=en,de, dataset=files"):
        load_parallel("files", folder, locales=["en", "de"])
