"""The parts of the page of models that take texts."""

import numpy as np
import pytest

from kerazoo.demo.examples import example_requests
from kerazoo.demo.examples import example_texts
from kerazoo.demo.text_class_tab import TextClassTab
from kerazoo.demo.translation_tab import TranslationTab
from kerazoo.demo.writing_tab import WritingTab
from tests.demo.exports import exports
from tests.demo.html_parts import bars_of
from tests.demo.html_parts import cells_of
from tests.demo.html_parts import words_of


def test_translations_have_alternatives_and_scores():
    best, others, answered = TranslationTab(exports()["translations"]).answer("<Day>")
    assert words_of(best).split() == ["<DAY>"]
    assert cells_of(others) == [["<DAY>", "-0.25"], ["<day>", "-1.5"]]
    assert "Answered" in answered


def test_long_text_is_said_to_be_cut():
    best, *_ = TranslationTab(exports()["translations"]).answer("much too long a text")
    assert "only the beginning" not in words_of(best).lower()
    best, *_ = TranslationTab(exports()["translations"]).answer("much too long a text!")
    assert "Only the beginning was read" in words_of(best)


def test_texts_have_classes():
    best, shares, _ = TextClassTab(exports()["texts"]).answer("eleven long")
    assert words_of(best).split() == ["good"]
    good = 1 / (1 + np.exp(-1))  # Of eleven characters, see `exports`.
    assert bars_of(shares) == (
        {"good": f"{good:.1%}", "bad": f"{1 - good:.1%}"},
        ["good"],
    )


def test_texts_go_on_and_are_scored():
    tab = WritingTab(exports()["writing"])
    found, answered = tab.write("To be", 2, 0.5, 0.9, 7)
    rows = cells_of(found)
    assert [text for text, *_ in rows] == ["To be 071.4", "To be 171.4"]
    # Each character has the probability 1/2.
    assert [row[1:] for row in rows] == [[f"{11 * np.log(0.5):.4g}", "2"]] * 2
    assert "2 requests" in answered
    found, answered = tab.score("four")
    assert cells_of(found) == [["four", f"{4 * np.log(0.5):.4g}", "2"]]
    assert "requests" not in answered


@pytest.mark.parametrize("text", ["", "  \n"])
def test_blank_text_is_an_error(text):
    for ask in (
        TranslationTab(exports()["translations"]).answer,
        TextClassTab(exports()["texts"]).answer,
        WritingTab(exports()["writing"]).score,
    ):
        with pytest.raises(ValueError, match="Type a text first"):
            ask(text)


def test_examples_are_those_of_the_dataset_or_of_the_export():
    assert "ROMEO:" in example_texts(exports()["writing"])
    assert example_texts(exports()["translations"]) == ["Good day"]
    assert example_texts(exports()["texts"]) == ["a good film"]
    (name,), (inputs,) = zip(*example_requests(exports()["texts"]).items())
    assert name == "classify" and inputs["text"].tolist() == [b"a good film"]
    assert example_requests(exports()["gan"]) == {}
