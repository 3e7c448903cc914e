import numpy as np
from keras import ops

from kerazoo.models.transformer.decoding import ctc_greedy
from kerazoo.models.transformer.decoding.ctc import collapsed
from tests.models.transformer.decoding.all_paths import padded
from tests.models.transformer.decoding.all_paths import text_of
from tests.models.transformer.decoding.prefix_model import arrays


def test_reads_the_likeliest_path():
    random = np.random.default_rng(0)
    logits = random.normal(size=(64, 7, 3)).astype("float32")
    lengths = random.integers(0, 8, 64)
    tokens, scores, counts = arrays(ctc_greedy(logits, lengths))
    paths = [row[:n].argmax(axis=-1) for row, n in zip(logits, lengths)]
    texts = [text_of(path) for path in paths]
    np.testing.assert_array_equal(tokens, padded(texts, 7))
    np.testing.assert_array_equal(counts, [len(text) for text in texts])
    gains = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    expected = [row[range(len(p)), p].sum() for row, p in zip(gains, paths)]
    np.testing.assert_allclose(scores, expected, rtol=1e-5)


def test_blank_may_be_any_token():
    frames = ops.one_hot(np.array([[2, 1, 1, 2, 1, 0]]), 3) * 9
    assert arrays(ctc_greedy(frames, [6], blank=2))[0].tolist() == [[1, 1, 0, 2, 2, 2]]


def test_a_path_need_not_be_of_scores():
    path = np.array([[3, 3, 0, 3, 2, 2], [0, 1, 1, 0, 0, 1]], "int32")
    tokens, counts = map(ops.convert_to_numpy, collapsed(path, [6, 5]))
    assert tokens.tolist() == [[3, 3, 2, 0, 0, 0], [1, 0, 0, 0, 0, 0]]
    assert counts.tolist() == [3, 1]
