import dataclasses
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerazoo
from kerazoo.data.sound import TranscribedSound
from kerazoo.data.sound import Utterances
from kerazoo.models.transformer import NetworkConfig
from kerazoo.models.transformer import SpeechConfig
from kerazoo.models.transformer import TrainingConfig
from kerazoo.runs import RunError
from kerazoo.serving.check import run_without_python
from kerazoo.tasks.transformer import SpeechRecognition
from kerazoo.training import Schedule
from kerazoo.training import strategy as strategies
from tests.models.transformer.test_serving_speech_recognizer import wav

RATE = 4_000
RANDOM = np.random.default_rng(0)
WORDS = ["to", "be", "or not", "to be"]


def utterances(count):
    sizes = RANDOM.integers(1_500, 4_000, count)
    sounds = [RANDOM.normal(0, 0.1, n).astype("float32") for n in sizes]
    return Utterances(sounds, [WORDS[i % 4] for i in range(count)])


SOUND = TranscribedSound("words", RATE, utterances(12), utterances(4), utterances(5))
SMALL = NetworkConfig(hidden_size=8, num_layers=1, num_heads=2, dropout=0.1)
SPEECH = SpeechConfig(encoder="transformer", num_mels=12)
SCHEDULE = Schedule(train_steps=4, eval_every=2, checkpoint_every=2, log_every=2)


