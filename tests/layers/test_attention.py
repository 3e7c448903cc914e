import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.layers.attention import Attention
from tests.layers.attention_by_hand import attention
from tests.layers.attention_by_hand import heads_by_hand

BACKEND = keras.backend.backend()
ORDERS = [
    {},
    {"num_key_value_heads": 2},
    {"num_key_value_heads": 1, "head_size": 6, "use_bias": False},
    {"is_causal": True},
    {"positions": "rotary"},
    {"positions": "rotary", "is_causal": True, "num_key_value_heads": 2},
    {"positions": "alibi"},
    {"positions": "alibi", "is_causal": True, "num_key_value_heads": 1},
]
WINDOWS = [
    {"window": 3},
    {"window": 3, "is_causal": True},
    {"window": 1},
    {"window": 3, "positions": "rotary", "num_key_value_heads": 2},
    {"window": 3, "positions": "alibi"},
    {"window": 3, "positions": "alibi", "is_causal": True, "num_key_value_heads": 1},
]
CACHED = [
    {},
    {"num_key_value_heads": 2, "positions": "rotary"},
    {"num_key_value_heads": 1, "positions": "alibi"},
    {"window": 2},
    {"window": 2, "positions": "alibi", "num_key_value_heads": 2},
    {"window": 3, "positions": "rotary"},
]
MIXED = [{}, ORDERS[-1], WINDOWS[1], WINDOWS[-1]]
# Of two examples.
MASK = np.array([[1, 1, 1, 0, 1, 1, 1, 1], [1, 1, 0, 1, 1, 1, 0, 0]], bool)


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def built(num_heads=4, size=8, context_size=None, **kwargs):
    layer = Attention(num_heads, **kwargs)
    context_shape = None if context_size is None else (None, None, context_size)
    layer.build((None, None, size), context_shape)
    layer.set_weights(
        [random(*w.shape, seed=seed) / 2 for seed, w in enumerate(layer.get_weights())]
    )
    return layer


def call(layer, x, **kwargs):
    """Calls the layer, on JAX compiled as a whole: a third of the time."""
    if BACKEND != "jax":
        return layer(x, **kwargs)
    import jax

    return jax.jit(lambda x, kwargs: layer(x, **kwargs))(x, kwargs)


def numpy(x):
    return ops.convert_to_numpy(x)


def assert_close(outputs, expected):
    """Compares where attention is defined, and wants numbers elsewhere."""
    outputs = numpy(outputs)
    assert np.isfinite(outputs).all()
    expected = np.where(np.isnan(expected), outputs, expected)
    np.testing.assert_allclose(outputs, expected, atol=1e-5)


@pytest.mark.parametrize("is_masked", [False, True])
@pytest.mark.parametrize("kwargs", ORDERS, ids=str)
def test_values_by_hand(kwargs, is_masked):
    layer, x = built(**kwargs), random(2, 8, 8, seed=9)
    mask = MASK if is_masked else None
    assert_close(call(layer, x, key_mask=mask), attention(layer, x, key_mask=mask))


@pytest.mark.parametrize(("length", "is_masked"), [(5, True), (6, False), (8, True)])
@pytest.mark.parametrize("kwargs", WINDOWS, ids=str)
def test_windows_by_hand_in_one_piece_and_in_blocks(kwargs, length, is_masked):
    layer, x = built(**kwargs), random(2, length, 8, seed=9)
    mask = MASK[:, :length] if is_masked else None
    assert_close(call(layer, x, key_mask=mask), attention(layer, x, key_mask=mask))


@pytest.mark.parametrize("is_masked", [False, True])
@pytest.mark.parametrize(
    "kwargs",
    [{}, {"num_key_value_heads": 2}, {"num_key_value_heads": 1, "use_bias": False}],
    ids=str,
)
def test_cross_attention_by_hand(kwargs, is_masked):
    layer = built(context_size=6, **kwargs)
    x, context = random(2, 3, 8, seed=8), random(2, 8, 6, seed=9)
    mask = MASK if is_masked else None
    expected = attention(layer, x, context, mask)
    assert_close(call(layer, x, context=context, key_mask=mask), expected)
    projected = layer.project(context)
    assert_close(call(layer, x, projected=projected, key_mask=mask), expected)


