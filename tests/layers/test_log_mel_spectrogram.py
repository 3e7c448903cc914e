import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.layers import LogMelSpectrogram
from kerazoo.layers.mel_scale import mel_filters
from kerazoo.layers.mel_scale import mel_to_hz

RATE = 8_000
SOUND = np.random.default_rng(0).normal(size=1_003).astype("float32") / 4


def numpy(x):
    return ops.convert_to_numpy(ops.cast(x, "float32"))


def layer(**kwargs):
    kwargs = {"normalization": None, "num_mels": 20, **kwargs}
    return LogMelSpectrogram(RATE, **kwargs)


def by_hand(sound, scale="htk", floor=1e-6):
    """Returns frame by frame what NumPy makes of a sound, in float64."""
    filters = np.array(mel_filters(20, 256, RATE, 20.0, RATE / 2, scale))
    window = np.hanning(201)[:-1]
    rows = []
    for start in range(0, len(sound), 80):
        frame = np.zeros(200)
        part = sound[start : start + 200]
        frame[: len(part)] = part
        power = np.abs(np.fft.rfft(frame * window, 256)) ** 2
        rows.append(np.log(np.maximum(power @ filters, floor)))
    return np.array(rows)


@pytest.mark.parametrize("scale", ["htk", "slaney"])
def test_values_by_hand(scale):
    features, lengths = layer(mel_scale=scale)(SOUND[None])
    expected = by_hand(SOUND, scale)
    assert numpy(lengths).tolist() == [13] == [len(expected)]
    np.testing.assert_allclose(numpy(features)[0], expected, atol=2e-3)


@pytest.mark.parametrize("frequency", [300, 1_000, 2_500])
def test_energy_of_a_tone_is_in_its_band(frequency):
    tone = np.sin(2 * np.pi * frequency * np.arange(RATE) / RATE)
    features, _ = layer(num_mels=24)(tone[None].astype("float32"))
    top = 2_595 * np.log10(1 + RATE / 2 / 700)
    low = 2_595 * np.log10(1 + 20 / 700)
    centres = [mel_to_hz(low + (top - low) * (i + 1) / 25) for i in range(24)]
    nearest = np.argmin(np.abs(np.array(centres) - frequency))
    assert set(numpy(features)[0, 5:-5].argmax(axis=-1)) == {nearest}


def test_level_of_a_tone():
    """A tone of whole periods peaks at half the sum of the window, squared."""
    tone = np.cos(2 * np.pi * np.arange(RATE) / 8).astype("float32")
    filters = np.array(mel_filters(20, 256, RATE, 20.0, RATE / 2))
    features, _ = layer(frame_length=256 / RATE)(tone[None])
    # Hann's window leaves the peak, and half of its amplitude on either side.
    power = np.zeros(129)
    power[31:34] = np.array([0.25, 1, 0.25]) * (256 / 2 / 2) ** 2
    band = (power @ filters).argmax()
    assert numpy(features)[0, 10, band] == pytest.approx(
        np.log((power @ filters)[band]), abs=1e-3
    )


@pytest.mark.parametrize("normalization", [None, "utterance", "global"])
def test_neither_padding_nor_neighbours_change_anything(normalization):
    spectrogram = layer(normalization=normalization)
    padded = np.full((3, 1_500), 0.3, "float32")
    lengths = np.array([1_003, 80, 161])
    for row, length in zip(padded, lengths):
        row[:length] = SOUND[:length]
    features, frames = spectrogram(padded, lengths)
    assert numpy(frames).tolist() == [13, 1, 3]
    for row, length, count in zip(numpy(features), lengths, numpy(frames)):
        alone, _ = spectrogram(SOUND[None, :length])
        np.testing.assert_allclose(row[: int(count)], numpy(alone)[0], atol=1e-5)
        assert not row[int(count) :].any()


def test_normalization_of_each_row():
    lengths = np.array([1_003, 400])
    features, frames = layer(normalization="utterance")(np.stack(2 * [SOUND]), lengths)
    for row, count in zip(numpy(features), numpy(frames)):
        row = row[: int(count)]
        np.testing.assert_allclose(row.mean(axis=0), 0, atol=1e-5)
        np.testing.assert_allclose(row.std(axis=0), 1, atol=1e-2)
    silence, _ = layer(normalization="utterance")(np.zeros((1, 800), "float32"))
    np.testing.assert_allclose(numpy(silence), 0, atol=1e-3)


def test_normalization_by_all_sounds(tmp_path):
    spectrogram = layer(normalization="global")
    sounds = [SOUND, 0.1 * SOUND[:500]]
    spectrogram.adapt(sounds)
    features = np.concatenate([by_hand(sound) for sound in sounds])
    expected = (features - features.mean(axis=0)) / features.std(axis=0)
    found = [numpy(spectrogram(sound[None])[0])[0] for sound in sounds]
    np.testing.assert_allclose(np.concatenate(found), expected, atol=5e-3)
    inputs = keras.Input((None,))
    model = keras.Model(inputs, spectrogram(inputs)[0])
    assert model.output_shape == (None, None, 20)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(numpy(loaded(SOUND[None])), numpy(model(SOUND[None])))


def test_half_precision_is_that_of_the_outputs_alone():
    features, _ = layer(dtype="mixed_bfloat16")(SOUND[None])
    assert keras.backend.standardize_dtype(features.dtype) == "bfloat16"
    np.testing.assert_allclose(numpy(features)[0], by_hand(SOUND), rtol=0.01, atol=0.01)


def test_shapes_that_are_not_known_yet():
    if keras.backend.backend() != "tensorflow":
        pytest.skip("other backends know all shapes")
    import tensorflow as tf

    spectrogram = layer()
    signature = tf.TensorSpec((None, None)), tf.TensorSpec((None,), tf.int32)
    call = tf.function(lambda x, n: spectrogram(x, n), input_signature=signature)
    features, frames = call(SOUND[None], [1_003])
    np.testing.assert_allclose(features[0], by_hand(SOUND), atol=2e-3)
    assert frames.numpy().tolist() == [13]
    assert call(np.zeros((0, 100)), np.zeros(0, "int32"))[0].shape == (0, 2, 20)


def test_config_and_mistakes():
    spectrogram = layer(mel_scale="slaney", floor=1e-4)
    config = spectrogram.get_config()
    assert LogMelSpectrogram.from_config(config).get_config() == config
    for kwargs, message in [
        ({"high_frequency": 5_000}, "high_frequency=5000, sample_rate=8000"),
        ({"low_frequency": 4_000}, "low_frequency=4000"),
        ({"mel_scale": "bark"}, "mel_scale='bark'"),
        ({"normalization": "batch"}, "normalization='batch'"),
        ({"hop_length": 0}, "hop_length=0"),
        ({"num_mels": 0}, "num_mels=0"),
    ]:
        with pytest.raises(ValueError, match=message):
            layer(**kwargs)
    with pytest.raises(ValueError, match="normalization=None"):
        layer().adapt([SOUND])
    with pytest.raises(ValueError, match="needs sounds. Received: none"):
        layer(normalization="global").adapt([])
    with pytest.raises(ValueError, match=r"samples.shape=\(1003,\)"):
        layer()(SOUND)
