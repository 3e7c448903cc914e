import numpy as np
import pytest
import tensorflow as tf
from scipy.io import wavfile

from kerazoo.data.sound import LabelledSound
from kerazoo.models.transformer import NetworkConfig
from kerazoo.models.transformer import SpeechConfig
from kerazoo.prediction import load_predictor
from kerazoo.prediction import open_inputs
from kerazoo.prediction import open_labelled
from kerazoo.prediction.measuring import measure_export
from kerazoo.prediction.prediction import write_answers
from kerazoo.serving.exported import read_metadata
from kerazoo.serving.limits import Limits
from kerazoo.tasks.transformer import SoundClassification
from tests.prediction.exports import export_untrained
from tests.prediction.exports import numbers
from tests.prediction.exports import read_csv

RATE = 4_000
RANDOM = np.random.default_rng(0)
SOUNDS = [RANDOM.normal(0, 0.1, n).astype("float32") for n in (900, 400, 1_600, 700)]
NAMES = ["no", "yes"]
COLUMNS = [f"probability_{name}" for name in NAMES]


@pytest.fixture(scope="module")
def task():
    part = SOUNDS, np.array([0, 1, 0, 1], np.int32)
    return SoundClassification(
        LabelledSound("commands", RATE, NAMES, part, part),
        sample_rate=RATE,
        speech=SpeechConfig(encoder="transformer", num_mels=12),
        network=NetworkConfig(hidden_size=8, num_layers=1, num_heads=2),
        limits=Limits(max_seconds=1),
    )


@pytest.fixture(scope="module")
def model(task, tmp_path_factory):
    """Metadata of an export of the task, and its predictor."""
    folder = tmp_path_factory.mktemp("models") / "sounds"
    samples = tf.TensorSpec((None, None), tf.float32)
    lengths = tf.TensorSpec((None,), tf.int32)
    inputs = {"samples": samples, "lengths": lengths}
    version = export_untrained(task, folder, "classify_samples", **inputs)
    metadata = read_metadata(version)
    return metadata, load_predictor(version, metadata)


def write(folder, sounds=SOUNDS, rate=RATE):
    folder.mkdir(parents=True)
    for i, sound in enumerate(sounds):
        wavfile.write(folder / f"{i}.wav", rate, sound)
    return folder


def test_files_and_folders_are_answered_as_the_task_does(task, model, tmp_path):
    metadata, predictor = model
    folder = write(tmp_path / "sounds", SOUNDS[:3])
    stereo = np.stack([SOUNDS[3], SOUNDS[3]], axis=1)
    wavfile.write(tmp_path / "stereo.wav", RATE, stereo)
    inputs = open_inputs(metadata, [folder, tmp_path / "stereo.wav"])
    write_answers(inputs, predictor, tmp_path / "answers.csv", batch_size=3)
    rows = read_csv(tmp_path / "answers.csv")
    names = [row["file"].removeprefix(f"{tmp_path}/") for row in rows]
    assert names == [*(f"sounds/{i}.wav" for i in range(3)), "stereo.wav"]
    expected = task.classify(SOUNDS)
    assert expected.std(axis=0).min() > 1e-4  # Another order would be seen.
    np.testing.assert_allclose(numbers(rows, *COLUMNS), expected, atol=1e-5)
    assert [row["label"] for row in rows] == [NAMES[i] for i in expected.argmax(axis=1)]


def test_sounds_that_cannot_be_asked_about_have_empty_answers(model, tmp_path):
    metadata, predictor = model
    folder = write(tmp_path / "sounds", [*SOUNDS[:2], np.zeros(4_100, "float32")])
    (folder / "1.wav").write_bytes(b"nothing")
    with pytest.warns(UserWarning, match=r"2 of 3 sounds.*first: .*1\.wav: Expected"):
        result = write_answers(
            open_inputs(metadata, folder), predictor, tmp_path / "answers.csv"
        )
    assert (result["rows"], result["failed"]) == (3, 2)
    long = open_inputs(metadata, folder / "2.wav")
    with pytest.raises(ValueError, match="1.025 seconds, where the model takes 1 at"):
        write_answers(long, predictor, tmp_path / "other.csv")


def test_export_is_measured_by_folders_of_classes(task, model, tmp_path):
    metadata, predictor = model
    for name, sounds in zip(NAMES, (SOUNDS[:2], SOUNDS[2:])):
        write(tmp_path / "test" / name, sounds)
        write(tmp_path / "train" / name, 2 * sounds)
    inputs = open_labelled(metadata, data_dir=tmp_path)
    measured = measure_export(metadata, inputs, predictor)
    found = task.classify(SOUNDS).argmax(axis=1)
    assert measured["examples"] == 4
    assert measured["accuracy"] == np.mean(found == [0, 0, 1, 1])
    assert open_labelled(metadata, data_dir=tmp_path, part="all").total == 12


def test_missing_and_empty_folders_are_named(model, tmp_path):
    metadata = model[0]
    with pytest.raises(FileNotFoundError, match="a sound file or a folder.*nowhere"):
        open_inputs(metadata, tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        open_inputs(metadata, tmp_path)
