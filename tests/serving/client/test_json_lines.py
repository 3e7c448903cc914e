import json

import numpy as np
import pytest

from kerazoo.serving.client.json_lines import read_requests
from kerazoo.serving.client.json_lines import readable


def test_one_a_line_or_over_several():
    text = '{"x": [1, 2.5], "by": 2}\n\n{\n "text": ["a", {"b64": "/w=="}]\n}\n'
    assert read_requests(text) == [
        {"x": [1, 2.5], "by": 2},
        {"text": ["a", b"\xff"]},
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"x": 1}\n{"x": }', "line 2 is no JSON: Expecting value"),
        ('{"x": 1}\n\n[1, 2]', r"line 3 must be an object.*but is \[1, 2\]"),
        ('{"x": {"b64": "?"}}', "line 1 has a wrong b64"),
        ('{"x": [{"b64": 3}]}', "line 1 has a wrong b64"),
        ('{"x": {"b64": "é"}}', "line 1 has a wrong b64"),
        ("text", "line 1 is no JSON"),
        (" \n", "there is no request"),
    ],
)
def test_mistakes_name_their_line(text, words):
    with pytest.raises(ValueError, match=words):
        read_requests(text)


def test_outputs_are_readable():
    outputs = {
        "score": np.float32([[0.1, -2], [np.inf, 1e-9]]),
        "count": np.int32(3),
        "is_long": np.array([True]),
        "text": np.array([["é".encode()], [b"\xff"]], object),
        "png_bytes": np.array([b"a"], object),
    }
    found = readable(outputs)
    assert found == {
        "score": [[0.1, -2.0], [np.inf, 1e-9]],
        "count": 3,
        "is_long": [True],
        "text": [["é"], [{"b64": "/w=="}]],
        "png_bytes": [{"b64": "YQ=="}],
    }
    # Float32 and bytes come back as they were.
    (again,) = read_requests(json.dumps({"score": found["score"]}))
    np.testing.assert_array_equal(np.float32(again["score"]), outputs["score"])
