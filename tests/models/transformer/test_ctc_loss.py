import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.transformer.losses import ctc_loss
from tests.models.transformer.decoding.all_paths import padded
from tests.models.transformer.decoding.all_paths import text_probabilities

LOGITS = np.random.default_rng(0).normal(size=(4, 5, 3)).astype("float32")
LENGTHS = np.array([5, 4, 2, 0])
TEXTS = [(1, 2, 2), (2, 1), (), ()]


def test_is_the_sum_over_all_paths_and_so_is_its_gradient():
    logits = tf.constant(LOGITS)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        losses = ctc_loss(logits, LENGTHS, padded(TEXTS, 3))
        total = tf.reduce_sum(losses)
    expected = [
        -np.log(text_probabilities(row[:n])[text])
        for row, n, text in zip(LOGITS, LENGTHS, TEXTS)
    ]
    np.testing.assert_allclose(losses, expected, rtol=1e-5, atol=1e-6)
    slopes = tape.gradient(total, logits).numpy()
    step = 1e-4
    for frame, token in ((0, 0), (2, 1), (4, 2)):
        by_difference = [
            -np.log(text_probabilities(LOGITS[0] + sign * shift)[TEXTS[0]])
            for sign in (1, -1)
            for shift in [step * np.eye(15)[frame * 3 + token].reshape(5, 3)]
        ]
        slope = np.subtract(*by_difference) / (2 * step)
        assert slopes[0, frame, token] == pytest.approx(slope, abs=1e-4)
    assert not slopes[1, 4:].any() and not slopes[2, 2:].any()


def test_is_infinite_where_there_are_too_few_frames():
    assert ctc_loss(LOGITS[:1], [3], np.array([[1, 1, 1]])).numpy() == [np.inf]
    assert np.isfinite(ctc_loss(LOGITS[:1], [5], np.array([[1, 1, 1]])))
