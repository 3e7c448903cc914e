import datetime
import re

import numpy as np
import pytest

from kerazoo.data.text.date_pairs import dates

ENGLISH = (
    *("%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%d %b %Y", "%d %B %Y", "%b %d, %Y"),
    *("%B %d, %Y", "%A, %B %d, %Y", "%a, %d %b %Y", "%Y %B %d"),
)


def strptime(text):
    """Dates that an English text may be."""
    found = set()
    for pattern in ENGLISH:
        try:
            found.add(datetime.datetime.strptime(text, pattern).date().isoformat())
        except ValueError:
            continue
    return found


def test_english_dates_by_strptime():
    sources, targets = dates(train_examples=3_000, locales=["en_US"]).train
    assert [strptime(source) for source in sources] == [{t} for t in targets]
    forms = {re.sub("[a-z]+", "a", re.sub("[0-9]+", "1", s.lower())) for s in sources}
    assert forms == {
        *("1-1-1", "1.1.1", "1/1/1", "1 a 1", "a 1, 1", "1 a 1"),
        *("a, a 1, 1", "a, 1 a 1"),
    }


def test_chinese_and_finnish_dates():
    text = dates(train_examples=5_000, locales=["zh", "fi"])
    matched = 0
    for source, target in zip(*text.train):
        year, month, day = map(int, target.split("-"))
        if "年" in source:
            matched += 1
            assert source.startswith(f"{year}年{month}月{day}日")
        if "huhtikuuta" in source:
            matched += 1
            assert month == 4
            assert str(year) in source
    assert matched > 500


def test_a_text_is_one_date():
    found = {}
    for seed in range(2):
        for source, target in zip(*dates(seed, train_examples=40_000).train):
            assert found.setdefault(source, target) == target


def test_months_of_the_same_name_are_left_out():
    # "lip" and "listopada" are other months in Poland than in Croatia.
    both = dates(train_examples=20_000, locales=["pl", "hr"]).train[0]
    polish = dates(train_examples=20_000, locales=["pl"]).train[0]
    for word in ("lip", "lis", "listopada"):
        assert not [source for source in both if word in source.split()]
        assert [source for source in polish if word in source.split()]
    assert [source for source in both if "lipca" in source.split()]
    assert [source for source in both if "lipnja" in source.split()]


def test_years_are_whole_and_within():
    text = dates(train_examples=20_000)
    years = [int(target[:4]) for target in text.train[1]]
    assert min(years) == 1900
    assert max(years) == 2100
    for source, target in zip(*text.train):
        assert target[:4] in source


def test_no_date_is_in_two_parts():
    text = dates(train_examples=60_000, test_examples=3_000)
    parts = [set(part[1]) for part in (text.train, text.validation, text.test)]
    assert [len(part) for part in parts[1:]] == [3_000, 3_000]
    assert len(set.union(*parts)) == sum(map(len, parts))
    assert len(text.train[0]) == 60_000


def test_seed_decides():
    options = {"train_examples": 500, "test_examples": 10}
    assert dates(1, **options) == dates(1, **options)
    assert dates(1, **options) != dates(2, **options)


def test_all_default_locales_are_used():
    sources = dates(train_examples=20_000).train[0]
    for word in ("กุมภาพันธ์", "februarie", "2월", "februára", "فبراير", "Φεβρουαρίου"):
        assert [source for source in sources if word in source]
    assert np.mean([source.isascii() for source in sources]) < 0.8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"locales": ["de", "xx_YY"]}, r"such as .* Received: locale=xx_YY$"),
        ({"locales": ["french"]}, r"such as fa, fa_AF, .* Received: locale=french"),
        ({"locales": [""]}, "Received: locale=$"),
        ({"train_examples": 0}, "Received: train_examples=0, test_examples=2000"),
        ({"test_examples": 0}, "1 to 18353 to test. Received: .*test_examples=0"),
        ({"test_examples": 40_000}, "Received: .* test_examples=40000"),
    ],
)
def test_date_errors(options, message):
    with pytest.raises(ValueError, match=message) as raised:
        dates(**options)
    assert "\n" not in str(raised.value)
