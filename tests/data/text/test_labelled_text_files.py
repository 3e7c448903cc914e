import numpy as np
import pytest

from kerazoo.data.text.labelled_text import LabelledText
from kerazoo.data.text.labelled_text_files import labelled_files


def write(folder, **files):
    """Writes text to files; `train_tsv` is the name of train.tsv."""
    for name, content in files.items():
        content = content if isinstance(content, bytes) else content.encode()
        (folder / name.replace("_", ".")).write_bytes(content)


def parts(text):
    return [(part[0], part[1].tolist()) for part in (text.train, text.validation)]


def error_of(folder, kind=ValueError):
    with pytest.raises(kind) as raised:
        labelled_files(folder)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("validation", ["valid", "val", "validation", "dev"])
def test_tables_with_tabs(tmp_path, validation):
    write(
        tmp_path,
        train_tsv='a "good one\tpos\r\n\r\nbad, this\tneg\n',
        test_tsv="x\tneg",
    )
    write(tmp_path, **{f"{validation}_tsv": "fine\tpos\nbad\tneg\n"})
    text = labelled_files(str(tmp_path))
    assert text.name == tmp_path.name
    assert text.class_names == ["neg", "pos"]
    assert text.train[1].dtype == np.int32
    assert parts(text) == [
        (['a "good one', "bad, this"], [1, 0]),
        (["fine", "bad"], [1, 0]),
    ]
    assert text.test[0] == ["x"]
    assert text.test[1].tolist() == [0]


@pytest.mark.parametrize(
    "table",
    [
        '"good, ""very""\nso",1\nbad,0\n',
        'text,label\n"good, ""very""\nso",1\nbad,0\n',
        'Label,Text\n1,"good, ""very""\nso"\n0,bad\n',
        'id,label,sentence\n7,1,"good, ""very""\nso"\n8,0,bad\n',
    ],
)
def test_tables_with_commas(tmp_path, table):
    write(tmp_path, train_csv=table, dev_csv=table)
    text = labelled_files(tmp_path)
    assert parts(text) == [(['good, "very"\nso', "bad"], [1, 0])] * 2
    assert text.test is None


def test_label_before_the_text(tmp_path):
    write(
        tmp_path,
        TREC_train_all=b"DESC:manner How did Gr\xfc\xdfe  go ?\nHUM:ind Who is it ?\n",
        TREC_test_all="HUM:ind Wer ist dä ?\n",
        TREC_dev_all="DESC:manner How ?\n",
    )
    (tmp_path / ".train.swp").write_bytes(b"\0")
    text = labelled_files(tmp_path)
    assert text.class_names == ["DESC:manner", "HUM:ind"]
    assert parts(text) == [
        (["How did Grüße  go ?", "Who is it ?"], [0, 1]),
        (["How ?"], [0]),
    ]
    assert text.test[0] == ["Wer ist dä ?"]


def test_labels_that_are_numbers_are_sorted_as_such(tmp_path):
    table = "".join(f"text {label}\t{label}\n" for label in (10, 9, 2))
    write(tmp_path, train_tsv=table, dev_tsv=table)
    text = labelled_files(tmp_path)
    assert text.class_names == ["2", "9", "10"]
    assert text.train[1].tolist() == [2, 1, 0]


def test_validation_is_held_out_of_each_class(tmp_path):
    rows = [f"{label}{i}\t{label}\n" for label in "ab" for i in range(20)]
    write(tmp_path, train_tsv="".join(rows))
    text = labelled_files(tmp_path)
    assert np.bincount(text.train[1]).tolist() == [18, 18]
    assert np.bincount(text.validation[1]).tolist() == [2, 2]
    texts = text.train[0] + text.validation[0]
    assert sorted(texts) == sorted(row.split("\t")[0] for row in rows)
    for texts, labels in (text.train, text.validation):
        assert [t[0] for t in texts] == ["ab"[label] for label in labels]


def test_blank_texts_are_left_out(tmp_path):
    write(tmp_path, train_tsv="good\t1\n \t1\nbad\t0\n", dev_tsv="x\t0\n")
    with pytest.warns(UserWarning, match="Left out 1 of 3 texts, which are blank, of"):
        assert labelled_files(tmp_path).train[0] == ["good", "bad"]


