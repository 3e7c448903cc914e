import numpy as np
import pytest

from kerazoo.serving.comparison import differences

NUMBERS = np.array([0.0, 1.0, -1_000.0, np.nan, np.inf], np.float32)


@pytest.mark.parametrize(
    "found, tolerance, words",
    [
        (NUMBERS, 0.0, None),
        (NUMBERS + np.float32(5e-6), 1e-5, None),
        # Of 1,000 a relative 1e-5 is 0.01.
        (NUMBERS + np.float32([0, 0, 0.009, 0, 0]), 1e-5, None),
        (NUMBERS + np.float32([0, 0, 0.011, 0, 0]), 1e-5, "1 of 5 differ, by 0.011"),
        (NUMBERS + np.float32([0.1, 0.1, 0, 0, 0]), 1e-5, "2 of 5 differ, by 0.1"),
        (NUMBERS + np.float32([0.1, 0.1, 0, 0, 0]), 0.2, None),
        (np.zeros(5, np.float32), 1e-5, "4 of 5 differ"),
        (NUMBERS[:4], 1e-5, r"shape \(4,\) where \(5,\)"),
        (NUMBERS.astype(np.float64), 1e-5, "float64 where float32"),
    ],
)
def test_numbers(found, tolerance, words):
    wrong = differences({"y": NUMBERS}, {"y": found}, tolerance)
    assert not wrong if words is None else len(wrong) == 1
    if words:
        with pytest.raises(ValueError, match=f"^y: {words}"):
            raise ValueError(wrong[0])


def test_texts_pixels_and_truth_are_identical_or_not():
    texts = np.array([[b"a", b"b\0"]], object)
    assert not differences({"t": texts}, {"t": texts.copy()})
    other = np.array([[b"a", b"b"]], object)
    assert differences({"t": texts}, {"t": other}, 9.0) == ["t: 1 of 2 are others"]
    pixels = np.array([0, 255], np.uint8)
    assert differences({"p": pixels}, {"p": pixels[::-1]}) == [
        "p: 2 of 2 differ, by 255 at most"
    ]
    truth = np.array([True, False])
    assert differences({"b": truth}, {"b": ~truth}, 9.0) == ["b: 2 of 2 are others"]


def test_other_outputs_are_named():
    assert differences({"a": pixels()}, {"b": pixels(), "a": pixels()}) == [
        "outputs a, b where a were stored"
    ]


def pixels():
    return np.zeros(1, np.uint8)
