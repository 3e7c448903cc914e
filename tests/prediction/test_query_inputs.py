import pytest

from kerazoo.prediction.query_inputs import read_queries


@pytest.mark.parametrize(
    ("name", "text", "signature", "first"),
    [
        (
            "q.csv",
            "head,relation\na,r\n",
            "rank_tails",
            {"heads": "a", "relations": "r"},
        ),
        (
            "q.tsv",
            "note\tObject\tpredicate\nx\ta\tr\n",
            "rank_heads",
            {"relations": "r", "tails": "a"},
        ),
        (
            "q.csv",
            "tail,relation,head\nb,r,a\n",
            "score",
            {"heads": "a", "relations": "r", "tails": "b"},
        ),
        ("q.txt", "a\tr\nb\tr\n", "rank_tails", {"heads": "a", "relations": "r"}),
        (
            "test.txt",
            "a b\tr\tc\n",
            "score",
            {"heads": "a b", "relations": "r", "tails": "c"},
        ),
    ],
)
def test_columns_tell_what_is_asked(tmp_path, name, text, signature, first):
    path = tmp_path / name
    path.write_text(text)
    inputs = read_queries(path)
    assert inputs.shared == signature
    rows = list(inputs.rows)
    assert rows[0].item == first
    assert (
        len(rows)
        == inputs.total
        == text.count("\n") - ("relation" in text or "Obj" in text)
    )


def test_blank_names_have_no_answer(tmp_path):
    path = tmp_path / "q.csv"
    path.write_text("head,relation\n,r\na,\na,r\n")
    problems = [row.problem for row in read_queries(path).rows]
    assert problems == ["no head", "no relation", None]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("head,tail\na,b\n", "expected columns head and relation"),
        ("a,b,c,d\n", "expected columns head and relation"),
        ("head,relation\n", "only a header"),
    ],
)
def test_other_tables_are_refused(tmp_path, text, message):
    path = tmp_path / "q.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_queries(path)