def test_unknown_label(tmp_path):
    write(tmp_path, train_tsv="a\tpos\nb\tneg\nc\tneg\n")
    write(tmp_path, test_tsv="a\tpos\n\nb\tneutral\n")
    message = error_of(tmp_path)
    assert message.startswith(f"{tmp_path / 'test.tsv'}, line 3: expected a label")
    assert message.endswith("one of ['neg', 'pos']. Received: label=neutral")


def test_no_training_file(tmp_path):
    write(tmp_path, dev_tsv="a\tb\n", test_tsv="a\tb\n")
    message = error_of(tmp_path, FileNotFoundError)
    assert message.startswith("Expected train.tsv, train.csv, train.txt or a file like")
    assert message.endswith(f"Received: {tmp_path} with dev.tsv, test.tsv")
    message = error_of(tmp_path / "no", FileNotFoundError)
    assert message == f"Expected a file or folder of texts. Received: {tmp_path / 'no'}"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("train_tsv", "a\t1\nb 0\n", "line 2: expected 2 cells as in the first row"),
        ("train_tsv", "a\t1\nb\t\n", "line 2: expected a label. Received: none"),
        ("train_tsv", "a b\n", "Received: 1 column, the first row 'a b'"),
        ("train_csv", "id,a,b\n1,2,3\n", "`label_column`, names or numbers from 1."),
        ("train_csv", 'a,1\n"b,0\n', "line 2: expected CSV. Received: "),
        ("train_csv", "text,label\n", "expected texts with labels. Received: none"),
        ("train_csv", "a,1\nb,1\n", "Received: '1', the label of all 2 texts"),
        ("train_tsv", b"a\t1\n\xff\t0\n", "line 2: expected text in UTF-8"),
        ("a_train", b"1 a\n0 \0\n", "line 2: expected text in UTF-8"),
        ("a_train", b"", "expected text. Received: an empty file"),
        ("a_train", b"1 a\n2 b\n", "Received: 2 texts with as many labels"),
    ],
)
def test_faulty_files(tmp_path, name, content, message):
    write(tmp_path, **{name: content})
    assert message in error_of(tmp_path)


FILMS = [
    (f"{i % 12} quiet hours of film {i}", ("bad", "good")[i % 2]) for i in range(40)
]


def test_one_file(tmp_path, caplog):
    caplog.set_level("INFO", "kerazoo")
    rows = "".join(f"{text};{label}\n" for text, label in FILMS)
    write(tmp_path, films_csv=f"review;sentiment\n{rows}")
    text = labelled_files(tmp_path / "films.csv")
    assert text.name == "films" and text.class_names == ["bad", "good"]
    counts = [np.bincount(p[1]).tolist() for p in (text.train, text.validation)]
    assert counts == [[16, 16], [2, 2]]
    assert np.bincount(text.test[1]).tolist() == [2, 2]
    texts = [*text.train[0], *text.validation[0], *text.test[0]]
    assert sorted(texts) == sorted(text for text, _ in FILMS)
    again = labelled_files(str(tmp_path))  # A folder with the file alone.
    assert again.name == tmp_path.name
    assert again.train[0] == text.train[0] and again.test[0] == text.test[0]
    (first, _) = caplog.messages
    assert first == (
        f"{tmp_path / 'films.csv'}: a header, texts in column 1 'review', labels in "
        "column 2 'sentiment'; 40 texts of 2 classes (bad, good)"
    )


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_few_texts_of_a_class_are_enough_for_a_validation(tmp_path, count):
    rows = [f"{label} {i}\t{label}\n" for label in "abc" for i in range(count)]
    write(tmp_path, films_tsv="".join(rows))
    for path in (tmp_path, tmp_path / "films.tsv"):
        text = labelled_files(path)
        assert np.bincount(text.train[1]).all() and len(text.train[1])
        assert np.bincount(text.validation[1]).tolist() == [1, 1, 1]
        assert (text.test is None) == (count == 2)


def test_columns_hold_for_all_files(tmp_path):
    write(tmp_path, train_csv="a,x,good\nb,y,bad\nc,z,bad\n")
    write(tmp_path, dev_csv="d,u,bad\n", test_csv="tags,text,label\ne,v,good\n")
    text = labelled_files(tmp_path, text_column=1, label_column="3")
    assert text.train[0] == ["a", "b", "c"] and text.validation[0] == ["d"]
    assert text.test[0] == ["v"]  # Its header says more.


