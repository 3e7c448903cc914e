import pytest

from kerazoo.data.text.parallel_tables import parallel_table

PAIRS = [("one dog", "ein Hund"), ("two dogs", "zwei Hunde")]


def read(folder, rows, *languages):
    text = "".join("\t".join(row) + "\n" for row in rows)
    (folder / "pairs.tsv").write_text(text)
    return parallel_table(folder / "pairs.tsv", *languages)


@pytest.mark.parametrize(
    ("first", "languages", "is_turned", "said"),
    [
        ((), (), False, "no header, from column 1 to column 2"),
        ((), ("en", "de"), False, "no header, from column 1 to column 2"),
        ((), ("2", "1"), True, "no header, from column 2 to column 1"),
        (("English", "German"), (), False, "column 1 'English' to column 2 'German'"),
        (("English", "German"), ("de", "en"), True, "a header, from column 2 'German'"),
        (("EN", "DE"), ("de", "en"), True, "a header, from column 2 'DE'"),
        (("en", "de"), (), False, "a header, from column 1 'en'"),
        (
            ("formal", "plain"),
            ("plain", "formal"),
            True,
            "a header, from column 2 'plain",
        ),
        (("en", "x"), ("en",), False, "a header, from column 1 'en' to column 2 'x'"),
        (("x", "en"), ("source", "en"), False, "a header, from column 1 'x'"),
        (("source", "target"), (), False, "a header"),
        (("Question", "Answer"), (), False, "a header"),
    ],
)
def test_two_columns(tmp_path, first, languages, is_turned, said):
    table = read(tmp_path, [first, *PAIRS] if first else PAIRS, *languages)
    found = list(zip(table.sources, table.targets))
    assert found == [pair[::-1] if is_turned else pair for pair in PAIRS]
    assert said in table.description


def test_more_columns(tmp_path):
    rows = [("CC", *pair) for pair in PAIRS]
    assert read(tmp_path, rows, "3", "2").sources == ["ein Hund", "zwei Hunde"]
    header = ("licence", "English", "German")
    assert read(tmp_path, [header, *rows], "en", "de").targets[0] == "ein Hund"


@pytest.mark.parametrize(
    ("rows", "languages"),
    [
        ([("CC", *pair) for pair in PAIRS], ()),
        ([("CC", *pair) for pair in PAIRS], ("2", "4")),
        ([("en", "de"), *PAIRS], ("fr", "en")),
        ([("en", "de"), *PAIRS], ("fr", "it")),
        (PAIRS, ("1", "x")),
    ],
)
def test_columns_that_are_not_there(tmp_path, rows, languages):
    with pytest.raises(ValueError) as raised:
        read(tmp_path, rows, *languages)
    source, target = languages or ("source", "target")
    assert f"source_language={source}, target_language={target}" in str(raised.value)
    assert str(list(rows[0])) in str(raised.value)
