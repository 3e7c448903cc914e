import math

from kerazoo.runs.rounding import rounded


def test_floats_have_seven_digits_and_all_else_is_left_alone():
    result = {
        "fid": 12.3456789,
        "kid": 1.23456789e-5,
        "steps": 123456789,
        "name": "0.123456789",
        "folds": (0.123456789, 1),
        "export": None,
        "is_done": True,
    }
    assert rounded(result) == {
        "fid": 12.34568,
        "kid": 1.234568e-5,
        "steps": 123456789,
        "name": "0.123456789",
        "folds": [0.1234568, 1],
        "export": None,
        "is_done": True,
    }
    assert math.isnan(rounded(math.nan)) and rounded(math.inf) == math.inf
