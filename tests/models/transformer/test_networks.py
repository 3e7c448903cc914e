"""Transformers of every kind, on any backend of Keras."""

import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.transformer.networks import CausalLanguageModel
from kerazoo.models.transformer.networks import EncoderDecoder
from kerazoo.models.transformer.networks import TextClassifier
from kerazoo.models.transformer.networks import VisionTransformer

BACKEND = keras.backend.backend()
VOCABULARY = 11
SMALL = {"hidden_size": 8, "num_layers": 1, "num_heads": 2, "feed_forward_size": 12}
KINDS = {
    "sinusoidal": {"positions": "sinusoidal"},
    "learned": {"positions": "learned", "max_length": 9, "norm_first": True},
    "rotary": {
        "num_layers": 2,
        "positions": "rotary",
        "norm": "rms",
        "norm_first": True,
        "activation": "swiglu",
        "use_bias": False,
        "num_key_value_heads": 1,
    },
    "alibi": {"num_layers": 2, "positions": "alibi", "window": 3, "epsilon": 1e-3},
}
LLAMA = {
    "positions": "rotary",
    "norm": "rms",
    "activation": "swiglu",
    "use_bias": False,
}
# Sources of 5 and 3 tokens, targets of 6.
SOURCE = np.array([[4, 5, 6, 7, 2], [8, 9, 2, 0, 0]], "int32")
TARGET = np.array([[1, 4, 5, 5, 10, 3], [1, 9, 8, 7, 2, 0]], "int32")
IMAGES = np.random.default_rng(5).normal(size=(2, 4, 6, 1)).astype("float32")

every_kind = pytest.mark.parametrize("kind", KINDS)
is_sequence_model = pytest.mark.parametrize("name", ["EncoderDecoder", "Causal"])


def make(name, kind="sinusoidal", **kwargs):
    """Returns a small network that is not built."""
    kwargs = {**SMALL, **KINDS[kind], **kwargs}
    if name == "EncoderDecoder":
        return EncoderDecoder(VOCABULARY, **kwargs)
    if name == "Causal":
        return CausalLanguageModel(VOCABULARY, **kwargs)
    if name == "Text":
        return TextClassifier(VOCABULARY, num_classes=3, **kwargs)
    for of_texts in ("positions", "max_length", "window"):
        kwargs.pop(of_texts, None)
    return VisionTransformer(3, patch_size=2, **kwargs)


def inputs_of(name):
    sequences = {"EncoderDecoder": [SOURCE, TARGET], "Causal": TARGET, "Text": SOURCE}
    return sequences.get(name, IMAGES)


def built(name, kind="sinusoidal", **kwargs):
    """Returns a network none of whose weights are 0 or 1, the same each time."""
    keras.utils.set_random_seed(0)
    network = make(name, kind, **kwargs)
    network.build(IMAGES.shape if name == "Vision" else (None, None))
    for seed, weight in enumerate(network.weights):
        random = np.random.default_rng(seed).normal(size=weight.shape)
        weight.assign(weight + 0.3 * random.astype("float32"))
    return network


def compiled(function):
    """Returns the function, on JAX compiled as a whole: a fraction of the time."""
    if BACKEND != "jax":
        return function
    import jax

    # A new function: JAX would use the weights of when it compiled the old one.
    return jax.jit(lambda *arguments: function(*arguments))


def numpy(x):
    return ops.convert_to_numpy(ops.cast(x, "float32"))


def call(network, inputs):
    return numpy(compiled(network)(inputs))


def assert_close(found, expected):
    """Compares to 1e-5 of the largest."""
    largest = max(1, np.abs(expected).max())
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * largest)


def step_by_step(network, inputs, tokens):
    """Returns the logits `(B, T, V)` of reading one token after the other."""
    context, cache = network.start(inputs, tokens.shape[1])
    step, logits = compiled(network.step), []
    for position in range(tokens.shape[1]):
        position = ops.convert_to_tensor(position, "int32")
        token = ops.convert_to_tensor(tokens[:, int(position)])
        found, cache = step(token, position, cache, context)
        logits.append(numpy(found))
    return np.stack(logits, axis=1)


