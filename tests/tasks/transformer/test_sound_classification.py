import dataclasses
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerazoo
from kerazoo.data.sound import LabelledSound
from kerazoo.models.transformer import NetworkConfig
from kerazoo.models.transformer import SpeechConfig
from kerazoo.models.transformer import TrainingConfig
from kerazoo.runs import RunError
from kerazoo.serving.check import run_without_python
from kerazoo.tasks.transformer import SoundClassification
from kerazoo.training import Schedule
from kerazoo.training import strategy as strategies
from tests.models.transformer.test_serving_speech_recognizer import wav

RATE = 4_000
RANDOM = np.random.default_rng(0)
NAMES = ["low", "high"]


def part(count):
    """Returns tones of two heights, as a part of a `LabelledSound`."""
    labels = (np.arange(count) % 2).astype("int32")
    sizes = RANDOM.integers(600, 1_600, count)
    waves = [
        0.3 * np.sin((0.4 + 0.8 * k) * np.arange(n)) for n, k in zip(sizes, labels)
    ]
    return [wave.astype("float32") for wave in waves], labels


SOUND = LabelledSound("heights", RATE, NAMES, part(24), part(6), part(9))
SMALL = NetworkConfig(hidden_size=8, num_layers=1, num_heads=2, dropout=0.1)
SPEECH = SpeechConfig(encoder="transformer", num_mels=12)
SCHEDULE = Schedule(train_steps=4, eval_every=2, checkpoint_every=2, log_every=2)


def make(**more):
    return SoundClassification(
        **{
            "dataset": SOUND,
            "sample_rate": RATE,
            "seconds_per_batch": 4.0,
            "num_buckets": 2,
            "random_noise": True,
            "network": SMALL,
            "speech": SPEECH,
            **more,
        }
    )


def run(task, folder, schedule=SCHEDULE, **more):
    strategy = strategies.create("one_device")
    return kerazoo.run(task, folder, schedule, strategy=strategy, **more)


def strategy_of(num_devices):
    if num_devices == 1:
        return strategies.create("one_device")
    return strategies.create("mirrored", num_devices=num_devices)


def built(task, num_devices=1):
    task.build(strategy_of(num_devices), 4, seed=0)
    return task


def losses(folder):
    lines = map(json.loads, (folder / "metrics.jsonl").read_text().splitlines())
    return [line["loss"] for line in lines if "loss" in line]


@pytest.fixture(scope="module")
def task():
    return built(make(class_weights="low=3", speed_perturbation=True))


@pytest.fixture(scope="module")
def batches(task):
    """Those of two epochs."""
    return list(task.batches(0, None).take(2 * task._train.batches_per_epoch))


def test_batches_are_sounds_with_classes_and_weights(task, batches):
    assert task.examples_per_step * task._train.batches_per_epoch == 72
    powers, seen = [], np.zeros(2, int)
    for (samples, lengths, uniforms), labels, weights in batches:
        assert uniforms.shape[1] == task.model.network.num_uniforms
        labels, rows = labels.numpy(), lengths.numpy() > 0
        np.testing.assert_array_equal(labels >= 0, rows)
        np.testing.assert_array_equal(weights[rows], np.where(labels[rows], 1, 3))
        seen += np.bincount(labels[rows], minlength=2)
        powers.append(np.square(samples).sum())
        for row, length, label in zip(samples.numpy(), lengths.numpy(), labels):
            assert not row[length:].any()
            if label >= 0:  # The tone's own frequency, whatever was added.
                peak = np.argmax(np.abs(np.fft.rfft(row))) * 2 * np.pi / len(row)
                assert abs(peak - (0.4 + 0.8 * label)) < 0.2
    assert seen.tolist() == [72, 72]
    half = len(powers) // 2  # Each epoch has other noise.
    assert abs(sum(powers[:half]) / sum(powers[half:]) - 1) > 1e-3


