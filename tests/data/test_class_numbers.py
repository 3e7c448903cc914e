import pytest

from kerazoo.data.class_numbers import class_numbers
from kerazoo.data.class_numbers import numbers_of


def test_classes_by_name_and_number():
    assert class_numbers(2, ["cat", "dog"]) == {"0": 0, "1": 1, "cat": 0, "dog": 1}
    assert class_numbers(3) == {"0": 0, "1": 1, "2": 2}
    assert numbers_of(["dog", "none", "0"], 2, ["cat", "dog"]) == [1, -1, 0]
    assert numbers_of([], 2) == []


def test_other_names_are_refused_with_those_there_are():
    with pytest.raises(ValueError, match="from 0 to 1. Received: label=2"):
        numbers_of(["2"], 2)
    with pytest.raises(ValueError, match="name of cat, dog. Received: label=cow"):
        numbers_of(["0", "cow"], 2, ["cat", "dog"])
    many = [f"class {i}" for i in range(20)]
    with pytest.raises(ValueError, match=r"class 9, \.\.\.\."):
        numbers_of(["cow"], 20, many)
