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
from kerazoo.serving.limits import Limits
from kerazoo.text import CharacterTokenizer
from kerazoo.text import Tokenizer
from kerazoo.text import train_vocabulary
from tests.serving.odd_requests import ask
from tests.serving.odd_requests import assert_memory_stays
from tests.serving.odd_requests import assert_odd_requests_end_well
from tests.serving.odd_requests import assert_rows_are_answered_alone

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


@pytest.fixture(scope="module")
def served():
    """What is served of each kind of model, by name; signatures are traced once."""
    tokenizer = CharacterTokenizer.of("to be or not")
    size = tokenizer.vocabulary_size
    limits = Limits(max_examples=300, max_text_bytes=700_000)
    return {
        "classifier": ServingTextClassifier(
            *(make_text_classifier(size, 16, 3, SMALL), tokenizer, list("abc"), 16),
            limits=limits,
        ),
        "language_model": ServingLanguageModel(
            *(make_language_model(size, 12, SMALL), tokenizer, 12),
            start=2,
            limits=limits,
        ),
        "translator": ServingTranslator(
            *(make_translator(size, 16, SMALL), tokenizer, 4),
            beam_size=2,
            limits=limits,
        ),
    }


SIGNATURES = pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("classifier", "classify"),
        ("language_model", "generate"),
        ("language_model", "score"),
        ("translator", "greedy"),
        ("translator", "n_best"),
    ],
)


def good_request(name, signature):
    texts = {"text": np.array(["to be", "or not to be"], object)}
    if signature != "generate":
        return texts
    numbers = {"seed": 1, "temperature": 0.5, "top_p": 0.9}
    return {"prompt": texts["text"], **numbers}


@pytest.mark.slow
@SIGNATURES
def test_odd_requests_end_well(served, name, signature):
    function = served[name].endpoints[signature]
    assert_odd_requests_end_well(function, good_request(name, signature), 30)


@pytest.mark.slow
@SIGNATURES
def test_many_odd_requests_end_well(served, name, signature):
    function, good = served[name].endpoints[signature], good_request(name, signature)
    assert_odd_requests_end_well(function, good, 1_000, seed=1)
    assert_memory_stays(function, good, 10_000)


@pytest.mark.slow
@SIGNATURES
def test_rows_are_answered_alone(served, name, signature):
    words = np.array(["to", "be", "or", "not", ""])
    random = np.random.default_rng(0)
    texts = [" ".join(random.choice(words, 4)) for _ in range(257)]
    request = good_request(name, signature)
    (key,) = request.keys() & {"text", "prompt"}
    # What is drawn depends on the row; the likeliest tokens do not.
    request |= {key: np.array(texts, object)} | (
        {"temperature": 0.0} if signature == "generate" else {}
    )
    function = served[name].endpoints[signature]
    assert_rows_are_answered_alone(function, request, request.keys() - {key})


@SIGNATURES
def test_too_many_and_too_long_texts_are_errors(served, name, signature):
    function, good = served[name].endpoints[signature], good_request(name, signature)
    (key,) = good.keys() & {"text", "prompt"}
    for texts, words in (
        (["to be"] * 301, f"`{key}` must have at most 300 rows. Received: 301"),
        (["", "a" * 700_001], f"`{key}` must have at most 700000 bytes in a text"),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=words):
            ask(function, {**good, key: np.array(texts, object)})


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ({"temperature": -0.1}, "`temperature` must be finite and at least 0"),
        ({"temperature": np.nan}, "`temperature` must be finite and at least 0"),
        ({"temperature": np.inf}, "`temperature` must be finite and at least 0"),
        ({"top_p": 0.0}, "`top_p` must be above 0 and at most 1. Received: 0"),
        ({"top_p": 1.1}, "`top_p` must be above 0 and at most 1. Received: 1.1"),
        ({"top_p": np.nan}, "`top_p` must be above 0 and at most 1. Received: nan"),
    ],
)
def test_wrong_numbers_are_errors(served, odd, words):
    request = {**good_request("language_model", "generate"), **odd}
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        ask(served["language_model"].endpoints["generate"], request)
