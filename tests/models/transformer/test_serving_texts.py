"""What exported models of texts answer to nothing, and to what they cannot read."""

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.config import make_language_model
from kerazoo.models.transformer.config import make_text_classifier
from kerazoo.models.transformer.config import make_translator
from kerazoo.models.transformer.serving_classifier import ServingTextClassifier
from kerazoo.models.transformer.serving_language_model import ServingLanguageModel
from kerazoo.models.transformer.serving_translator import ServingTranslator
from kerazoo.text import CharacterTokenizer
from kerazoo.text import Tokenizer
from kerazoo.text import train_vocabulary

SMALL = NetworkConfig(hidden_size=8, num_layers=1, num_heads=2)
TEXTS = ["to be", "", " \t", "\u3000", "to xx", b"to \xff"]
IS_BLANK = [False, True, True, True, False, False]
IS_ODD = [False, False, False, False, True, True]


@pytest.fixture(params=["characters", "subwords"])
def tokenizer(request):
    if request.param == "characters":
        return CharacterTokenizer.of("to be or not")
    return Tokenizer(train_vocabulary(["to be or not to be"], 268))


def test_classes(tokenizer):
    model = make_text_classifier(tokenizer.vocabulary_size, 16, 3, SMALL)
    serving = ServingTextClassifier(model, tokenizer, list("abc"), 16)
    found = serving.classify(tf.constant(TEXTS))
    labels, probabilities = (found[name].numpy() for name in ("label", "probabilities"))
    np.testing.assert_allclose(probabilities[1:4], 1 / 3, rtol=1e-6)
    assert labels[1:4].tolist() == [b""] * 3
    # All others are as the network says.
    tokens = tokenizer.encode(tf.constant(TEXTS[:1])).to_tensor()
    np.testing.assert_allclose(
        probabilities[0], tf.nn.softmax(model(tokens))[0], rtol=1e-5
    )
    assert [label.decode() for label in labels[[0, 4, 5]]] == [
        "abc"[i] for i in probabilities[[0, 4, 5]].argmax(axis=1)
    ]
    is_unknown = [blank or odd for blank, odd in zip(IS_BLANK, IS_ODD)]
    assert found["is_unknown"].numpy().tolist() == is_unknown


def test_translations(tokenizer):
    model = make_translator(tokenizer.vocabulary_size, 16, SMALL)
    serving = ServingTranslator(model, tokenizer, max_length=4, beam_size=2)
    best = serving.n_best(tf.constant(TEXTS))
    assert best["translation"].shape == best["score"].shape == (6, 2)
    for found in (best, serving.greedy(tf.constant(TEXTS))):
        translations, scores = found["translation"].numpy(), found["score"].numpy()
        assert not any(np.ravel(translations[IS_BLANK]))
        assert not scores[IS_BLANK].any()
        assert (scores[~np.array(IS_BLANK)] < 0).all()
        assert found["is_unknown"].numpy().tolist() == IS_ODD
        assert not found["is_truncated"].numpy().any()


def test_prompts(tokenizer):
    model = make_language_model(tokenizer.vocabulary_size, 12, SMALL)
    serving = ServingLanguageModel(model, tokenizer, 12, start=2)
    texts = tf.constant([TEXTS[i] for i in (0, 1, 4, 5)])
    scored = serving.score(texts)
    assert scored["is_unknown"].numpy().tolist() == [False, False, True, True]
    one = tf.constant(1.0)
    made = serving.generate(texts, seed=tf.constant(0), temperature=one, top_p=one)
    assert made["is_unknown"].numpy().tolist() == [False, False, True, True]
    assert made["text"][0].numpy().startswith(b"to be")
