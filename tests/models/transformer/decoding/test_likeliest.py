import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.transformer.decoding.likeliest import likeliest


@pytest.mark.parametrize("size", [1, 7, 511, 1_009, 1_024, 10_000])
@pytest.mark.parametrize("count", [1, 5])
def test_best_tokens_in_order_with_their_probabilities(size, count):
    logits = np.random.default_rng(size).normal(size=(8, size)).astype("float32")
    count = min(count, size)
    scores, tokens = map(ops.convert_to_numpy, likeliest(logits, count))
    expected = np.argsort(-logits, axis=-1, kind="stable")[:, :count]
    np.testing.assert_array_equal(tokens, expected)
    total = np.log(np.exp(logits.astype("float64")).sum(axis=-1, keepdims=True))
    exact = np.take_along_axis(logits, expected, axis=-1) - total
    np.testing.assert_allclose(scores, exact, atol=1e-5)


@pytest.mark.skipif(
    keras.backend.backend() == "torch", reason="PyTorch takes any of equal numbers"
)
@pytest.mark.parametrize("size", [600, 1_009])
def test_of_equal_tokens_the_first(size):
    logits = np.random.default_rng(0).integers(0, 3, (16, size)).astype("float32")
    _, tokens = likeliest(logits, 4)
    expected = np.argsort(-logits, axis=-1, kind="stable")[:, :4]
    np.testing.assert_array_equal(ops.convert_to_numpy(tokens), expected)


def test_one_certain_token_leaves_nothing_for_others():
    logits = np.full((1, 2_000), -np.inf, "float32")
    logits[0, 1_234] = 0
    scores, tokens = map(ops.convert_to_numpy, likeliest(logits, 3))
    assert tokens[0, 0] == 1_234 and scores[0, 0] == 0
    np.testing.assert_array_equal(scores[0, 1:], -np.inf)
    assert (tokens < 2_000).all()


def test_far_logits_keep_their_scores():
    logits = np.zeros((1, 1_000), "float32")
    logits[0, :3] = 0, -200, 200
    scores, _ = likeliest(logits, 2)
    np.testing.assert_allclose(ops.convert_to_numpy(scores), [[0, -200]], atol=1e-4)
    assert keras.backend.standardize_dtype(scores.dtype) == "float32"
