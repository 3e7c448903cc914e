import pytest

from kerazoo.data.text.column_names import LABEL_NAMES
from kerazoo.data.text.column_names import TEXT_NAMES
from kerazoo.data.text.column_names import could_be_name
from kerazoo.data.text.column_names import find_name


def test_names_are_of_one_kind():
    assert not set(TEXT_NAMES) & set(LABEL_NAMES)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        *[
            (name, True)
            for name in ("review", "Review Text", "label_id", "v1", "Größe")
        ],
        *[
            (name, False)
            for name in ("", "1", "0.5", "Fine!", "so so.", "a, b", "x" * 50)
        ],
        ("a film of two friends", False),
        ("my  cat", False),
    ],
)
def test_names_are_short_words(cell, expected):
    assert could_be_name(cell) is expected


@pytest.mark.parametrize(
    ("header", "text", "label"),
    [
        (["review", "sentiment"], 0, 1),
        (["Sentiment", "SentimentText"], 1, 0),
        (["id", "Rating", "Review Text"], 2, 1),
        (["UserName", "OriginalTweet", "Sentiment"], 1, 2),
        (["tweet_id", "text_length", "tweet", "class_label"], 2, 3),
        (["title", "text", "category", "label"], 1, 3),
        (["v1", "v2"], None, None),
        ([], None, None),
    ],
)
def test_columns_by_their_names(header, text, label):
    assert find_name(header, TEXT_NAMES) == text
    assert find_name(header, LABEL_NAMES) == label
