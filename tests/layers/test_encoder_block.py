import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.layers.encoder_block import EncoderBlock
from tests.layers.block_by_hand import transformer_block

CASES = [
    {},
    {"norm_first": True, "activation": "swiglu", "norm": "rms", "use_bias": False},
    {"norm_first": True, "num_key_value_heads": 2, "positions": "rotary"},
    {"positions": "alibi", "window": 3, "norm": "rms", "epsilon": 0.1},
]
MASK = np.array([[1, 1, 1, 0, 1, 1, 1, 1], [1, 1, 0, 1, 1, 1, 0, 1]], bool)


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def built(**kwargs):
    block = EncoderBlock(num_heads=4, feed_forward_size=6, **kwargs)
    block.build((None, None, 8))
    block.set_weights(
        [random(*w.shape, seed=seed) / 2 for seed, w in enumerate(block.get_weights())]
    )
    return block


def numpy(x):
    return ops.convert_to_numpy(ops.cast(x, "float32"))


@pytest.mark.parametrize("kwargs", CASES, ids=str)
def test_values_by_hand(kwargs):
    block, x = built(**kwargs), random(2, 8, 8, seed=9)
    expected = transformer_block(block, x, MASK)
    np.testing.assert_allclose(numpy(block(x, key_mask=MASK)), expected, atol=1e-5)


def test_dropout_of_both_sublayers_in_training():
    block = EncoderBlock(4, 6, dropout=0.5, norm_first=True)
    block.build((None, None, 8))
    # Both sublayers give ones, which are dropped or doubled.
    ones = [block.self_attention.projection.bias, block.feed_forward.projection.bias]
    for weight in block.weights:
        is_one = any(weight is one for one in ones)
        weight.assign(np.full(weight.shape, float(is_one)))
    x = np.zeros((4, 5, 8), "float32")
    assert set(numpy(block(x, training=True)).ravel()) == {0, 2, 4}
    assert set(numpy(block(x, training=False)).ravel()) == {2}
    assert set(numpy(block(x)).ravel()) == {2}


@pytest.mark.parametrize(("rate", "hidden_rate"), [(0.0, 0.5), (0.5, 0.0)])
def test_dropout_inside_the_feed_forward_layer_has_its_own_rate(rate, hidden_rate):
    block = EncoderBlock(4, 1, dropout=rate, hidden_dropout=hidden_rate)
    block = EncoderBlock.from_config({**block.get_config(), "norm_first": True})
    block.build((None, None, 8))
    # The one hidden unit is 1, and so are all outputs.
    ones = [block.feed_forward.hidden.bias, block.feed_forward.projection.kernel]
    for weight in block.weights:
        is_one = any(weight is one for one in ones)
        weight.assign(np.full(weight.shape, float(is_one)))
    outputs = numpy(block(np.zeros((10, 20, 8), "float32"), training=True))
    assert set(outputs.ravel()) == {0, 2}
    is_same = (outputs == outputs[..., :1]).all(axis=-1)  # Of a token.
    assert is_same.all() if hidden_rate else is_same.mean() < 0.1


@pytest.mark.parametrize("kwargs", CASES[:2], ids=str)
def test_half_precision_is_near(kwargs):
    x = random(2, 8, 8, seed=9)
    outputs = built(dtype="mixed_bfloat16", **kwargs)(x)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    expected = numpy(built(**kwargs)(x))
    atol = 0.03 * np.abs(expected).max()
    np.testing.assert_allclose(numpy(outputs), expected, atol=atol)


@pytest.mark.parametrize("kwargs", CASES, ids=str)
def test_saved_and_loaded_model_gives_equal_outputs(tmp_path, kwargs):
    block = built(dropout=0.1, **kwargs)
    inputs, mask = keras.Input((None, 8)), keras.Input((None,), dtype="bool")
    model = keras.Model([inputs, mask], block(inputs, key_mask=mask))
    assert model.output_shape == (None, None, 8)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].get_config() == block.get_config()
    values = [random(2, 8, 8), MASK]
    np.testing.assert_array_equal(numpy(loaded(values)), numpy(model(values)))


def test_mistakes_raise():
    with pytest.raises(ValueError, match=r"or \"rms\". Received: norm='batch'"):
        EncoderBlock(4, 6, norm="batch")
    with pytest.raises(ValueError, match=r"positive. Received: window=0"):
        EncoderBlock(4, 6, window=0)
    with pytest.raises(ValueError, match=r"Received: activation='tanh'"):
        EncoderBlock(4, 6, activation="tanh")
    with pytest.raises(ValueError, match=r"Received: features=6, num_heads=4"):
        EncoderBlock(4, 6)(random(2, 8, 6))


@pytest.mark.parametrize("norm_first", [False, True])
def test_stream_is_the_whole_sequence(norm_first):
    block = built(
        chunk_size=4, left_chunks=1, norm_first=norm_first, positions="rotary"
    )
    x = random(2, 8, 8, seed=9)
    cache, outputs = block.start_stream(2), []
    seen = np.zeros((2, 4), bool)
    for start in range(0, 8, 4):
        seen = np.concatenate([seen[:, -4:], MASK[:, start : start + 4]], axis=1)
        y, cache = block.stream(x[:, start : start + 4], cache, seen)
        outputs.append(numpy(y))
    expected = numpy(block(x, key_mask=MASK))
    found = np.concatenate(outputs, axis=1)
    np.testing.assert_allclose(found[MASK], expected[MASK], atol=1e-5)
    with pytest.raises(ValueError, match="chunk_size=None"):
        built().start_stream(2)
