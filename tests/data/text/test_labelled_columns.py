import pytest

from kerazoo.data.table_file import Table
from kerazoo.data.text.labelled_columns import LabelledColumns
from kerazoo.data.text.labelled_columns import find_columns
from kerazoo.data.text.labelled_columns import like_columns

TEXTS = [f"a film of {i} long and quiet hours in town" for i in range(12)]
GOOD_BAD = [[text, "good" if i % 2 else "bad"] for i, text in enumerate(TEXTS)]
STARS = [[text, str(i % 4)] for i, text in enumerate(TEXTS)]
THREE = [["7", text, label] for text, label in GOOD_BAD]


def table(*rows):
    numbers = list(range(1, len(rows) + 1))
    return Table("films.csv", list(rows), numbers, numbers)


def error_of(function, *arguments, **more):
    with pytest.raises(ValueError) as raised:
        function(*arguments, **more)
    assert str(raised.value).startswith("films.csv: ")
    return str(raised.value)


@pytest.mark.parametrize(
    ("first", "rest", "text", "label"),
    [
        (["review", "sentiment"], GOOD_BAD, 0, 1),
        (["Review", "Whatever"], GOOD_BAD, 0, 1),
        (["whatever", "Overall Rating"], STARS, 0, 1),
        (["stuff", "points"], STARS, 0, 1),  # All other labels are numbers.
        (["Film", "Meinung"], GOOD_BAD, 0, 1),  # They begin with small letters.
        (["a b", "v2"], GOOD_BAD, 0, 1),  # They have no digits.
        (["text", "label"], GOOD_BAD[:1], 0, 1),
        (["text", "label"], [], 0, 1),
        (["review", "sentiment"], GOOD_BAD[:1], 0, 1),
        (["text. all of it", "label"], GOOD_BAD, 0, 1),
        (["id", "text", "sentiment"], THREE, 1, 2),
        (["", "Review Text", "Class"], THREE, 1, 2),
    ],
)
def test_headers(first, rest, text, label):
    assert find_columns(table(first, *rest)) == LabelledColumns(text, label, first)


def test_a_word_above_numbers_is_of_a_header(recwarn):
    first = ["Ref #", "What they said", "Go again?"]
    found = find_columns(table(first, *THREE), 2, 3)
    assert found == LabelledColumns(1, 2, first)
    # The label of an example is one of the others'.
    example = ["none", "a film of five whole hours", "good"]
    assert find_columns(table(example, *THREE), 2, 3) == LabelledColumns(1, 2)
    assert not recwarn


def test_label_before_the_text():
    rows = [row[::-1] for row in GOOD_BAD]
    for first in (["sentiment", "x"], ["x", "review"], ["Label", "Text"]):
        assert find_columns(table(first, *rows)) == LabelledColumns(1, 0, first)


@pytest.mark.parametrize(
    "rows",
    [
        GOOD_BAD,
        STARS,
        GOOD_BAD[:2],  # Each label once, as in tiny files.
        GOOD_BAD[:1],
        [["okay", "neutral"], *GOOD_BAD[:3]],  # So is another one.
        [["A text of its own class.", "Neutral"], *GOOD_BAD],
        [["a film of five whole hours", "neutral"], *GOOD_BAD],
        [["topic of the day", "good"], *GOOD_BAD],
        [["review", "good"], *GOOD_BAD],
        [["5", "Neutral"], *GOOD_BAD],
        [["a film without sound", "4"], *STARS],
    ],
)
def test_examples_are_no_headers(rows, recwarn):
    assert find_columns(table(*rows)) == LabelledColumns(0, 1)
    assert not recwarn


@pytest.mark.parametrize(
    "rows",
    [
        [["okay", "neutral"], *GOOD_BAD],  # The label is written like the others,
        [["salt", "Other"], *[["fig", "fruit"], ["leek", "root"]] * 3],  # or the text.
    ],
)
def test_what_may_be_either_is_kept_with_a_warning(rows):
    with pytest.warns(UserWarning, match=f"{rows[0][1]!r}, occurs nowhere else. The r"):
        assert find_columns(table(*rows)).names is None
    assert find_columns(table(*rows), header=True).names == rows[0]


def test_a_header_that_is_denied():
    rows = table(["review", "sentiment"], *GOOD_BAD)
    assert find_columns(rows, header=False) == LabelledColumns(0, 1)
    message = error_of(find_columns, rows, "review", header=False)
    assert "expected a header with the name of `text_column`." in message


@pytest.mark.parametrize(
    ("text", "label", "found"),
    [
        ("Foo", "BAR", (1, 2)),
        (2, 1, (1, 0)),
        ("2", "bar", (1, 2)),
        ("bar", 2, (2, 1)),
    ],
)
def test_columns_that_are_given(text, label, found):
    first = ["id", "foo", "bar"]
    columns = find_columns(table(first, *THREE), text, label)
    assert (columns.text, columns.label) == found
    is_named = not (str(text).isdecimal() and str(label).isdecimal())
    assert (columns.names == first) is is_named


def test_one_column_that_is_given():
    assert find_columns(table(*GOOD_BAD), text_column=2) == LabelledColumns(1, 0)
    assert find_columns(table(*GOOD_BAD), label_column=1) == LabelledColumns(1, 0)
    first = ["review", "text", "label"]
    rows = table(first, *THREE)
    assert find_columns(rows, text_column="review") == LabelledColumns(0, 2, first)
    assert find_columns(rows, label_column="text") == LabelledColumns(0, 1, first)


@pytest.mark.parametrize(
    ("rows", "given", "message"),
    [
        (THREE, {}, "which of its 3 columns are texts and labels? Give `text_column`"),
        (GOOD_BAD, {"text_column": "x"}, "`text_column`. Received: text_column=x, the"),
        (
            GOOD_BAD,
            {"label_column": 3},
            "from 1 to 2, the number of columns, or a name",
        ),
        (GOOD_BAD, {"label_column": 0}, "Received: label_column=0"),
        (
            GOOD_BAD,
            {"text_column": 1, "label_column": "1"},
            "must differ. Received: te",
        ),
    ],
)
def test_columns_that_are_not_there(rows, given, message):
    assert message in error_of(find_columns, table(*rows), **given)


def test_what_is_said():
    assert str(LabelledColumns(0, 1)) == (
        "no header, texts in column 1, labels in column 2"
    )
    assert str(LabelledColumns(1, 0, ["stars", "film"])) == (
        "a header, texts in column 2 'film', labels in column 1 'stars'"
    )


def test_further_tables():
    training = LabelledColumns(0, 1, ["review", "stars"])
    assert like_columns(table(*GOOD_BAD[:2]), training) == LabelledColumns(0, 1)
    first = ["Stars", "id", "Review"]
    assert like_columns(table(first, *THREE), training) == LabelledColumns(2, 0, first)
    assert like_columns(table(["id", "review"]), training) is None
    # A header of other names, and one where the training table has none.
    first = ["text", "label"]
    for columns in (training, LabelledColumns(0, 1)):
        assert like_columns(table(first), columns) == LabelledColumns(0, 1, first)
    message = error_of(like_columns, table(["a", "b"]), LabelledColumns(0, 2))
    assert "texts in column 1, labels in column 3. Received: 2 columns" in message
