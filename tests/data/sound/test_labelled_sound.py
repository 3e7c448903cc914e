import dataclasses

import numpy as np
import pytest

from kerazoo.data.sound import LabelledSound

SOUNDS = [np.ones(4, "float32"), np.zeros(3, "float32")]
LABELS = np.array([0, 1], "int32")


def made(names=("no", "yes"), sounds=SOUNDS, labels=LABELS):
    return LabelledSound("said", 8_000, list(names), (sounds, labels), (SOUNDS, LABELS))


def test_digest_is_of_all_that_is_trained_on():
    digests = {made().digest(), made(labels=LABELS[::-1].copy()).digest()}
    digests.add(made(sounds=SOUNDS[::-1]).digest())
    assert len(digests) == 3
    assert dataclasses.replace(made(), test=(SOUNDS, LABELS)).digest() in digests
    assert made().describe() == "said"


def test_mistakes():
    for kwargs, message in [
        ({"names": ["yes"]}, r"two classes or more. Received: class_names=\['yes'\]"),
        ({"sounds": []}, "expected train sounds. Received: none"),
        ({"labels": LABELS[:1]}, "2 sounds and 1 labels"),
        ({"labels": LABELS + 1}, r"from 0 to 1. Received: train labels\[1\]=2"),
    ]:
        with pytest.raises(ValueError, match=message):
            made(**kwargs)
