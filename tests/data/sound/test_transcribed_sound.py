import dataclasses

import numpy as np
import pytest

from kerazoo.data.sound import TranscribedSound
from kerazoo.data.sound import Utterances

SOUNDS = [np.ones(4, "float32"), np.zeros(3, "float32")]


def made(sounds=SOUNDS, texts=("yes", "no"), speakers=None, **kwargs):
    train = Utterances(list(sounds), list(texts), speakers)
    return TranscribedSound(
        "said", 8_000, train, Utterances(SOUNDS, ["a", "b"]), **kwargs
    )


def test_what_it_says_of_itself():
    sound = made(speakers=["x", "y"])
    assert len(sound.train) == 2 and sound.train.num_samples == 7
    assert sound.characters() == ["e", "n", "o", "s", "y"]
    assert sound.describe() == "said"


def test_digest_is_of_all_that_is_trained_on():
    digests = {
        made().digest(),
        made(texts=["yes", "not"]).digest(),
        made(sounds=[SOUNDS[0] / 2, SOUNDS[1]]).digest(),
        dataclasses.replace(made(), sample_rate=16_000).digest(),
    }
    assert len(digests) == 4
    assert dataclasses.replace(made(), name="other").digest() == made().digest()


def test_mistakes():
    for kwargs, message in [
        ({"texts": ["yes"]}, r"as sounds. Received: \[2, 1\]"),
        ({"speakers": ["x"]}, r"Received: \[2, 2, 1\]"),
        ({"texts": ["yes", " "]}, r"train texts\[1\]=' '"),
        ({"sounds": [], "texts": []}, "expected train sounds. Received: none"),
        ({"sounds": [SOUNDS[0], SOUNDS[0][:0]]}, r"sounds\[1\] float32 \(0,\)"),
        ({"sounds": [SOUNDS[0][None], SOUNDS[0]]}, r"sounds\[0\] float32 \(1, 4\)"),
        ({"sounds": [np.ones(3), SOUNDS[0]]}, r"sounds\[0\] float64"),
        ({"test": Utterances([], [])}, "expected test sounds"),
    ]:
        with pytest.raises(ValueError, match=message):
            made(**kwargs)