@pytest.mark.slow
def test_steps_that_were_left_out_are_those_of_before(task, batches):
    rest = list(task.batches(3, None).take(2))
    for ours, theirs in zip(rest, batches[3:]):
        for a, b in zip(tf.nest.flatten(ours), tf.nest.flatten(theirs), strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.slow
def test_sounds_may_be_as_they_are():
    speech = dataclasses.replace(SPEECH, spec_augment=False)
    task = built(make(speech=speech, random_noise=False, silence_seconds=0.0))
    (samples, lengths), _ = next(iter(task.batches(0, None)))
    for row, length in zip(samples.numpy(), lengths.numpy()):
        if length:
            assert any(np.array_equal(row[:length], x) for x in SOUND.train[0])


@pytest.mark.slow
def test_run_and_export_hold_the_same_model(tmp_path):
    task = make(
        training=TrainingConfig(learning_rate=0.01, warm_up_steps=5),
        network=dataclasses.replace(SMALL, dropout=0.0),
    )
    schedule = Schedule(train_steps=60, eval_every=20)
    result = run(task, tmp_path / "run", schedule, export_dir=tmp_path / "model")
    assert result["test_accuracy"] == 1.0 == result["per_class"]["high"]["f1"]
    assert result["confusion"] == [[5, 0], [0, 4]] and result["test_examples"] == 9
    assert (tmp_path / "run" / "confusion.png").read_bytes()[1:4] == b"PNG"
    sounds = SOUND.test[0]
    probabilities = task.classify(sounds)
    files = np.array([wav(sound) for sound in sounds], object)
    served = run_without_python(result["export"], {"wav_bytes": files})
    np.testing.assert_allclose(served["probabilities"], probabilities, atol=1e-4)
    expected = [NAMES[i].encode() for i in probabilities.argmax(axis=1)]
    assert served["label"].tolist() == expected
    inputs = sounds[0][None], np.array([len(sounds[0])])
    logits = task.model(inputs)
    for path in ("run", "model"):
        found = kerazoo.load(tmp_path / path)(inputs)
        np.testing.assert_allclose(found, logits, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("encoder", ["conformer", "transformer"])
def test_run_that_went_on_ends_as_one_that_did_not(encoder, tmp_path):
    more = {
        "speech": SpeechConfig(encoder=encoder, num_mels=12, kernel_size=3),
        "class_weights": "balanced",
        "training": TrainingConfig(
            averaging="exponential",
            average_half_life=30,
            rate_schedule="constant",
            warm_up_steps=1,
        ),
    }
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    expected = run(make(**more), whole, seed=3)
    half = dataclasses.replace(SCHEDULE, train_steps=2)
    run(make(**more), parts, half, seed=3)
    found = run(make(**more), parts, seed=3)
    for name in ("test_accuracy", "test_macro_f1", "score", "best_step"):
        assert found[name] == pytest.approx(expected[name], rel=1e-5), name
    assert losses(parts) == pytest.approx(losses(whole), rel=1e-5)


@pytest.mark.slow
def test_two_replicas_learn_the_same_as_one():
    network = dataclasses.replace(SMALL, dropout=0.0)
    found, buckets = [], built(make(), num_devices=2)._train
    for count in (1, 2):
        strategy = strategy_of(count)
        keras.utils.set_random_seed(0)
        task = make(network=network, class_weights="low=3")
        task.build(strategy, 4, seed=0)
        task._train = buckets
        steps = task.steps(strategy, None)
        steps.start(0)
        found.append([float(steps.take(1, 9)["loss"][0]) for _ in range(3)])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-5)


def test_names_and_defaults_are_those_of_the_data():
    tones, files = SoundClassification(), SoundClassification(data_dir="my/commands")
    assert tones.name == "tone_letters" and files.name == "commands"
    assert tones.sample_rate == files.sample_rate == 16_000
    settings = json.loads(json.dumps(make().settings()))
    assert settings["dataset"] == "heights" and settings["speech"]["num_mels"] == 12


def test_metadata_and_words(task):
    metadata = task.metadata()
    assert metadata["task"] == "classify_sound" and metadata["sample_rate"] == RATE
    assert metadata["class_names"] == NAMES
    assert metadata["limits"].keys() == {"max_examples", "max_seconds"}
    assert task.describe_data() == (
        "heights, 24 sounds to train on, 6 to validate with and 9 to test with; "
        "2 classes, 12 sounds each"
    )
    assert task.card().measured_on == "9 sounds for test"


def test_sounds_get_the_same_classes_alone_and_together(task):
    sounds = [*SOUND.test[0], np.zeros(10, "float32")]
    found = task.classify(sounds)
    assert found.shape == (10, 2)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(task.classify(sounds[2:3])[0], found[2], atol=1e-5)


def test_long_sounds_are_left_out_with_a_warning():
    sounds, labels = SOUND.train
    longer = [*sounds, np.ones(4_500, "float32")], np.append(labels, 0).astype("int32")
    sound = dataclasses.replace(SOUND, train=longer)
    with pytest.warns(UserWarning) as warned:
        task = built(make(dataset=sound, max_seconds=1.1))
    assert [str(w.message) for w in warned] == [
        "1 sounds of training are left out: longer than `max_seconds`=1.1."
    ]
    assert task._train.num_examples == 24


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"max_seconds": 0.1}, "`max_seconds` must be .*Received: max_seconds=0.1"),
        ({"seconds_per_batch": 0.3}, "at least .* Received: seconds_per_batch=0.3"),
        ({"class_weights": "loud=2"}, "'loud', which is none of the classes"),
        ({"dataset": "files", "data_dir": "no/such/folder"}, "no/such/folder"),
        ({"init_from": "runs/other"}, "no model that classify_sound goes on from"),
    ],
)
def test_mistakes_are_found_before_training(more, message, tmp_path):
    with pytest.raises(RunError, match=message):
        run(make(**more), tmp_path)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"sample_rate": 8_000}, "that of the sounds, 4000.* sample_rate=8000"),
        ({"silence_seconds": -1.0}, "0 or more. Received: silence_seconds=-1"),
        ({"speech": SpeechConfig(chunk_seconds=0.5)}, "Received: chunk_seconds=0.5"),
    ],
)
def test_mistakes_are_found_at_once(more, message):
    with pytest.raises(ValueError, match=message):
        make(**more)
