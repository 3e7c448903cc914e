import gzip

import pytest

from kerazoo.data.text.plain_text import PlainText
from kerazoo.data.text.unlabelled_text import UnlabelledText
from kerazoo.data.text.unlabelled_text_files import unlabelled_files

ROWS = [f"a film of {i}" for i in range(20)]


def write_table(path, header=None, labels=True):
    rows = [f"{text}\t{i % 2}" if labels else text for i, text in enumerate(ROWS)]
    path.write_text("\n".join(filter(None, [header, *rows])) + "\n")
    return path


def all_of(text):
    documents = [*text.train, *text.validation]
    return sorted(line for document in documents for line in document)


def test_rows_of_a_table_are_texts(tmp_path):
    for header in (None, "sentence\tlabel"):
        text = unlabelled_files(write_table(tmp_path / "films.tsv", header))
        assert text.name == "films" and all_of(text) == sorted(ROWS)
        assert len(text.validation) == 2 and all(len(d) == 1 for d in text.train)
    path = write_table(tmp_path / "films.csv", "what", labels=False)
    assert len(all_of(unlabelled_files(str(path)))) == 21  # A header is not known.


def test_column_by_name(tmp_path):
    path = tmp_path / "films.csv"
    path.write_text("id,said,more\n" + "".join(f"{i},a {i},b {i}\n" for i in range(20)))
    text = unlabelled_files(path, "said")
    assert all_of(text)[0] == "a 0" and len(all_of(text)) == 20
    with pytest.raises(ValueError, match="`text_column`"):
        unlabelled_files(path)


def test_test_texts_are_never_read(tmp_path):
    write_table(tmp_path / "train.tsv")
    (tmp_path / "test.tsv").write_text("a secret\t1\n" * 3)
    (tmp_path / "dev.tsv").write_text("a check\t1\nanother check\t0\n")
    text = unlabelled_files(tmp_path)
    assert text.validation == [["a check"], ["another check"]]
    assert "a secret" not in all_of(text) and len(text.train) == 20


def test_lines_with_labels(tmp_path):
    lines = "".join(f"{'NUM' if i % 2 else 'LOC'} {t}\n" for i, t in enumerate(ROWS))
    (tmp_path / "TREC.train.all").write_text(lines)
    (tmp_path / "TREC.test.all").write_text("NUM a secret\n")
    assert all_of(unlabelled_files(tmp_path)) == sorted(ROWS)


def test_plain_texts_follow_one_another(tmp_path):
    (tmp_path / "train.txt").write_text("one\n\ntwo\n" * 20)
    with gzip.open(tmp_path / "more.txt.gz", "wt") as file:
        file.write("three\n" * 9)
    for path in (tmp_path, tmp_path / "train.txt"):
        text = unlabelled_files(path)
        assert len(text.train) == len(text.validation) == 1
        assert "" not in text.train[0] and {"one", "two"} <= set(text.train[0])
    assert "three" in all_of(unlabelled_files(tmp_path))


def test_several_files(tmp_path):
    table = write_table(tmp_path / "films.tsv")
    (tmp_path / "book.txt").write_text("to be or not to be\n" * 20)
    text = unlabelled_files(f"{table},{tmp_path}/book.txt")
    assert text.name == "films_book.txt" and set(ROWS) < set(all_of(text))
    assert len(text.train) == 18 + 1 and len(text.validation) == 2 + 1
    more = unlabelled_files(f"python_topics,{table}")
    assert len(more.train) == 1 + 18 and len(more.train[0]) > 5_000


def test_mistakes(tmp_path):
    with pytest.raises(FileNotFoundError, match="Received: data_dir=nowhere"):
        unlabelled_files("nowhere")
    (tmp_path / "one.csv").write_text("text\na film\n")
    with pytest.raises(ValueError, match="expected validation texts, two"):
        unlabelled_files(tmp_path / "one.csv")
    with pytest.raises(ValueError, match="expected train texts"):
        UnlabelledText.of_plain(PlainText("blank", "\n\n", "one"))