def test_a_test_without_labels_is_left_out(tmp_path):
    write(tmp_path, train_csv="id,text,label\n1,a,x\n2,b,y\n3,c,y\n")
    write(tmp_path, test_csv="id,text\n4,d\n")
    with pytest.warns(
        UserWarning, match="test.csv, which has no column of labels call"
    ):
        assert labelled_files(tmp_path).test is None


def test_texts_with_tabs_or_labels_first(tmp_path):
    write(tmp_path, films_txt="".join(f"{text}\t{label}\n" for text, label in FILMS))
    expected = labelled_files(tmp_path / "films.txt")
    assert set(expected.train[0]) < {text for text, _ in FILMS}
    write(tmp_path, train_txt="".join(f"{label} {text}\n" for text, label in FILMS))
    text = labelled_files(tmp_path)
    assert text.class_names == ["bad", "good"] and len(text.train[0]) == 36


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [(label, text) for text, label in FILMS],
            "the wrong way round; if so, give `text_column`=2 and `label_column`=1. "
            "Received: 40 rows with 40 different labels and 2 different texts",
        ),
        (
            [(str(i), text) for i, (text, _) in enumerate(FILMS)],
            "labels in column 2: is that right? Else give `label_column`. Received: 40 "
            "texts with as many labels",
        ),
        (
            [(text, "good") for text, _ in FILMS],
            "Received: 'good', the label of all 40",
        ),
    ],
)
def test_labels_that_are_no_classes(tmp_path, rows, message):
    write(tmp_path, train_csv="".join(f"{a},{b}\n" for a, b in rows))
    assert message in error_of(tmp_path)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            ["NaN", "good", "bad"],
            "'NaN' is a class, of 14 texts. If their label is miss",
        ),
        (range(30), "there are 30 classes in 40 texts. It has no header, texts in col"),
    ],
)
def test_labels_that_look_wrong(tmp_path, labels, message):
    labels = list(labels)
    rows = [f"{t},{labels[i % len(labels)]}\n" for i, (t, _) in enumerate(FILMS)]
    write(tmp_path, train_csv="".join(rows))
    with pytest.warns(UserWarning, match=message):
        labelled_files(tmp_path)


def test_prose_is_no_list_of_labels(tmp_path):
    write(tmp_path, novel_txt="".join(f"{text}\n" for text, _ in FILMS[:20]))
    message = error_of(tmp_path / "novel.txt")
    assert "expected a tab between text and label, or lines that begin with" in message
    write(tmp_path, novel_txt="".join(f"{b} {a}\n" for a, b in FILMS))
    with pytest.raises(ValueError, match="go with tables.*Received: text_column=2"):
        labelled_files(tmp_path / "novel.txt", text_column=2)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ((["a"], np.array([0, 1])), "Received: 1 texts and 2 labels"),
        ((["a", "b"], np.array([0, 2])), "from 0 to 1. Received: test labels[1]=2"),
    ],
)
def test_parts_are_checked(part, message):
    good = ["a"], np.array([0])
    with pytest.raises(ValueError) as raised:
        LabelledText("t", ["x", "y"], good, good, part)
    assert message in str(raised.value)


def test_sst2(real_data):
    text = labelled_files(real_data("text/sst2"))
    counts = [len(part[0]) for part in (text.train, text.validation, text.test)]
    assert counts == [6_920, 872, 1_821]
    assert text.class_names == ["0", "1"]
    assert np.bincount(text.test[1]).tolist() == [912, 909]


def test_trec(real_data):
    text = labelled_files(real_data("text/trec"))
    assert len(text.train[0]) + len(text.validation[0]) == 5_452
    assert len(text.test[0]) == 500
    assert text.class_names == list("012345")
    # TREC's counts: ABBR 86, ENTY 1,250, DESC 1,162, HUM 1,223, LOC 835, NUM 896.
    counts = np.bincount(np.concatenate([text.train[1], text.validation[1]]))
    assert sorted(counts) == [86, 835, 896, 1_162, 1_223, 1_250]
    assert "What county is Modesto , California in ?" in text.test[0]
