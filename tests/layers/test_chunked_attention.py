import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.layers import ChunkedAttention
from kerazoo.layers import chunk_mask
from tests.layers.attention_by_hand import attention

X = np.random.default_rng(0).normal(size=(2, 10, 8)).astype("float32")
MASK = np.array([[1] * 10, [1] * 3 + [0] + [1] * 3 + [0] * 3], bool)


def numpy(x):
    return ops.convert_to_numpy(ops.cast(x, "float32"))


def built(chunk_size, left_chunks=None, **kwargs):
    layer = ChunkedAttention(4, chunk_size, left_chunks, **kwargs)
    layer.build((None, None, 8))
    random = np.random.default_rng(1)
    layer.set_weights([random.normal(size=w.shape) / 2 for w in layer.weights])
    return layer


def by_hand(layer, x, mask):
    """Attends chunk by chunk to what the sequence has so far."""
    outputs = np.empty_like(x)
    for start in range(0, x.shape[1], layer.chunk_size):
        end, first = start + layer.chunk_size, 0
        if layer.left_chunks is not None:
            first = max(0, start - layer.left_chunks * layer.chunk_size)
        found = attention(layer, x[:, first:end], key_mask=mask[:, first:end])
        outputs[:, start:end] = found[:, start - first :]
    return outputs


@pytest.mark.parametrize("positions", [None, "rotary"])
@pytest.mark.parametrize("chunks", [(3, None), (4, 1), (2, 0), (1, None), (20, None)])
def test_values_by_hand(positions, chunks):
    layer = built(*chunks, positions=positions, num_key_value_heads=2)
    found = numpy(layer(X, key_mask=MASK))
    expected = by_hand(layer, X, MASK)
    is_defined = ~np.isnan(expected)
    assert is_defined[0].all()
    np.testing.assert_allclose(found[is_defined], expected[is_defined], atol=1e-5)


def test_what_comes_after_the_chunk_changes_nothing():
    layer, changed = built(4), X.copy()
    changed[:, 4:] += 1
    found = numpy(layer(changed))[:, :4]
    np.testing.assert_allclose(found, numpy(layer(X))[:, :4], atol=1e-6)


def test_mask():
    mask = chunk_mask(np.arange(5), np.arange(5), chunk_size=2, left_chunks=1)
    expected = [[1, 1, 0, 0, 0]] * 2 + [[1, 1, 1, 1, 0]] * 2 + [[0, 0, 1, 1, 1]]
    np.testing.assert_array_equal(numpy(mask), expected)


def test_config_and_mistakes():
    config = built(3, 2, positions="rotary").get_config()
    assert ChunkedAttention.from_config(config).get_config() == config
    with pytest.raises(ValueError, match="chunk_size=0"):
        ChunkedAttention(4, 0)
    with pytest.raises(ValueError, match="left_chunks=-1"):
        ChunkedAttention(4, 2, -1)
    for kwargs in ({"is_causal": True}, {"window": 3}, {"positions": "alibi"}):
        with pytest.raises(ValueError, match="no other order"):
            ChunkedAttention(4, 2, **kwargs)


def test_half_precision():
    outputs = built(3, dtype="mixed_bfloat16")(X)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"


@pytest.mark.parametrize("left_chunks", [0, 1, 9])
@pytest.mark.parametrize("positions", [None, "rotary"])
def test_stream_is_the_whole_sequence(left_chunks, positions):
    layer = built(3, left_chunks, positions=positions, num_key_value_heads=2)
    x, mask = np.pad(X, ((0, 0), (0, 2), (0, 0))), np.pad(MASK, ((0, 0), (0, 2)))
    cache, outputs = layer.start_stream(2), []
    seen = np.zeros((2, 3 * left_chunks), bool)
    for start in range(0, 12, 3):
        seen = np.concatenate([seen, mask[:, start : start + 3]], axis=1)
        y, cache = layer.stream(x[:, start : start + 3], cache, seen)
        outputs.append(numpy(y))
        seen = seen[:, 3:]
    expected = numpy(layer(X, key_mask=MASK))
    found = np.concatenate(outputs, axis=1)[:, :10]
    np.testing.assert_allclose(found[MASK], expected[MASK], atol=1e-5)
    with pytest.raises(ValueError, match="left_chunks=None"):
        built(3).start_stream(2)