@pytest.mark.parametrize("is_masked", [False, True])
@pytest.mark.parametrize("kwargs", [{}, ORDERS[-1], *WINDOWS[3:5], "cross"], ids=str)
def test_weights_are_those_of_the_outputs(kwargs, is_masked):
    is_cross = kwargs == "cross"
    layer = built(context_size=6) if is_cross else built(**kwargs)
    x, context = random(2, 8, 8, seed=8), random(2, 8, 6, seed=9) if is_cross else None
    mask = MASK if is_masked else None
    weights = numpy(layer.attention_weights(x, context, key_mask=mask))
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-5)
    if is_masked and layer.window is None:  # Within one, some rows have nothing.
        assert not weights[~np.broadcast_to(MASK[:, None, None], weights.shape)].any()
    *_, value = heads_by_hand(layer, x, context)
    value = value.repeat(layer.num_heads // value.shape[2], axis=2)
    means = np.einsum("bhts,bshp->bthp", weights, value).reshape(2, 8, -1)
    kernel, *bias = layer.get_weights()[-1 - layer.use_bias :]
    found = means @ kernel + (bias[0] if bias else 0)
    assert_close(found, attention(layer, x, context, mask))


def test_rows_share_what_is_projected():
    layer = built(context_size=6)
    x, context = random(6, 4, 8, seed=8), random(2, 8, 6, seed=9)
    expected = call(
        layer, x, context=np.repeat(context, 3, 0), key_mask=np.repeat(MASK, 3, 0)
    )
    shared = call(layer, x, projected=layer.project(context), key_mask=MASK)
    np.testing.assert_allclose(numpy(shared), numpy(expected), atol=1e-5)


@pytest.mark.parametrize("kind", ["self", "causal", "cross"])
def test_agrees_with_keras_given_the_same_weights(kind):
    x = random(2, 8, 8, seed=8)
    context = random(2, 8, 6, seed=9) if kind == "cross" else x
    theirs = keras.layers.MultiHeadAttention(num_heads=4, key_dim=3)
    theirs.build(x.shape, context.shape)
    weights = [random(*w.shape, seed=i) / 2 for i, w in enumerate(theirs.weights)]
    theirs.set_weights(weights)
    *heads, kernel, bias = weights
    # (D, H, P) and (H, P) to (D, H P) and (H P).
    heads = [weight.reshape(*weight.shape[:-2], -1) for weight in heads]
    kernels, biases = heads[::2], heads[1::2]
    ours = Attention(num_heads=4, head_size=3, is_causal=kind == "causal")
    if kind == "cross":
        ours.build(x.shape, context.shape)
        query = [kernels.pop(0), biases.pop(0)]
    else:
        ours.build(x.shape)
        query = []
    fused = [np.concatenate(kernels, axis=-1), np.concatenate(biases)]
    ours.set_weights([*query, *fused, kernel.reshape(12, 8), bias])
    expected = theirs(
        x,
        context,
        attention_mask=MASK[:, None],
        use_causal_mask=kind == "causal",
    )
    outputs = ours(x, context=context if kind == "cross" else None, key_mask=MASK)
    np.testing.assert_allclose(numpy(outputs), numpy(expected), atol=1e-5)


@pytest.mark.parametrize(("steps", "is_masked"), [([1] * 6, False), ([3, 2, 1], True)])
@pytest.mark.parametrize("kwargs", CACHED, ids=str)
def test_steps_with_a_cache_equal_the_full_pass(kwargs, steps, is_masked):
    layer, x = built(is_causal=True, **kwargs), random(2, 6, 8, seed=9)
    cache = layer.make_cache(2, length=8)
    outputs, position = [], 0
    for step in steps:
        tokens = x[:, position : position + step]
        step_outputs, cache = layer(
            tokens, key_mask=MASK if is_masked else None, cache=cache, position=position
        )
        outputs.append(numpy(step_outputs))
        position += step
    expected = call(layer, x, key_mask=MASK[:, :6] if is_masked else None)
    np.testing.assert_allclose(np.concatenate(outputs, 1), numpy(expected), atol=1e-5)


@pytest.mark.parametrize("kwargs", CACHED, ids=str)
def test_steps_in_a_loop_equal_the_full_pass(kwargs):
    layer, x = built(is_causal=True, **kwargs), random(2, 6, 8, seed=9)

    def step(position, cache, outputs):
        tokens = ops.slice(x, [0, position, 0], [2, 1, 8])
        new, cache = layer(tokens, cache=cache, position=position)
        return position + 1, cache, ops.slice_update(outputs, [0, position, 0], new)

    def decode():
        start = ops.convert_to_tensor(0, "int32")
        state = start, layer.make_cache(2, length=6), ops.zeros((2, 6, 8))
        return ops.while_loop(lambda position, *_: position < 6, step, state)[-1]

    if BACKEND == "tensorflow":
        import tensorflow as tf

        decode = tf.function(decode)
    elif BACKEND == "jax":
        import jax

        decode = jax.jit(decode)
    np.testing.assert_allclose(numpy(decode()), numpy(call(layer, x)), atol=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_cache_keeps_its_precision(dtype):
    layer = built(is_causal=True, dtype=dtype)
    assert dtype_of(layer.make_cache(2, 3)[0]) == layer.compute_dtype
    for cache_dtype in ["float32", "bfloat16"]:
        cache = layer.make_cache(2, 3, cache_dtype)
        outputs, cache = call(layer, random(2, 1, 8), cache=cache, position=1)
        assert dtype_of(outputs) == layer.compute_dtype
        assert {dtype_of(part) for part in cache} == {cache_dtype}


@pytest.mark.parametrize("kwargs", MIXED, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "mixed_float16"])
def test_padding_alone_gives_numbers(kwargs, dtype):
    layer, x = built(dtype=dtype, **kwargs), random(2, 7, 8, seed=9)
    mask = np.zeros((2, 7), bool)
    assert np.isfinite(numpy(ops.cast(layer(x, key_mask=mask), "float32"))).all()


@pytest.mark.parametrize("kwargs", MIXED, ids=str)
def test_half_precision_is_near(kwargs):
    x = random(2, 8, 8, seed=9)
    outputs = call(built(dtype="mixed_bfloat16", **kwargs), x, key_mask=MASK)
    assert dtype_of(outputs) == "bfloat16"
    expected = numpy(call(built(**kwargs), x, key_mask=MASK))
    outputs = numpy(ops.cast(outputs, "float32"))
    np.testing.assert_allclose(outputs, expected, atol=0.03 * np.abs(expected).max())


@pytest.mark.skipif(BACKEND != "tensorflow", reason="the others know their shapes")
@pytest.mark.parametrize("kwargs", [*ORDERS, *WINDOWS], ids=str)
def test_unknown_batch_and_length(kwargs):
    import tensorflow as tf

    layer = built(**kwargs)
    graph = tf.function(
        lambda x, mask: layer(x, key_mask=mask),
        input_signature=[
            tf.TensorSpec((None, None, 8)),
            tf.TensorSpec((None, None), "bool"),
        ],
    )
    for length in [1, 4, 6, 8]:
        x, mask = random(2, length, 8, seed=9), MASK[:, :length]
        assert_close(graph(x, mask), attention(layer, x, key_mask=mask))


@pytest.mark.skipif(BACKEND != "tensorflow", reason="reads a graph of TensorFlow")
@pytest.mark.parametrize("is_causal", [False, True])
def test_memory_of_a_window_grows_with_the_length_alone(is_causal):
    import tensorflow as tf

    def largest(length):
        layer = built(num_heads=2, window=4, is_causal=is_causal)
        graph = tf.function(layer).get_concrete_function(
            tf.TensorSpec((1, length, 8)),
            key_mask=tf.TensorSpec((1, length), "bool"),
        )
        tensors = [out for op in graph.graph.get_operations() for out in op.outputs]
        return max(out.shape.num_elements() or 0 for out in tensors)

    assert largest(400) <= 10 * largest(40)


@pytest.mark.parametrize("kwargs", [{}, {"num_key_value_heads": 2, "head_size": 16}])
def test_initial_scale_is_that_of_one_matrix(kwargs):
    for context_shape in [None, (None, None, 32)]:
        layer = Attention(4, **kwargs)
        layer.build((None, None, 64), context_shape)
        size = 4 * layer.head_size if layer.head_size else 64
        limit = np.sqrt(6 / (64 + size))
        assert 0.95 * limit < np.abs(layer.get_weights()[0]).max() <= limit


@pytest.mark.parametrize("is_cross", [False, True])
def test_saved_and_loaded_model_gives_equal_outputs(tmp_path, is_cross):
    x, mask = keras.Input((None, 8)), keras.Input((None,), dtype="bool")
    context = keras.Input((None, 6)) if is_cross else None
    kwargs = {"num_key_value_heads": 2, "head_size": 6, "output_initializer": "zeros"}
    if not is_cross:
        kwargs |= {"is_causal": True, "window": 3, "positions": "rotary"}
        kwargs |= {"use_bias": False, "max_period": 100.0, "flash_attention": False}
    layer = built(context_size=6 if is_cross else None, **kwargs)
    outputs = layer(x, context=context, key_mask=mask)
    assert outputs.shape == (None, None, 8)
    inputs = [x, mask, context] if is_cross else [x, mask]
    model = keras.Model(inputs, outputs)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].get_config() == layer.get_config()
    values = [random(2, 8, 8), MASK, random(2, 8, 6)][: len(inputs)]
    np.testing.assert_array_equal(numpy(loaded(values)), numpy(model(values)))
    fresh = Attention.from_config(layer.get_config())
    assert not numpy(fresh(*values[::2])).any()


