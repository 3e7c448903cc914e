import numpy as np
import pytest

from kerazoo.data.held_out import held_out
from kerazoo.data.text.split_texts import split_off
from kerazoo.data.text.split_texts import split_twice

TEXTS = [f"text {i}" for i in range(40)]
LABELS = np.arange(40, dtype=np.int32) % 3


def test_a_tenth_is_held_out_as_it_always_was():
    kept, held = held_out(40, LABELS, 0.1)
    train, validation = split_off((TEXTS, LABELS), LABELS)
    assert train[0] == [TEXTS[i] for i in kept]
    assert validation[0] == [TEXTS[i] for i in held]
    np.testing.assert_array_equal(validation[1], LABELS[held])


@pytest.mark.parametrize(("count", "held"), [(1, 0), (2, 1), (4, 1), (5, 1), (15, 2)])
def test_few_texts(count, held):
    train, validation = split_off((TEXTS[:count], TEXTS[:count]))
    assert len(validation[0]) == len(validation[1]) == held
    assert sorted(train[0] + validation[0]) == sorted(TEXTS[:count])


def test_parts_have_nothing_in_common():
    train, validation, test = split_twice((TEXTS, LABELS), lambda part: part[1])
    assert [len(part[0]) for part in (train, validation, test)] == [34, 3, 3]
    assert sorted(train[0] + validation[0] + test[0]) == sorted(TEXTS)
    for texts, labels in (train, validation, test):
        assert [LABELS[TEXTS.index(text)] for text in texts] == labels.tolist()


def test_too_few_for_both_have_no_test():
    train, validation, test = split_twice((["a", "b"],), lambda part: None)
    assert test is None and sorted(train[0] + validation[0]) == ["a", "b"]
    assert len(validation[0]) == 1
