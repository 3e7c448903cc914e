import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kerazoo.models.transformer import ServingTranslator
from kerazoo.models.transformer.attention_maps import attention_rollout
from kerazoo.models.transformer.attention_maps import encoder_attention
from kerazoo.tasks.transformer.explainer import Explainer
from kerazoo.tasks.transformer.explainer import names_of
from kerazoo.text.vocabulary import Tokenizer
from kerazoo.text.vocabulary import train_vocabulary
from tests.tasks.transformer.stored_models import MAX_LENGTH
from tests.tasks.transformer.stored_models import NAMES
from tests.tasks.transformer.stored_models import store

PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Folders with an export of each kind, and their models."""
    folder = tmp_path_factory.mktemp("stored")
    kinds = ("classify", "image", "translate")
    return folder, {kind: store(folder / kind, kind) for kind in kinds}


def test_class_of_a_text(stored):
    folder, models = stored
    model, tokenizer = models["classify"]
    found = Explainer(folder / "classify").of_text("a film!")
    assert found.tokens == ["a", "␣", "f", "i", "l", "m", "<unknown>", "<end>"]
    tokens = np.stack(tokenizer.encode_lists(["a film!"]))
    probabilities = tf.nn.softmax(model(tokens)).numpy()[0]
    assert found.answer == NAMES[probabilities.argmax()]
    assert found.probability == pytest.approx(probabilities.max(), rel=1e-5)
    # What is pooled is the mean of all tokens.
    rollout = attention_rollout(encoder_attention(model.network, tokens)).numpy()[0]
    np.testing.assert_allclose(found.relevance, rollout.mean(axis=0), rtol=1e-5)
    assert found.relevance.sum() == pytest.approx(1, rel=1e-5)
    assert found.written == [] and found.picture.startswith(PNG)


def test_long_text_is_cut_with_a_warning(stored):
    explainer = Explainer(stored[0] / "classify")
    with pytest.warns(UserWarning, match=f"first {MAX_LENGTH} tokens"):
        found = explainer.of_text("a good film " * 5)
    assert len(found.tokens) == MAX_LENGTH


def test_class_of_an_image(stored, tmp_path):
    folder, models = stored
    pixels = np.random.default_rng(0).integers(0, 256, (4, 6), "uint8")
    Image.fromarray(pixels).save(tmp_path / "image.png")
    found = Explainer(folder / "image").of_image(tmp_path / "image.png")
    logits = models["image"][0](pixels[np.newaxis, ..., np.newaxis] / 127.5 - 1)
    assert found.answer == NAMES[np.argmax(logits)]
    assert found.relevance.shape == (2, 3)
    assert found.relevance.sum() == pytest.approx(1, rel=1e-5)
    assert found.tokens == [] and found.picture.startswith(PNG)


def test_translation_is_that_of_the_likeliest_tokens(stored):
    folder, (model, tokenizer) = stored[0], stored[1]["translate"]
    found = Explainer(folder / "translate").of_text("a film")
    serving = ServingTranslator(model, tokenizer, MAX_LENGTH, MAX_LENGTH)
    expected = serving.greedy(tf.constant(["a film"]))["translation"].numpy()[0]
    assert found.answer.encode() == expected and expected
    assert found.probability is None and found.picture.startswith(PNG)
    assert found.relevance.shape == (len(found.written), len(found.tokens))
    np.testing.assert_allclose(found.relevance.sum(axis=1), 1, rtol=1e-5)


def test_names_of_subwords():
    lines = ["the cat sat on the mat", "the hat"]
    tokenizer = Tokenizer(train_vocabulary(lines, 280))
    (tokens,) = tokenizer.encode_lists(["the \U0001f600"])
    names = names_of(tokenizer, tokens)
    assert names[0] == "the" and names[-1] == "<end>"
    assert names[-5:-1] == ["\ufffd"] * 4  # The bytes of a rare character.


def test_what_cannot_be_explained(stored, tmp_path):
    folder, _ = stored
    with pytest.raises(ValueError, match="nothing to read"):
        Explainer(folder / "classify").of_text(" ")
    with pytest.raises(ValueError, match="takes a text, not an image"):
        Explainer(folder / "classify").of_image("image.png")
    explainer = Explainer(folder / "image")
    with pytest.raises(ValueError, match="takes an image, not a text"):
        explainer.of_text("a film")
    with pytest.raises(FileNotFoundError):
        explainer.of_image(tmp_path / "image.png")
    (tmp_path / "image.png").write_bytes(PNG + b"no more")
    with pytest.raises(ValueError, match=r"image\.png is no image that can be read"):
        explainer.of_image(tmp_path / "image.png")


def test_models_that_are_not_explained(tmp_path):
    with pytest.raises(ValueError, match="holds no exported version"):
        Explainer(tmp_path)
    file = tmp_path / "1" / "assets.extra" / "kerazoo.json"
    file.parent.mkdir(parents=True)
    (tmp_path / "1" / "saved_model.pb").touch()
    for family, kind, message in (
        ("transformer", "generate", "transformer for generate: .* classify, image, t"),
        ("gan", None, "is of gan: what"),
        ("transformer", "classify", r"no vocabulary\.json.*older"),
    ):
        file.write_text(json.dumps({"family": family, "task": kind}))
        with pytest.raises(ValueError, match=message):
            Explainer(tmp_path)