def test_model_with_a_cache():
    layer = built(is_causal=True)
    x, keys, values = (
        keras.Input((1, 8)),
        keras.Input((4, 5, 2)),
        keras.Input((4, 5, 2)),
    )
    outputs, cache = layer(x, cache=(keys, values), position=2)
    assert outputs.shape == (None, 1, 8)
    assert [part.shape for part in cache] == [(None, 4, 5, 2)] * 2
    model = keras.Model([x, keys, values], [outputs, *cache])
    arrays = [random(2, 1, 8), random(2, 4, 5, 2, seed=1), random(2, 4, 5, 2, seed=2)]
    expected, expected_cache = layer(arrays[0], cache=tuple(arrays[1:]), position=2)
    for ours, theirs in zip(model(arrays), [expected, *expected_cache]):
        np.testing.assert_array_equal(numpy(ours), numpy(theirs))


def test_wrong_arguments_raise():
    mistakes = {
        r"positive. Received: num_heads=0": {"num_heads": 0},
        r"Received: num_heads=4, num_key_value_heads=3": {"num_key_value_heads": 3},
        r"Received: num_heads=4, num_key_value_heads=0": {"num_key_value_heads": 0},
        r"positive. Received: head_size=0": {"head_size": 0},
        r"positive. Received: window=0": {"window": 0},
        r"Received: positions='learned'": {"positions": "learned"},
    }
    for text, kwargs in mistakes.items():
        with pytest.raises(ValueError, match=text):
            Attention(**{"num_heads": 4, **kwargs})
    with pytest.raises(ValueError, match=r"Received: features=6, num_heads=4"):
        Attention(4)(random(1, 5, 6))
    with pytest.raises(ValueError, match=r"Received: inputs.shape=\(1, 8\)"):
        Attention(4)(random(1, 8))
    with pytest.raises(ValueError, match=r"Received: context.shape=\(1, 8\)"):
        Attention(4)(random(1, 5, 8), context=random(1, 8))
    for kwargs in [{"is_causal": True}, {"window": 2}, {"positions": "rotary"}]:
        with pytest.raises(ValueError, match=r"have no order .* Received: is_causal"):
            Attention(4, **kwargs)(random(1, 5, 8), context=random(1, 3, 8))
    with pytest.raises(ValueError, match=r"even.* Received: inputs.shape=.*, 3\)"):
        Attention(4, head_size=3, positions="rotary")(random(1, 5, 8))


def test_wrong_calls_raise():
    x, causal, cross = random(1, 5, 8), built(is_causal=True), built(context_size=8)
    with pytest.raises(ValueError, match=r"context.shape=None in cross-attention"):
        cross(x)
    with pytest.raises(ValueError, match=r"\(1, 5, 8\) in self-attention"):
        causal(x, context=x)
    with pytest.raises(ValueError, match=r"causal .* Received: is_causal=False"):
        built()(x, cache=causal.make_cache(1, 8))
    cache = causal.make_cache(1, 8)
    with pytest.raises(ValueError, match=r"position=4, tokens=5, places=8"):
        causal(x, cache=cache, position=4)
    for layer in [cross, Attention(4, is_causal=True)]:
        with pytest.raises(ValueError, match=r"built for self-attention. Received"):
            layer.make_cache(1, 8)
    for layer in [causal, Attention(4)]:
        with pytest.raises(ValueError, match=r"built for cross-attention. Received"):
            layer.project(x)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_no_flash_attention_is_said():
    with pytest.raises(ValueError, match=r"no flash attention .*flash_attention=True"):
        built(flash_attention=True)(random(1, 5, 8))


def dtype_of(x):
    return keras.backend.standardize_dtype(x.dtype)