def test_parameters_of_the_tiny_transformer_of_multi30k():
    network = EncoderDecoder(
        10_000, hidden_size=128, num_layers=4, num_heads=4, feed_forward_size=256
    )
    network.build(None)
    # Attention 4 D^2 + 4 D = 66,048, feed-forward 2 * 128 * 256 + 256 + 128 = 65,920,
    # a normalization 256: an encoder block 132,480, a decoder block 198,784.
    assert 1_280_000 + 4 * 132_480 + 4 * 198_784 == 2_605_056
    assert network.count_params() == 2_605_056


def test_parameters_by_hand():
    size, vocabulary, layers = 8, 20, 3
    block = 12 * size**2 + 13 * size  # Hidden layer of 4 D, biases, two norms.
    common = {"hidden_size": size, "num_layers": layers, "num_heads": 4}
    gpt = CausalLanguageModel(vocabulary, max_length=16, **common)
    gpt.build(None)
    embeddings = (vocabulary + 16) * size
    assert gpt.count_params() == embeddings + layers * block + 2 * size
    # Two of four heads of size 2 for keys and values, no biases, one vector a norm.
    llama = CausalLanguageModel(
        vocabulary, feed_forward_size=12, num_key_value_heads=2, **common, **LLAMA
    )
    llama.build(None)
    block = 2 * size**2 + 2 * size * 4 + 3 * size * 12 + 2 * size
    assert llama.count_params() == vocabulary * size + layers * block + size


def test_parameters_of_classifiers_by_hand():
    size, classes, layers = 8, 5, 3
    blocks, head = layers * (12 * size**2 + 13 * size), size * classes + classes
    common = {"hidden_size": size, "num_layers": layers, "num_heads": 4}
    text = TextClassifier(20, classes, **common)
    text.build(None)
    assert text.count_params() == 20 * size + blocks + head
    vision = VisionTransformer(classes, patch_size=2, **common)
    vision.build((None, 4, 6, 3))
    patches, positions, norm = 2 * 2 * 3 * size + size, 6 * size, 2 * size
    assert vision.count_params() == patches + positions + blocks + norm + head


@is_sequence_model
@every_kind
def test_later_token_changes_no_earlier_logit(name, kind):
    network = built(name, kind)
    logits = call(network, inputs_of(name))
    assert logits.shape == (2, 6, VOCABULARY) and np.isfinite(logits).all()
    changed = TARGET.copy()
    changed[:, 4:] = [[6, 4], [5, 6]]
    others = call(network, [SOURCE, changed] if name == "EncoderDecoder" else changed)
    assert_close(others[:, :4], logits[:, :4])
    assert (np.abs(others - logits)[:, 4:].max(axis=-1) > 1e-3).all()


@every_kind
def test_padding_of_the_source_changes_nothing(kind):
    network = built("EncoderDecoder", kind)
    logits = call(network, [SOURCE, TARGET])
    padded = np.pad(SOURCE, [(0, 0), (0, 3)])
    assert_close(call(network, [padded, TARGET]), logits)
    short = call(network, [SOURCE[1:, :3], TARGET[1:]])
    assert_close(short, logits[1:])
    # What is no padding counts, and for all tokens of the target.
    other = call(network, [np.where(padded == 2, 3, padded), TARGET])
    assert (np.abs(other - logits).max(axis=-1) > 1e-3).all()


@every_kind
def test_padding_of_a_text_changes_no_class(kind):
    network = built("Text", kind)
    logits = call(network, SOURCE)
    padded = np.pad(SOURCE, [(0, 0), (0, 3)])
    assert_close(call(network, padded), logits)
    short = call(network, SOURCE[1:, :3])
    assert_close(short, logits[1:])


@pytest.mark.parametrize("name", ["EncoderDecoder", "Text"])
def test_empty_rows_give_numbers_and_leave_others_alone(name):
    network, inputs = built(name), inputs_of(name)
    empty = np.array([[1], [0]])
    rows = [x * empty for x in inputs] if name == "EncoderDecoder" else inputs * empty
    outputs, expected = call(network, rows), call(network, inputs)
    assert np.isfinite(outputs).all()
    assert_close(outputs[0], expected[0])


