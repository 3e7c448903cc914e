import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.layers.decoder_block import DecoderBlock
from tests.layers.block_by_hand import transformer_block

CASES = [
    {},
    {"norm_first": True, "norm": "rms", "use_bias": False},
    {"is_cross": False, "norm_first": True, "positions": "rotary"},
    {"is_cross": False, "num_key_value_heads": 2, "positions": "alibi", "window": 2},
]
MASK = np.array([[1, 1, 1, 0, 1, 1], [1, 1, 0, 1, 1, 1]], bool)
MEMORY_MASK = np.array([[1, 1, 1], [0, 1, 1]], bool)


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def built(is_cross=True, **kwargs):
    block = DecoderBlock(4, 6, is_cross, **kwargs)
    block.build((None, None, 8), (None, None, 10) if is_cross else None)
    block.set_weights(
        [random(*w.shape, seed=seed) / 2 for seed, w in enumerate(block.get_weights())]
    )
    return block


def memory_of(block):
    """Returns the arguments of a call that tell the memory."""
    if not block.is_cross:
        return {}
    return {"memory": random(2, 3, 10, seed=8), "memory_mask": MEMORY_MASK}


def numpy(x):
    return ops.convert_to_numpy(ops.cast(x, "float32"))


def dtype_of(x):
    return keras.backend.standardize_dtype(x.dtype)


@pytest.mark.parametrize("kwargs", CASES, ids=str)
def test_values_by_hand(kwargs):
    block, x = built(**kwargs), random(2, 6, 8, seed=9)
    memory = memory_of(block)
    # Not at masked tokens, whose window may hold no other.
    expected = transformer_block(block, x, MASK, **memory)[MASK]
    outputs = numpy(block(x, key_mask=MASK, **memory))[MASK]
    np.testing.assert_allclose(outputs, expected, atol=1e-5)


@pytest.mark.parametrize("kwargs", CASES, ids=str)
def test_steps_with_a_cache_equal_the_full_pass(kwargs):
    block, x = built(**kwargs), random(2, 6, 8, seed=9)
    memory = memory_of(block)
    expected = numpy(block(x, **memory))
    if block.is_cross:
        memory["projected"] = block.project(memory.pop("memory"))
    cache, outputs, position = block.make_cache(2, length=8), [], 0
    for step in [3, 1, 1, 1]:
        tokens = x[:, position : position + step]
        step_outputs, cache = block(tokens, cache=cache, position=position, **memory)
        outputs.append(numpy(step_outputs))
        position += step
    np.testing.assert_allclose(np.concatenate(outputs, 1), expected, atol=1e-5)


def test_dropout_of_all_sublayers_in_training():
    block = DecoderBlock(4, 6, dropout=0.5, norm_first=True)
    block.build((None, None, 8), (None, None, 8))
    # All three sublayers give ones, which are dropped or doubled.
    ones = [
        layer.projection.bias
        for layer in (block.self_attention, block.cross_attention, block.feed_forward)
    ]
    for weight in block.weights:
        is_one = any(weight is one for one in ones)
        weight.assign(np.full(weight.shape, float(is_one)))
    x = np.zeros((4, 5, 8), "float32")
    assert set(numpy(block(x, x, training=True)).ravel()) == {0, 2, 4, 6}
    assert set(numpy(block(x, x)).ravel()) == {3}


@pytest.mark.parametrize("kwargs", CASES[:2], ids=str)
def test_half_precision_is_near(kwargs):
    block, x = built(dtype="mixed_bfloat16", **kwargs), random(2, 6, 8, seed=9)
    memory = memory_of(block)
    outputs, cache = block(x, cache=block.make_cache(2, 6, "float32"), **memory)
    assert dtype_of(outputs) == dtype_of(block(x, **memory)) == "bfloat16"
    assert {dtype_of(part) for part in cache} == {"float32"}
    expected = numpy(built(**kwargs)(x, **memory))
    atol = 0.05 * np.abs(expected).max()
    np.testing.assert_allclose(numpy(outputs), expected, atol=atol)


@pytest.mark.parametrize("kwargs", CASES, ids=str)
def test_saved_and_loaded_model_gives_equal_outputs(tmp_path, kwargs):
    block = built(dropout=0.1, **kwargs)
    inputs = [keras.Input((None, 8))]
    if block.is_cross:
        inputs += [keras.Input((None, 10)), keras.Input((None,), dtype="bool")]
    model = keras.Model(inputs, block(*inputs))
    assert model.output_shape == (None, None, 8)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].get_config() == block.get_config()
    values = [random(2, 6, 8), random(2, 3, 10), MEMORY_MASK][: len(inputs)]
    np.testing.assert_array_equal(numpy(loaded(values)), numpy(model(values)))


def test_mistakes_raise():
    x = random(2, 6, 8)
    with pytest.raises(ValueError, match=r"first call needs .* Received: memory=None"):
        DecoderBlock(4, 6)(x)
    with pytest.raises(ValueError, match=r"memory.shape=None, is_cross=True"):
        built()(x)
    with pytest.raises(ValueError, match=r"\(2, 6, 8\), is_cross=False"):
        built(is_cross=False)(x, x)
    with pytest.raises(ValueError, match=r"has a memory. Received: is_cross=False"):
        built(is_cross=False).project(x)
    with pytest.raises(ValueError, match=r"position=3, tokens=6, places=8"):
        block = built(is_cross=False)
        block(x, cache=block.make_cache(2, 8), position=3)
