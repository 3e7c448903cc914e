import json

import pytest

from kerazoo.demo.signatures_tab import SignaturesTab
from tests.demo.exports import exports


@pytest.fixture(scope="module")
def tab():
    return SignaturesTab(exports()["signatures"])


def test_example_is_answered(tab):
    inputs = tab.example("classify")
    assert json.loads(inputs) == {"text": ["a good film"]}
    outputs, answered = tab.request("classify", inputs)
    assert outputs["probabilities"][0][1] == pytest.approx(1 / (1 + 2.718281828**-1))
    assert "Answered" in answered


def test_example_of_no_request_is_of_the_right_shapes():
    tab = SignaturesTab(exports()["gan"])
    assert json.loads(tab.example("generate")) == {
        "label": [0],
        "latents": [[0, 0, 0]],
    }


def test_example_of_a_text_can_be_asked():
    tab = SignaturesTab(exports()["writing"])
    inputs = tab.example("generate")
    assert json.loads(inputs)["prompt"] == [""]
    # No prompt, the place 0, the seed 0, temperature and top p: see `exports`.
    assert tab.request("generate", inputs)[0] == {"text": [" 000.0"]}


def test_bytes_that_are_no_text_are_base64():
    tab = SignaturesTab(exports()["gan"])
    outputs, _ = tab.request("generate", tab.example("generate"))
    assert outputs["png_bytes"][0]["b64"].startswith("iVBORw0KGgo")  # A PNG file.
    request = {"text": [{"b64": "/w=="}]}
    outputs, _ = SignaturesTab(exports()["texts"]).request(
        "classify", json.dumps(request)
    )
    assert len(outputs["probabilities"]) == 1


def test_large_outputs_are_described():
    tab = SignaturesTab(exports()["points"])
    outputs, _ = tab.request("sample", '{"count": 1001, "seed": 0, "truncation": 0}')
    assert outputs == {"samples": "float32 of shape [1001, 2]"}


@pytest.mark.parametrize(
    ("signature", "inputs", "said"),
    [
        ("serve", "{}", "one of classify. Received: serve"),
        ("classify", "{", "line 1 is no JSON"),
        ("classify", "[]", "must be an object"),
        ("classify", '{"label": [1]}', "object of text. Received: label"),
        ("classify", '{"text": ["a"]} {"text": ["b"]}', "Received: text; text"),
        ("classify", '{"text": [1]}', "The input text of classify"),
    ],
)
def test_wrong_requests_are_errors(tab, signature, inputs, said):
    with pytest.raises(ValueError, match=said):
        tab.request(signature, inputs)