@is_sequence_model
@pytest.mark.parametrize("kind", ["sinusoidal", "rotary"])
def test_logits_are_products_with_the_embeddings_of_the_inputs(name, kind):
    network = built(name, kind)
    shape = (VOCABULARY, SMALL["hidden_size"])
    (embeddings,) = (w for w in network.weights if tuple(w.shape) == shape)
    np.testing.assert_array_equal(numpy(network.output_embeddings), numpy(embeddings))
    inputs = inputs_of(name)
    hidden = numpy(compiled(network.features)(inputs))
    logits = call(network, inputs)
    assert_close(logits, hidden @ numpy(embeddings).T)
    # Token 10 is read in the first target alone, at place 4.
    changed = numpy(embeddings).copy()
    changed[10] = np.random.default_rng(9).normal(size=shape[1])
    embeddings.assign(changed)
    changed = np.abs(call(network, inputs) - logits) > 1e-4
    assert changed[..., 10].all()
    assert not changed[:, :4, :10].any() and not changed[1, :, :10].any()
    assert changed[0, 4, :10].any()


@every_kind
@is_sequence_model
def test_step_by_step_equals_all_at_once(name, kind):
    network = built(name, kind)
    expected = call(network, inputs_of(name))
    found = step_by_step(
        network, SOURCE if name == "EncoderDecoder" else TARGET, TARGET
    )
    assert_close(found, expected)


def test_decoder_may_have_its_own_number_of_blocks():
    network = built("EncoderDecoder", num_decoder_layers=2)
    assert [len(part.blocks) for part in (network.encoder, network.decoder)] == [1, 2]
    expected = call(network, [SOURCE, TARGET])
    assert expected.shape == (2, 6, VOCABULARY)
    assert_close(step_by_step(network, SOURCE, TARGET), expected)


def test_order_of_patches_matters_through_their_positions_alone():
    network = built("Vision")
    swapped = np.concatenate([IMAGES[:, 2:], IMAGES[:, :2]], axis=1)
    logits = call(network, IMAGES)
    assert logits.shape == (2, 3)
    assert np.abs(call(network, swapped) - logits).max() > 1e-3
    positions = network.positions.embeddings
    positions.assign(numpy(positions)[[0] * 6])
    assert_close(call(network, swapped), call(network, IMAGES))


@pytest.mark.parametrize("pooling", ["mean", "max"])
def test_padding_is_not_pooled(pooling):
    network = built("Text", pooling=pooling)
    logits = call(network, SOURCE[1:])
    assert_close(logits, call(network, SOURCE[1:, :3]))
    other = built("Text", pooling="max" if pooling == "mean" else "mean")
    assert np.abs(numpy(logits) - numpy(call(other, SOURCE[1:]))).max() > 1e-3


@pytest.mark.parametrize("name", ["EncoderDecoder", "Causal", "Text", "Vision"])
def test_dropout_acts_in_training_only(name):
    network, inputs = built(name, dropout=0.5), inputs_of(name)
    once = numpy(network(inputs))
    np.testing.assert_array_equal(numpy(network(inputs, training=False)), once)
    assert np.abs(numpy(network(inputs, training=True)) - once).max() > 0.01


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("EncoderDecoder", "rotary"),
        ("EncoderDecoder", "learned"),
        ("Causal", "alibi"),
        ("Causal", "rotary"),
        ("Text", "learned"),
        ("Text", "alibi"),
        ("Vision", "rotary"),
    ],
)
def test_saved_and_loaded_network_gives_equal_outputs(name, kind, tmp_path):
    network, inputs = built(name, kind, dropout=0.1), inputs_of(name)
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert type(loaded) is type(network)
    config = network.get_config()
    assert loaded.get_config() == config
    np.testing.assert_array_equal(call(loaded, inputs), call(network, inputs))
    again = type(network).from_config(config)
    assert again.get_config() == config
    given = {**SMALL, **KINDS[kind], "dropout": 0.1}
    if name == "Vision":
        given = {k: v for k, v in given.items() if k in config}
    assert {k: config[k] for k in given} == given


