import io
import struct

import numpy as np
import pytest
import soundfile
import tensorflow as tf

from kerazoo.data.sound import read_mono
from kerazoo.models.transformer.sound_files import decode_sounds

SUBTYPES = ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE")


def wav(samples, rate=8_000, subtype="PCM_16", kind="WAV"):
    file = io.BytesIO()
    soundfile.write(file, samples, rate, subtype=subtype, format=kind)
    return file.getvalue()


def tone(rate, channels=1, seconds=0.05):
    times = np.arange(int(rate * seconds)) / rate
    waves = [np.sin(2 * np.pi * 300 * (i + 1) * times) for i in range(channels)]
    return 0.7 * np.stack(waves, axis=1)


@pytest.fixture(scope="module")
def decode(tmp_path_factory):
    """Decodes as a server does: the graph of a SavedModel, without this code."""
    path = str(tmp_path_factory.mktemp("export"))
    module = tf.Module()
    module.decode = tf.function(
        lambda files: decode_sounds(files, 16_000, max_seconds=2),
        input_signature=[tf.TensorSpec([None], tf.string)],
        autograph=False,
    )
    tf.saved_model.save(module, path)
    loaded = tf.saved_model.load(path)
    graph = loaded.decode.concrete_functions[0].graph
    functions = graph.as_graph_def().library.function
    operations = {node.op for function in functions for node in function.node_def}
    assert operations and not any("PyFunc" in name for name in operations)
    return loaded.decode


def test_files_are_read_as_other_code_reads_them(decode):
    files = [
        wav(tone(rate, channels), rate, subtype, kind)
        for rate in (16_000, 44_100)
        for subtype in SUBTYPES
        for channels, kind in ((1, "WAV"), (2, "WAVEX"))
    ]
    samples, lengths = (x.numpy() for x in decode(files))
    assert lengths.dtype == np.int32 and samples.shape == (len(files), 800)
    for file, row, length in zip(files, samples, lengths):
        expected = read_mono(io.BytesIO(file), 16_000)
        np.testing.assert_allclose(row[:length], expected, atol=2e-6)


def test_sounds_of_different_lengths(decode):
    files = [wav(np.full(count, 0.5), 16_000) for count in (3, 1, 5)]
    samples, lengths = decode(files)
    assert lengths.numpy().tolist() == [3, 1, 5]
    expected = 0.5 * (np.arange(5) < [[3], [1], [5]])
    np.testing.assert_allclose(samples, expected, atol=1e-4)


def test_no_files(decode):
    samples, lengths = decode(tf.zeros([0], tf.string))
    assert samples.shape[0] == 0 and lengths.shape == (0,)


def test_chunks_of_others_and_streams_without_a_length(decode):
    file = wav(np.full((400, 1), 0.25), 16_000)
    note = b"note" + struct.pack("<I", 5) + b"notes\0"  # Filled up to an even number.
    at = file.index(b"data")
    stream = file[: at + 4] + b"\xff\xff\xff\xff" + file[at + 8 :]
    samples, lengths = decode([file[:12] + note + file[12:], stream, file[:-100]])
    assert lengths.numpy().tolist() == [400, 400, 350]
    np.testing.assert_allclose(samples[:2], 0.25, atol=1e-4)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (b"", "be a WAV file of 8 to 32 bits.*Received: 0"),
        (b"a text that is no sound", "be a WAV file.*Received: 23"),
        (b"RIFF\0\0\0\0WAVE", "be a WAV file.*Received: 12"),
        (wav(tone(8_000))[:30], "be a WAV file.*Received: 30"),
        (wav(tone(8_000), subtype="ULAW"), "be a WAV file"),
        (wav(tone(8_000))[:44], "have samples. Received: 0"),
        (wav(tone(8_000), 3_999), "have from 4000 to 192000 .*Received: 3999"),
        (wav(tone(8_000), 192_001), "have from 4000 to 192000 .*Received: 192001"),
        (wav(np.zeros(20_000), 8_000), "be at most 2 seconds long. Received: 2.5"),
        (wav(np.full(9, np.nan), subtype="FLOAT"), "be finite"),
        (wav(np.zeros((9, 65))), "have at most 64 channels. Received: 65"),
    ],
    ids=range(11),
)
def test_mistakes_are_named(decode, file, message):
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=f"`sound_bytes` must {message}"
    ):
        decode([wav(tone(8_000)), file])
