import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.layers import ConvolutionSubsampling

X = np.random.default_rng(0).normal(size=(2, 13, 6)).astype("float32")


def numpy(x):
    return ops.convert_to_numpy(ops.cast(x, "float32"))


def built(**kwargs):
    layer = ConvolutionSubsampling(5, filters=3, **kwargs)
    layer.build((None, None, 6))
    random = np.random.default_rng(1)
    layer.set_weights([random.normal(size=w.shape) / 2 for w in layer.weights])
    return layer


def by_hand(layer, x):
    """Returns what NumPy makes of one row `(T, M)`, in float64."""
    x = x[..., None].astype("float64")
    for convolution in layer.convolutions:
        kernel, bias = (w.astype("float64") for w in convolution.get_weights())
        frames, bands = (x.shape[0] + 1) // 2, (x.shape[1] + 1) // 2
        framed = np.zeros((2 * frames + 1, 2 * bands + 1, x.shape[2]))
        framed[1 : 1 + x.shape[0], 1 : 1 + x.shape[1]] = x
        out = np.zeros((frames, bands, kernel.shape[-1]))
        for t, m in np.ndindex(frames, bands):
            patch = framed[2 * t : 2 * t + 3, 2 * m : 2 * m + 3]
            out[t, m] = np.tensordot(patch, kernel, 3) + bias
        x = np.maximum(out, 0)
    kernel, bias = layer.projection.get_weights()
    return x.reshape(len(x), -1) @ kernel + bias


@pytest.mark.parametrize(("factor", "frames"), [(2, 7), (4, 4), (8, 2)])
def test_values_by_hand(factor, frames):
    layer = built(factor=factor)
    outputs, lengths = layer(X)
    assert numpy(lengths).tolist() == [frames, frames]
    assert outputs.shape == (2, frames, 5)
    np.testing.assert_allclose(numpy(outputs)[1], by_hand(layer, X[1]), atol=1e-4)


def test_padding_changes_nothing():
    layer = built()
    for length in (1, 2, 3, 4, 6, 9):
        outputs, lengths = layer(X, lengths=np.array([13, length]))
        count = -(-length // 4)
        assert numpy(lengths).tolist() == [4, count] == [4, layer.lengths(length)]
        alone, _ = layer(X[1:, :length])
        np.testing.assert_allclose(
            numpy(outputs)[1, :count], numpy(alone)[0], atol=1e-5
        )


def test_outputs_see_no_frame_after_their_own():
    layer = built()
    changed = X.copy()
    changed[:, 8:] += 1
    before, after = numpy(layer(X)[0]), numpy(layer(changed)[0])
    np.testing.assert_array_equal(after[:, :2], before[:, :2])
    assert (after[:, 2:] != before[:, 2:]).any(axis=-1).all()


def test_saved_and_loaded_model_gives_equal_outputs(tmp_path):
    inputs, lengths = keras.Input((None, 6)), keras.Input((), dtype="int32")
    model = keras.Model([inputs, lengths], built()(inputs, lengths))
    assert [shape[1:] for shape in model.output_shape] == [(None, 5), ()]
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    values = [X, np.array([13, 7], "int32")]
    for found, expected in zip(loaded(values), model(values)):
        np.testing.assert_array_equal(numpy(found), numpy(expected))


def test_half_precision_is_near():
    outputs, lengths = built(dtype="mixed_bfloat16")(X)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    assert keras.backend.standardize_dtype(lengths.dtype) == "int32"
    expected = numpy(built()(X)[0])
    atol = 0.03 * np.abs(expected).max()
    np.testing.assert_allclose(numpy(outputs), expected, atol=atol)


def test_shapes_that_are_not_known_yet():
    if keras.backend.backend() != "tensorflow":
        pytest.skip("other backends know all shapes")
    import tensorflow as tf

    layer = built()
    signature = tf.TensorSpec((None, None, 6)), tf.TensorSpec((None,), tf.int32)
    call = tf.function(lambda x, n: layer(x, n), input_signature=signature)
    outputs, _ = call(X, [13, 13])
    np.testing.assert_allclose(outputs, numpy(layer(X)[0]), atol=1e-5)


def test_config_and_mistakes():
    config = built(factor=8).get_config()
    assert ConvolutionSubsampling.from_config(config).get_config() == config
    with pytest.raises(ValueError, match="factor=3"):
        ConvolutionSubsampling(4, factor=3)
    with pytest.raises(ValueError, match="filters=0"):
        ConvolutionSubsampling(4, filters=0)
    with pytest.raises(ValueError, match=r"inputs.shape=\(13, 6\)"):
        ConvolutionSubsampling(4)(X[0])


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_stream_is_the_whole_spectrogram(factor):
    layer = built(factor=factor)
    x, lengths = np.pad(X, ((0, 0), (0, 3), (0, 0))), np.array([13, 6])
    expected, counts = layer(X, lengths)
    cache, outputs, found = layer.start_stream(2), [], 0
    for start in range(0, 16, 8):
        rest = np.clip(lengths - start, 0, 8)
        y, count, cache = layer.stream(x[:, start : start + 8], cache, rest)
        outputs.append(numpy(y))
        found = found + ops.convert_to_numpy(count)
    assert found.tolist() == ops.convert_to_numpy(counts).tolist()
    for ours, theirs, size in zip(np.concatenate(outputs, 1), numpy(expected), found):
        np.testing.assert_allclose(ours[:size], theirs[:size], atol=1e-5)
    with pytest.raises(ValueError, match="needs a layer that is built"):
        ConvolutionSubsampling(5).start_stream(2)
