import numpy as np
import pytest
import tensorflow as tf

from kerazoo.tasks.transformer import exported
from kerazoo.tasks.transformer.exported import Translator
from kerazoo.tasks.transformer.exported import continue_prompts

TEXTS = [b"one", b"", "\u3000 ".encode(), b"\xff", b"odd"]


def signatures(is_old):
    """Returns those of a model that writes texts backwards, one beam after another."""

    def translate(text):
        back = [t[::-1] for t in text.numpy()]
        found = {
            "translation": tf.constant(back),
            "score": -tf.ones(len(back)),
            "is_truncated": tf.zeros(len(back), bool),
        }
        return found if is_old else {**found, "is_unknown": text == b"odd"}

    def n_best(text):
        found = translate(text)
        beams = [tf.stack([found[k]] * 3, axis=1) for k in ("translation", "score")]
        return {**found, "translation": beams[0], "score": beams[1]}

    def generate(prompt, **_):
        found = translate(prompt)
        return {"text": prompt + "!", **found}

    return {"translate": translate, "n_best": n_best, "generate": generate}


@pytest.fixture(params=[False, True], ids=["new", "old"])
def is_old(request, monkeypatch):
    """Exports with and without `is_unknown`, as those of version 0.1."""
    monkeypatch.setattr(
        exported, "load_signatures", lambda _: signatures(request.param)
    )
    return request.param


def test_blank_texts_have_blank_translations(is_old):
    translator = Translator("model/1")
    found = translator(TEXTS)
    assert found.translations == [
        [("eno", -1.0)],
        [("", 0.0)],
        [("", 0.0)],
        [("\ufffd", -1.0)],
        [("ddo", -1.0)],
    ]
    assert found.is_utf8.tolist() == [True, True, True, False, True]
    assert found.is_unknown.tolist() == [False] * 4 + [not is_old]
    best = translator(TEXTS, n_best=2).translations
    assert best[0] == [("eno", -1.0)] * 2 and best[1] == [("", 0.0)] * 2


def test_prompts(is_old):
    found = continue_prompts("model/1", TEXTS)
    assert found.texts[0] == "one!" and found.texts[1] == "!"
    expected = [False, False, False, True, not is_old]
    np.testing.assert_array_equal(found.is_unknown, expected)
    assert not found.is_truncated.any()
