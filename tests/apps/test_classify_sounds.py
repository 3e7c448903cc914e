"""`--task=classify` of sounds: from folders to an export, and what it answers."""

import pathlib

import numpy as np
import pytest
from scipy.io import wavfile

from apps import evaluate
from apps import predict
from apps import train_transformer
from kerazoo.serving.check import run_without_python
from tests.apps import killed_run
from tests.apps.conftest import assert_one_line
from tests.prediction.exports import read_csv

RATE = 8_000
SMALL = (
    *("--task=classify", "--hidden_size=8", "--num_layers=1", "--num_heads=2"),
    *("--train_steps=4", "--eval_every=2", "--checkpoint_every=2", "--log_every=2"),
)
OF_SOUNDS = (
    *("--sample_rate=8000", "--num_mels=16", "--seconds_per_batch=4"),
    *("--num_buckets=1", "--encoder=transformer"),
)


def commands(folder, count=12):
    """Writes noises of two rates in a folder for each class; returns the folder."""
    random = np.random.default_rng(0)
    for i in range(count):
        rate, name = (RATE, 16_000)[i % 2], ("yes", "no")[i // 2 % 2]
        (folder / name).mkdir(parents=True, exist_ok=True)
        samples = random.normal(0, 0.1, rate // 4).astype("float32")
        wavfile.write(folder / name / f"{i}.wav", rate, samples)
    return folder


@pytest.mark.slow
def test_learns_exports_and_answers(app, paths, tmp_path):
    folder = commands(tmp_path / "commands", 40)
    data = f"--data_dir={folder}"
    code, result, err = app(train_transformer.main, *SMALL, *OF_SOUNDS, data, *paths)
    assert code == 0, err
    assert {"test_accuracy", "test_macro_f1", "confusion"} <= result.keys()
    assert "commands, 32 sounds to train on" in err and "2 classes, 16 sounds" in err
    model, answers = f"--saved_model={tmp_path}/model", tmp_path / "answers.csv"
    code, measured, err = app(evaluate.main, model, data)
    assert code == 0 and measured["examples"] == result["test_examples"], err
    assert measured["accuracy"] == result["test_accuracy"]
    assert measured["confusion"] == result["confusion"]
    code, _, err = app(predict.main, model, f"--input={folder}", f"--output={answers}")
    assert code == 0, err
    rows = read_csv(answers)
    files = [pathlib.Path(row["file"]).read_bytes() for row in rows]
    served = run_without_python(
        result["export"], {"wav_bytes": np.array(files, object)}
    )
    assert [row["label"].encode() for row in rows] == served["label"].tolist()
    found = [float(row["probability_yes"]) for row in rows]
    np.testing.assert_allclose(found, served["probabilities"][:, 1], atol=1e-3)
    code, again, err = app(train_transformer.main, *SMALL, *OF_SOUNDS, data, *paths)
    assert code == 0 and again == result and "Done before" in err


@pytest.mark.slow
def test_killed_run_ends_the_same(tmp_path):
    killed_run.assert_ends_the_same(
        "apps.train_transformer",
        tmp_path,
        30,
        *SMALL[:4],
        *OF_SOUNDS,
        f"--data_dir={commands(tmp_path / 'commands', 40)}",
        *("--dropout=0.2", "--speed_perturbation", "--averaging=exponential"),
        "--average_half_life=500",
        metric="validation_accuracy",
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--max_length=9"], ["--max_length", "classes of texts", "has sounds"]),
        (["--vocabulary=words"], ["--vocabulary", "--dataset=tone_letters has"]),
        (["--init_from=a"], ["--init_from", "classes of texts"]),
        (["--chunk_seconds=1"], ["--chunk_seconds", "--task=speech"]),
        (["--task=speech", "--silence_seconds=1"], ["--silence_seconds", "classify"]),
        (["--encoder=transformer", "--kernel_size=5"], ["--encoder=conformer"]),
        (["--norm=rms"], ["--norm goes with --encoder=transformer."]),
        (["--kernel_size=4"], ["--kernel_size=4", "odd"]),
        (["--dataset=imdb_reviews", "--num_mels=9"], ["--num_mels", "of sounds"]),
        (["--dataset=files"], ["--dataset=files", "--data_dir", "sounds"]),
        (["--dataset=spoken_digits"], ["spoken_digits", "spoken_digit?"]),
        (["--dataset=speech_commands", "--shift=1"], ["--shift", "--task=image"]),
        (["--dataset=tone_letter"], ["tone_letters, files", "mean tone_letters?"]),
    ],
)
def test_mistakes_are_said_in_one_line(app, paths, arguments, words):
    given = ("--dataset=tone_letters", *arguments)
    code, _, err = app(train_transformer.main, *SMALL, *given, *paths)
    assert code == 2, err
    assert_one_line(err, *words)


def test_mistakes_of_files_are_said_in_one_line(app, paths, tmp_path):
    folder = commands(tmp_path / "commands")
    data = f"--data_dir={folder}"
    code, _, err = app(train_transformer.main, *SMALL, data, "--text_column=a", *paths)
    assert code == 2
    assert_one_line(err, "--text_column", f"{data} has sounds")
    code, _, err = app(train_transformer.main, *SMALL, f"{data}/no/2.wav", *paths)
    assert code == 2
    assert_one_line(err, "2.wav is one sound", "a folder of sounds for each class")
    (folder / "no" / "2.wav").write_bytes(b"nothing")
    code, _, err = app(train_transformer.main, *SMALL, data, *paths)
    assert code == 2
    assert_one_line(err, "2.wav", "b'noth'")
    (tmp_path / "labels.csv").write_text("file,label\na.wav,yes\nb.wav,no\n")
    table = f"--data_dir={tmp_path}/labels.csv"
    code, _, err = app(train_transformer.main, *SMALL, table, *paths)
    assert code == 2
    assert_one_line(err, "labels.csv, line 2", "a.wav, which is not there")
    reviews = tmp_path / "reviews.csv"
    reviews.write_text("text,label\n" + "a good film,good\na bad one,bad\n" * 9)
    code, _, err = app(
        train_transformer.main, *SMALL, f"--data_dir={reviews}", "--num_mels=9", *paths
    )
    assert code == 2
    assert_one_line(err, "--num_mels", f"--data_dir={reviews} has texts")