def make(**more):
    return SpeechRecognition(
        **{
            "dataset": SOUND,
            "sample_rate": RATE,
            "seconds_per_batch": 4.0,
            "num_buckets": 2,
            "beam_size": 2,
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


@pytest.mark.slow
def test_run_and_export_hold_the_same_model(tmp_path):
    task = make(speed_perturbation=True, language_model_weight=0.3, word_bonus=0.5)
    result = run(task, tmp_path / "run", export_dir=tmp_path / "model")
    assert {"wer", "cer", "exact_match", "validation_loss"} <= result.keys()
    assert result["score"] == -result["validation_wer"]
    assert result["test_utterances"] == 5 and result["decoding"] == "ctc_beam"
    assert task.examples_per_step * task._train.batches_per_epoch == 36
    sounds = SOUND.test.sounds
    texts = task.transcribe(sounds)
    files = np.array([wav(sound) for sound in sounds], object)
    served = run_without_python(result["export"], {"wav_bytes": files})
    assert [text.decode() for text in served["text"]] == texts
    inputs = sounds[0][None], np.array([len(sounds[0])])
    logits, _ = task.model(inputs)
    for path in ("run", "model"):
        found, _ = kerazoo.load(tmp_path / path)(inputs)
        np.testing.assert_allclose(found, logits, atol=1e-5)
    assert task.metadata()["sample_rate"] == RATE
    assert task.describe_data().startswith("words, 12 utterances (0.1 minutes) to")


@pytest.mark.slow
@pytest.mark.parametrize("chunk_seconds", [None, 0.08])
@pytest.mark.parametrize("encoder", ["conformer", "transformer"])
def test_run_that_went_on_ends_as_one_that_did_not(encoder, chunk_seconds, tmp_path):
    more = {
        "speech": SpeechConfig(
            encoder=encoder, num_mels=12, kernel_size=3, chunk_seconds=chunk_seconds
        ),
        "network": dataclasses.replace(SMALL, decoder_layers=1),
        "decoding": "joint",
        "training": TrainingConfig(
            averaging="snapshots",
            num_snapshots=2,
            rate_schedule="constant",
            warm_up_steps=1,
        ),
    }
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    expected = run(make(**more), whole, seed=3)
    half = dataclasses.replace(SCHEDULE, train_steps=2)
    run(make(**more), parts, half, seed=3)
    found = run(make(**more), parts, seed=3)
    for name in ("validation_loss", "score", "best_step", "wer", "cer"):
        assert found[name] == pytest.approx(expected[name], rel=1e-5), name
    assert losses(parts) == pytest.approx(losses(whole), rel=1e-5)


@pytest.mark.slow
def test_two_replicas_learn_the_same_as_one():
    network = dataclasses.replace(SMALL, dropout=0.0)
    found, buckets = [], built(make(), num_devices=2)._train
    for count in (1, 2):
        strategy = strategy_of(count)
        keras.utils.set_random_seed(0)
        task = make(network=network)
        task.build(strategy, 4, seed=0)
        task._train = buckets
        steps = task.steps(strategy, None)
        steps.start(0)
        found.append([float(steps.take(1, 9)["loss"][0]) for _ in range(3)])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-5)


@pytest.mark.slow
def test_loss_chooses_where_nothing_is_transcribed():
    task = built(make(eval_sentences=0))
    assert task.objective == "validation_loss"
    assert task.validate().keys() == {"validation_loss"}


def test_features_of_streams_have_the_mean_of_training():
    speech = dataclasses.replace(SPEECH, chunk_seconds=0.1)
    training = TrainingConfig(averaging="exponential", average_half_life=500)
    task = built(make(speech=speech, training=training, eval_sentences=0))
    for network in (task.model.network, task.model.average_network):
        frames = [network.spectrogram(x[None])[0][0] for x in SOUND.train.sounds]
        frames = np.concatenate(frames)
        np.testing.assert_allclose(frames.mean(axis=0), 0, atol=1e-4)
        np.testing.assert_allclose(frames.std(axis=0), 1, atol=1e-3)
    metadata = task.metadata()
    assert metadata["chunk_samples"] == 320  # Two outputs of 40 ms.
    assert metadata["latency_seconds"] == pytest.approx(0.08 + 0.015)
    offline = make()
    assert "chunk_samples" not in built(offline).metadata()


def test_names_and_defaults_are_those_of_the_data(tmp_path):
    tones, files = SpeechRecognition(), SpeechRecognition(data_dir="said/an4")
    assert tones.name == "tone_letters" and files.name == "an4"
    assert tones.sample_rate == 8_000 and files.sample_rate == 16_000
    assert tones.network.hidden_size == 64 and files.network.hidden_size == 144
    settings = json.loads(json.dumps(make().settings()))
    assert settings["dataset"] == "words" and settings["speech"]["num_mels"] == 12
    assert "beam_size" not in settings and "decoding" not in settings


def test_odd_sounds_are_left_out_with_a_warning():
    train = SOUND.train
    odd = Utterances(
        [*train.sounds, np.ones(4_500, "float32"), np.ones(300, "float32")],
        [*train.texts, "to be", "or not"],
    )
    sound = dataclasses.replace(SOUND, train=odd)
    with pytest.warns(UserWarning) as warned:
        task = built(make(dataset=sound, max_seconds=1.1))
    assert [str(w.message) for w in warned] == [
        "1 sounds of training are left out: longer than `max_seconds`=1.1.",
        "1 sounds of training are left out: too short for their texts.",
    ]
    assert task._train.num_examples == 12


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"max_seconds": 0.3}, "`max_seconds` must be .*Received: max_seconds=0.3"),
        ({"seconds_per_batch": 0.3}, "at least .* Received: seconds_per_batch=0.3"),
        (
            {
                "dataset": dataclasses.replace(
                    SOUND, validation=Utterances([np.ones(50, "float32")], ["to be"])
                )
            },
            "All validation sounds are too short",
        ),
        (
            {"language_model_weight": 1.0, "language_model_order": 0},
            "`order` must be 1 or more",
        ),
        ({"dataset": "files", "data_dir": "no/such/folder"}, "no/such/folder"),
    ],
)
def test_mistakes_are_found_before_training(more, message, tmp_path):
    with pytest.raises(RunError, match=message):
        run(make(**more), tmp_path)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"decoding": "joint"}, "need a decoder.* Received: decoding=joint"),
        ({"decoding": "best"}, "Received: decoding=best"),
        (
            {"decoding": "ctc_greedy", "language_model_weight": 1.0},
            "goes with .*Received: decoding=ctc_greedy",
        ),
        ({"sample_rate": 8_000}, "that of the sounds, 4000.* sample_rate=8000"),
    ],
)
def test_mistakes_are_found_at_once(more, message):
    with pytest.raises(ValueError, match=message):
        make(**more)


def test_sounds_are_transcribed_in_any_number():
    task = built(make())
    sounds = [*SOUND.test.sounds, np.zeros(10, "float32")]
    texts = task.transcribe(sounds)
    assert len(texts) == 6 and task.transcribe(sounds[2:3]) == texts[2:3]
    served = task.serving(task.model).transcribe_samples(
        tf.constant(sounds[0][None]), tf.constant([len(sounds[0])])
    )
    assert served["text"].numpy()[0].decode() == texts[0]