@pytest.mark.parametrize(
    "name",
    [
        "EncoderDecoder",
        "Causal",
        pytest.param("Text", marks=pytest.mark.slow),
        pytest.param("Vision", marks=pytest.mark.slow),
    ],
)
def test_mixed_precision_returns_float32_near_the_full_precision(name):
    network, mixed = built(name), built(name, dtype="mixed_bfloat16")
    mixed.set_weights(network.get_weights())
    outputs = compiled(mixed)(inputs_of(name))
    assert keras.backend.standardize_dtype(outputs.dtype) == "float32"
    outputs, exact = numpy(outputs), call(network, inputs_of(name))
    assert np.abs(outputs - exact).max() > 0
    assert np.abs(outputs - exact).mean() < 0.05 * np.abs(exact).mean()
    assert type(mixed).from_config(mixed.get_config()).dtype_policy.name == (
        "mixed_bfloat16"
    )


@pytest.mark.slow
@is_sequence_model
def test_mixed_precision_step_by_step(name):
    network = built(name, "rotary", dtype="mixed_bfloat16")
    exact = call(network, inputs_of(name))
    start = SOURCE if name == "EncoderDecoder" else TARGET
    _, cache = network.start(start, 6)
    dtypes = {keras.backend.standardize_dtype(x.dtype) for pair in cache for x in pair}
    assert dtypes == {"bfloat16"}
    found = step_by_step(network, start, TARGET)
    assert np.abs(found - exact).mean() < 0.05 * np.abs(exact).mean()


@pytest.mark.parametrize("name", ["EncoderDecoder", "Causal", "Text", "Vision"])
def test_functional_model_knows_shape_and_dtype(name):
    inputs = keras.Input((None,), dtype="int32")
    if name == "EncoderDecoder":
        inputs = [inputs, keras.Input((None,), dtype="int32")]
    elif name == "Vision":
        inputs = keras.Input((4, 6, 1))
    outputs = make(name, dtype="mixed_bfloat16")(inputs)
    is_text = name in ("EncoderDecoder", "Causal")
    expected = (None, None, VOCABULARY) if is_text else (None, 3)
    assert tuple(outputs.shape) == expected
    assert outputs.dtype == "float32"


@pytest.mark.skipif(BACKEND != "tensorflow", reason="the others know their shapes")
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("EncoderDecoder", "sinusoidal"),
        ("Causal", "learned"),
        ("Text", "rotary"),
        pytest.param("Causal", "alibi", marks=pytest.mark.slow),
    ],
)
def test_traced_function_takes_any_batch_and_length(name, kind):
    import tensorflow as tf

    network, spec = built(name, kind), tf.TensorSpec((None, None), "int32")
    signature = [[spec, spec] if name == "EncoderDecoder" else spec]
    traced = tf.function(network, input_signature=signature)
    for rows, length in [(1, 2), (2, 6)]:
        inputs = TARGET[:rows, :length]
        if name == "EncoderDecoder":
            inputs = [SOURCE[:rows, : length - 1], inputs]
        assert_close(traced(inputs), call(network, inputs))


def test_mistakes_raise():
    with pytest.raises(ValueError, match=r"sinusoidal, learned, .*positions=absolute"):
        EncoderDecoder(VOCABULARY, **{**SMALL, "positions": "absolute"})
    for network in (
        EncoderDecoder(9, hidden_size=6, num_heads=4),
        make("Text", num_heads=3),
    ):
        with pytest.raises(ValueError, match=r"multiple of `num_heads`.*features=[68]"):
            network.build((None, None))
    with pytest.raises(ValueError, match=r"one of mean, max.*pooling=first"):
        make("Text", pooling="first")
    with pytest.raises(ValueError, match=r"`norm` .* Received: norm='batch'"):
        CausalLanguageModel(VOCABULARY, **SMALL, norm="batch")
    with pytest.raises(ValueError, match=r"`activation` .*activation='tanh'"):
        VisionTransformer(3, **SMALL, activation="tanh")
    with pytest.raises(ValueError, match=r"Received: .*5"):
        VisionTransformer(3, patch_size=2, **SMALL)(np.ones((1, 4, 5, 1)))
