import numpy as np
import pytest
from keras import ops

from kerazoo.layers import ConvolutionModule

X = np.random.default_rng(0).normal(size=(2, 9, 4)).astype("float32")
MASK = np.arange(9) < [[9], [5]]
CASES = [
    {"kernel_size": 5},
    {"kernel_size": 4, "is_causal": True},
    {"kernel_size": 3, "norm": "batch"},
]


def numpy(x):
    return ops.convert_to_numpy(ops.cast(x, "float32"))


def built(**kwargs):
    layer = ConvolutionModule(**kwargs)
    layer.build((None, None, 4))
    random = np.random.default_rng(1)
    # The moving averages of a batch norm stay.
    for weight in layer.trainable_weights:
        weight.assign(random.normal(size=weight.shape) / 2)
    return layer


def by_hand(layer, x, mask, training=False):
    """Returns what the module computes."""
    weight = {w.path.split("/", 1)[1]: numpy(w) for w in layer.weights}
    both = x @ weight["gated/kernel"] + weight["gated/bias"]
    values, gates = np.split(both, 2, axis=-1)
    x = np.where(mask[..., None], values / (1 + np.exp(-gates)), 0)
    size = layer.kernel_size
    before = size - 1 if layer.is_causal else size // 2
    convolved = np.zeros_like(x)
    for b, t, k in np.ndindex(*x.shape[:2], size):
        place = t + k - before
        if 0 <= place < x.shape[1]:
            convolved[b, t] += x[b, place] * weight["kernel"][k]
    if layer.norm == "layer":
        mean = convolved.mean(axis=-1, keepdims=True)
        variance = convolved.var(axis=-1, keepdims=True)
    elif training:
        mean, variance = convolved[mask].mean(axis=0), convolved[mask].var(axis=0)
    else:
        mean, variance = 0, 1
    x = (convolved - mean) / np.sqrt(variance + layer.epsilon)
    x = x * weight["normalization/gamma"] + weight["normalization/beta"]
    x = x / (1 + np.exp(-x))
    return x @ weight["projection/kernel"] + weight["projection/bias"]


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("kwargs", CASES, ids=str)
def test_values_by_hand(kwargs, training):
    layer = built(**kwargs)
    found = numpy(layer(X, token_mask=MASK, training=training))
    expected = by_hand(layer, X, MASK, training)
    np.testing.assert_allclose(found[MASK], expected[MASK], atol=2e-5)


@pytest.mark.parametrize("kwargs", CASES, ids=str)
def test_padding_changes_nothing(kwargs):
    layer = built(**kwargs)
    found = numpy(layer(X, token_mask=MASK))[1, :5]
    np.testing.assert_allclose(found, numpy(layer(X[1:, :5]))[0], atol=1e-5)


def test_causal_convolution_looks_back_alone():
    layer, changed = built(kernel_size=3, is_causal=True), X.copy()
    changed[:, 5:] += 1
    before, after = numpy(layer(X)), numpy(layer(changed))
    np.testing.assert_allclose(after[:, :5], before[:, :5], atol=1e-6)
    assert (np.abs(after[:, 5:8] - before[:, 5:8]).max(axis=-1) > 1e-3).all()


def test_config_and_mistakes():
    config = built(**CASES[1]).get_config()
    assert ConvolutionModule.from_config(config).get_config() == config
    for size in (0, 4):
        with pytest.raises(ValueError, match=f"kernel_size={size}"):
            ConvolutionModule(size)
    with pytest.raises(ValueError, match="norm='rms'"):
        ConvolutionModule(norm="rms")


@pytest.mark.parametrize("kernel_size", [1, 4, 8])
def test_stream_is_the_whole_sequence(kernel_size):
    layer = built(kernel_size=kernel_size, is_causal=True)
    cache, outputs = layer.start_stream(2), []
    for start in range(0, 9, 3):
        chunk = slice(start, start + 3)
        y, cache = layer.stream(X[:, chunk], cache, MASK[:, chunk])
        outputs.append(numpy(y))
    found = np.concatenate(outputs, axis=1)
    expected = numpy(layer(X, token_mask=MASK))
    np.testing.assert_allclose(found[MASK], expected[MASK], atol=1e-5)
    with pytest.raises(ValueError, match="is_causal=False"):
        built(kernel_size=3).start_stream(2)
