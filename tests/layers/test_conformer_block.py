import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.layers import ConformerBlock

X = np.random.default_rng(0).normal(size=(2, 10, 8)).astype("float32")
MASK = np.arange(10) < [[10], [6]]
CASES = [
    {},
    {"norm": "batch", "positions": None, "num_key_value_heads": 2},
    {"chunk_size": 4, "left_chunks": 1, "kernel_size": 4},
]


def numpy(x):
    return ops.convert_to_numpy(ops.cast(x, "float32"))


def built(**kwargs):
    block = ConformerBlock(4, 6, **{"kernel_size": 3, **kwargs})
    block.build((None, None, 8))
    random = np.random.default_rng(1)
    for weight in block.trainable_weights:
        weight.assign(random.normal(size=weight.shape) / 2)
    return block


@pytest.mark.parametrize("kwargs", CASES, ids=str)
def test_sublayers_are_added(kwargs):
    """Equation 1 of the paper, of sublayers that have tests of their own."""
    block = built(**kwargs)
    first, second = block.feed_forwards
    norms = block.norms
    x = X + numpy(first(norms[0](X))) / 2
    x = x + numpy(block.attention(norms[1](x), key_mask=MASK))
    x = x + numpy(block.convolution(norms[2](x), token_mask=MASK))
    x = x + numpy(second(norms[3](x))) / 2
    scale, shift = norms[4].get_weights()
    deviation = np.sqrt(x.var(-1, keepdims=True) + block.epsilon)
    expected = (x - x.mean(-1, keepdims=True)) / deviation * scale + shift
    found = numpy(block(X, key_mask=MASK))
    np.testing.assert_allclose(found[MASK], expected[MASK], atol=1e-4)


@pytest.mark.parametrize("kwargs", CASES, ids=str)
def test_padding_changes_nothing(kwargs):
    block = built(**kwargs)
    found = numpy(block(X, key_mask=MASK))[1, :6]
    np.testing.assert_allclose(found, numpy(block(X[1:, :6]))[0], atol=1e-5)


def test_a_stack_looks_no_farther_than_the_chunk():
    blocks = [built(chunk_size=4) for _ in range(3)]
    changed = X.copy()
    changed[:, 4:] *= -1
    outputs = []
    for x in (X, changed):
        for block in blocks:
            x = block(x)
        outputs.append(numpy(x))
    np.testing.assert_allclose(outputs[1][:, :4], outputs[0][:, :4], atol=1e-5)
    assert (np.abs(outputs[1] - outputs[0])[:, 4:].max(axis=-1) > 1e-3).all()


def test_dropout_is_for_training():
    block = built(dropout=0.5)
    np.testing.assert_array_equal(numpy(block(X)), numpy(block(X, training=False)))
    first, second = (numpy(block(X, training=True)) for _ in range(2))
    assert (first != second).any()


@pytest.mark.parametrize("kwargs", CASES[1:], ids=str)
def test_saved_and_loaded_model_gives_equal_outputs(tmp_path, kwargs):
    block = built(dropout=0.1, **kwargs)
    inputs, mask = keras.Input((None, 8)), keras.Input((None,), dtype="bool")
    model = keras.Model([inputs, mask], block(inputs, key_mask=mask))
    assert model.output_shape == (None, None, 8)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].get_config() == block.get_config()
    np.testing.assert_array_equal(numpy(loaded([X, MASK])), numpy(model([X, MASK])))


def test_half_precision_is_near():
    outputs = built(dtype="mixed_bfloat16")(X)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    expected = numpy(built()(X))
    atol = 0.05 * np.abs(expected).max()
    np.testing.assert_allclose(numpy(outputs), expected, atol=atol)


def test_mistakes_raise():
    with pytest.raises(ValueError, match="kernel_size=4"):
        ConformerBlock(4, 6, kernel_size=4)
    with pytest.raises(ValueError, match="left_chunks=1, chunk_size=None"):
        ConformerBlock(4, 6, left_chunks=1)
    with pytest.raises(ValueError, match="features=6, num_heads=4"):
        ConformerBlock(4, 6)(X[..., :6])


def test_stream_is_the_whole_sequence():
    block = built(**CASES[2])
    x, mask = np.pad(X, ((0, 0), (0, 2), (0, 0))), np.pad(MASK, ((0, 0), (0, 2)))
    cache, outputs = block.start_stream(2), []
    seen = np.zeros((2, 4), bool)
    for start in range(0, 12, 4):
        seen = np.concatenate([seen[:, -4:], mask[:, start : start + 4]], axis=1)
        y, cache = block.stream(x[:, start : start + 4], cache, seen)
        outputs.append(numpy(y))
    expected = numpy(block(X, key_mask=MASK))
    found = np.concatenate(outputs, axis=1)[:, :10]
    np.testing.assert_allclose(found[MASK], expected[MASK], atol=1e-5)
    with pytest.raises(ValueError, match="chunk_size=None"):
        built().start_stream(2)
