import pytest

from kerazoo.data.table_file import Table
from kerazoo.data.text.text_column import find_text_column

CLASSES = ["bad", "good"]


def table(*rows):
    numbers = list(range(1, len(rows) + 1))
    return Table("films.csv", [list(row) for row in rows], numbers, numbers)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (["text"], (0, True)),
        (["One fine review", "two"], (0, False)),
        ([("id", "Review Text"), ("1", "fine")], (1, True)),
        ([("fine film", "good"), ("dull film", "bad")], (0, False)),
        ([("good", "fine film"), ("bad", "dull film")], None),
        ([("Film", "Meinung"), ("fine film", "good")], (0, True)),
        ([("label", "what"), ("good", "fine film"), ("", "dull")], (1, True)),
        ([("fine film", "good"), ("dull film", "")], (0, False)),
        ([("fine film", ""), ("dull film", "bad")], (0, False)),
        ([("1", "fine film"), ("2", "dull film")], None),
        ([("a", "b", "c"), ("1", "2", "3")], None),
    ],
)
def test_without_a_name(rows, found):
    given = table(*([row] if isinstance(row, str) else row for row in rows))
    if found is not None:
        assert find_text_column(given, class_names=CLASSES) == found
        return
    with pytest.raises(ValueError, match="`text_column`.*columns="):
        find_text_column(given, class_names=CLASSES)


@pytest.mark.parametrize(
    ("text_column", "found"),
    [("Notes", (1, True)), ("2", (1, False)), (1, (0, False)), ("x", (0, True))],
)
def test_given_columns(text_column, found):
    assert find_text_column(table(("x", "notes"), ("a", "b")), text_column) == found


def test_a_word_above_numbers_is_of_a_header():
    rows = [("What they said", "Ref #"), ("fine", "7"), ("dull", "8")]
    assert find_text_column(table(*rows), "1") == (0, True)
    assert find_text_column(table(*rows[1:]), "1") == (0, False)


def test_given_columns_that_are_not_there():
    rows = table(("x", "notes"), ("a", "b"))
    with pytest.raises(ValueError, match=r"films\.csv.*text_column=y.*'notes'"):
        find_text_column(rows, "y")
    with pytest.raises(ValueError, match="from 1 to 2.*text_column=3"):
        find_text_column(rows, "3")


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("eins", "one"), ("zwei", "two")], (0, False)),
        ([("German", "English"), ("zwei", "two")], (0, True)),
        ([("id", "en", "de"), ("1", "two", "zwei")], (2, True)),
        ([("de",), ("zwei",)], (0, True)),
        ([("zwei",), ("drei",)], (0, False)),
        ([("en", "comment", "de"), ("two", "a number", "zwei")], (2, True)),
        ([("id", "text"), ("7", "zwei")], (1, True)),
    ],
)
def test_columns_of_languages(rows, found):
    assert find_text_column(table(*rows), languages=("de", "en")) == found


def test_a_header_of_languages_is_one_where_the_column_is_given():
    rows = [("en", "de"), ("two", "zwei")]
    assert find_text_column(table(*rows), "2", languages=("de", "en")) == (1, True)
    assert find_text_column(table(*rows[1:]), "2", languages=("de", "en")) == (1, False)


@pytest.mark.parametrize("label", ["good", "another", ""])
def test_texts_are_beside_a_known_column_of_labels(label):
    rows = table(("mood", "what"), (label, "fine film"))
    found = find_text_column(rows, class_names=CLASSES, label_column="mood")
    assert found == (1, True)
