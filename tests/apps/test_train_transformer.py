import io
import json
import subprocess
import sys
import types

import numpy as np
import pytest
from absl.testing import flagsaver
from PIL import Image

from apps import generate
from apps import train_transformer
from apps import translate
from apps.cli.launch import launch
from kerazoo.serving.check import run_without_python
from tests.apps import killed_run
from tests.apps.conftest import assert_one_line

SMALL = (
    *("--hidden_size=8", "--num_layers=1", "--num_heads=2", "--train_steps=4"),
    *("--eval_every=2", "--checkpoint_every=2", "--log_every=2"),
)
DATES = (
    *("--locales=en_US,de_DE", "--vocabulary_size=400", "--num_buckets=1"),
    *("--tokens_per_batch=256", "--eval_sentences=3", "--max_length=32"),
)


@pytest.fixture
def few_dates(monkeypatch):
    """Makes a hundredth of the dates, which are there in no time."""
    from kerazoo.data.text import loading

    monkeypatch.setattr(
        loading,
        "dates",
        lambda locales: _dates(300, 20, locales),
    )


def _dates(count, test_count, locales):
    from kerazoo.data.text.date_pairs import dates

    return dates(train_examples=count, test_examples=test_count, locales=locales)


def give(monkeypatch, text):
    """Makes bytes the standard input."""
    stdin = types.SimpleNamespace(buffer=io.BytesIO(text), isatty=lambda: False)
    monkeypatch.setattr(sys, "stdin", stdin)


@pytest.mark.slow
def test_translates_exports_and_goes_on(
    app, paths, tmp_path, few_dates, monkeypatch, capsys
):
    code, result, err = app(train_transformer.main, *SMALL, *DATES, *paths)
    assert code == 0, err
    assert {"exact_match", "bleu", "chrf", "validation_loss"} <= result.keys()
    assert result["test_pairs"] == 20 and result["train_steps"] == 4
    run = tmp_path / "run"
    logged = [json.loads(x) for x in (run / "metrics.jsonl").read_text().splitlines()]
    names = {name for line in logged for name in line}
    assert {"loss", "tokens", "eval/validation_loss"} <= names
    assert "eval/validation_bleu" in names
    assert result["score"] == result["validation_bleu"]

    # Strings of all kinds, in a process without Python.
    texts = ["May 5, 1999", "", "x" * 5_000, "\U0001f600", "a\0b"]
    texts = np.array([*(text.encode() for text in texts), b"\xff\xfe"], object)
    served = run_without_python(result["export"], {"text": texts})
    assert served["translation"].shape == served["score"].shape == (6,)
    assert (served["score"] <= 0).all()
    assert served["is_truncated"].tolist() == [False, False, True, False, False, False]
    assert served["translation"][1] == b"" and served["score"][1] == 0
    assert served["is_unknown"][[0, 1, 3, 5]].tolist() == [False, False, True, True]
    best = run_without_python(result["export"], {"text": texts}, "n_best")
    assert best["translation"].shape == best["score"].shape == (6, 4)
    np.testing.assert_array_equal(best["translation"][:, 0], served["translation"])
    assert (np.diff(best["score"], axis=1) <= 0).all()

    # The app that reads lines says the same.
    model = f"--saved_model={tmp_path}/model"
    lines = [b"\xef\xbb\xbfMay 5, 1999", b"", b"x" * 5_000, b"\xff", b"\xff", b""]
    give(monkeypatch, b"\n".join([*lines, b"x"]))
    translate_lines(model, "--lines_per_batch=2")
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert [line.encode() for line in lines[:3]] == served["translation"][:3].tolist()
    assert lines[1] == lines[5] == "" and len(lines) == 7
    assert "only the beginning was read of 'xxx" in err
    assert [line for line in err.splitlines() if "more such lines" in line] == [
        "Warning: line 4 is not UTF-8; more such lines are not named.",
        "Warning: line 3 has characters that the model's vocabulary does not have; "
        "more such lines are not named.",
    ]
    give(monkeypatch, b"May 5, 1999")
    translate_lines(model, "--n_best=2")
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [text.encode() for _, text in rows] == best["translation"][0, :2].tolist()
    np.testing.assert_allclose(
        [float(score) for score, _ in rows], best["score"][0, :2], atol=1e-4
    )

    code, again, err = app(train_transformer.main, *SMALL, *DATES, *paths)
    assert code == 0 and again == result and "Done before" in err
    code, more, err = app(
        train_transformer.main, *SMALL, *DATES, "--train_steps=6", *paths
    )
    assert code == 0 and "Going on from step 4" in err, err
    assert more["export"].endswith("/2")
    code, _, err = app(train_transformer.main, *SMALL, *DATES, "--norm=rms", *paths)
    assert code == 2
    assert_one_line(err, "--norm=layer became --norm=rms")


def translate_lines(*arguments):
    """Runs the app as it is, with lines of text where others print JSON."""
    with flagsaver.flagsaver(), pytest.raises(SystemExit) as ended:
        launch(translate.main, translate.DEFAULTS, argv=["app", *arguments])
    assert not ended.value.code


@pytest.mark.slow
def test_own_files_and_averages(app, paths, tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    lines = [f"{word} {i}" for i in range(20) for word in ("one", "two", "three")]
    for part in ("train", "valid", "test"):
        (folder / f"{part}.en").write_text("\n".join(lines) + "\n")
        (folder / f"{part}.de").write_text("\n".join(lines[::-1]) + "\n")
    files = (
        *(f"--data_dir={folder}", "--source_language=en"),
        *("--target_language=de", "--vocabulary=characters", "--tokens_per_batch=256"),
        *("--num_buckets=1", "--averaging=snapshots", "--num_snapshots=2"),
        *("--positions=rotary", "--norm=rms", "--feed_forward=swiglu", "--norm_first"),
        *("--rate_schedule=inverse_square_root", "--decoupled_weight_decay=0.1"),
    )
    code, result, err = app(
        train_transformer.main, *SMALL, *files, "--noexport", *paths
    )
    assert code == 0, err
    assert result["test_pairs"] == 60
    # No default of the dates is one of files, also without `--dataset`.
    assert "--label_smoothing=0.0\n" in (tmp_path / "run" / "flags.txt").read_text()
    kept = sorted(p.name for p in (tmp_path / "run" / "snapshots").iterdir())
    assert [int(name) for name in kept] == [2, 4]


@pytest.mark.slow
def test_goes_on_with_a_text(app, paths, tmp_path):
    book = tmp_path / "book.txt"
    book.write_text("to be or not to be\n" * 100)
    command = (
        *("--task=generate", "--dataset=file", f"--data_dir={book}", "--batch_size=4"),
        *("--block_size=16", *SMALL, *paths),
    )
    code, result, err = app(train_transformer.main, *command)
    assert code == 0, err
    assert result["perplexity"] == pytest.approx(np.exp(result["validation_loss"]))
    request = {
        "prompt": np.array([b"to", b"", b"to be or not to be to be"], object),
        "seed": np.int32(1),
        "temperature": np.float32(1),
        "top_p": np.float32(0.9),
    }
    served = run_without_python(result["export"], request)
    assert served["text"][0].startswith(b"to") and len(served["text"][0]) > 2
    assert served["is_truncated"].tolist() == [False, False, True]
    again = run_without_python(result["export"], request)
    np.testing.assert_array_equal(again["text"], served["text"])
    model = f"--saved_model={tmp_path}/model"
    code, made, err = app(
        generate.main, model, "--prompt=to", "--prompt=be", "--count=2", "--seed=1"
    )
    assert code == 0, err
    assert [text[:2] for text in made["texts"]] == ["to", "to", "be", "be"]
    assert made["texts"][0] in err and made["truncated_prompts"] == 0
    assert made["unknown_prompts"] == 0 and "Warning" not in err
    code, made, err = app(generate.main, model, "--prompt=\udcff", "--seed=4000000000")
    assert code == 0 and len(made["texts"]) == made["unknown_prompts"] == 1, err
    assert "Warning: --prompt='\ufffd' is not UTF-8, or has characters that" in err
    code, _, err = app(generate.main, model, "--picture=a.png")
    assert code == 2
    assert_one_line(err, "--picture", "images")
    scored = run_without_python(
        result["export"], {"text": np.array([b"to be"], object)}, "score"
    )
    assert scored["num_tokens"] == 5 and scored["log_probability"] < 0
    book.write_text("to be or to be not\n" * 100)  # Of the same characters.
    code, _, err = app(train_transformer.main, *command, "--train_steps=6")
    assert code == 2
    assert_one_line(err, "training data has changed", "--workdir")


@pytest.mark.slow
def test_classifies_texts(app, paths, tmp_path):
    films = tmp_path / "films.csv"
    rows = [f"{word} film {i};{word}" for i in range(30) for word in ("good", "bad")]
    films.write_text("\n".join(["Review;Sentiment", *rows]), "utf-16")
    flags = (
        *("--task=classify", f"--data_dir={films}", "--token_pooling=max"),
        *("--tokens_per_batch=320", "--num_buckets=1", *SMALL, "--train_steps=60"),
        *("--eval_every=30", "--learning_rate=1e-2", "--averaging=exponential"),
        "--average_half_life=100",
    )
    code, result, err = app(train_transformer.main, *flags, *paths)
    assert code == 0, err
    assert result["test_accuracy"] == 1.0 and result["test_examples"] == 6
    assert result["classes"] == 2 and result["confusion"] == [[3, 0], [0, 3]]
    assert f"pictures {tmp_path}/run/confusion.png" in err
    assert "2 classes, 24 texts each" in err
    assert "texts in column 1 'Review', labels in column 2 'Sentiment'; 60 texts" in err
    size = result["vocabulary_size"]
    assert f"{size} tokens, the most that the text allows, and not 4,000 as by" in err
    texts = np.array([b"good film", b"bad film", b"", b"good \xff"], object)
    served = run_without_python(result["export"], {"text": texts})
    assert served["label"][:3].tolist() == [b"good", b"bad", b""]
    assert served["is_unknown"].tolist() == [False, False, True, True]
    np.testing.assert_allclose(served["probabilities"].sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(served["probabilities"][2], 0.5)
    # The flags that a run notes give the same run again.
    code, again, err = app(
        train_transformer.main, f"--flagfile={tmp_path}/run/flags.txt"
    )
    assert code == 0 and again == result and "Done before" in err, err
    other = (f"--vocabulary_size={size + 1}", f"--workdir={tmp_path}/other")
    code, _, err = app(train_transformer.main, *flags, *other)
    assert code == 2
    bounds = f"at most {size} tokens. Received: --vocabulary_size={size + 1}"
    assert_one_line(err, "at least", bounds)


@pytest.mark.slow
def test_classifies_images(app, paths, tmp_path):
    code, result, err = app(
        train_transformer.main,
        *("--task=image", "--batch_size=16", "--flip", "--shift=1", *SMALL, *paths),
    )
    assert code == 0, err
    assert 0 <= result["test_accuracy"] <= 1 and result["classes"] == 10
    pixels = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 1), "uint8")
    served = run_without_python(result["export"], {"images": pixels})
    files = []
    for image in pixels:
        file = io.BytesIO()
        Image.fromarray(image[..., 0]).save(file, "PNG")
        files.append(file.getvalue())
    same = run_without_python(
        result["export"], {"image_bytes": np.array(files, object)}, "classify_files"
    )
    np.testing.assert_allclose(
        same["probabilities"], served["probabilities"], atol=1e-5
    )
    np.testing.assert_array_equal(same["label"], served["label"])


def test_too_few_images_to_hold_some_out(app, paths, tmp_path):
    for name in "ab":
        (tmp_path / "images" / name).mkdir(parents=True)
        Image.new("L", (8, 8)).save(tmp_path / "images" / name / "0.png")
    data = ("--task=image", "--dataset=folder", f"--data_dir={tmp_path}/images")
    code, _, err = app(train_transformer.main, *SMALL, *data, *paths)
    assert code == 2
    assert_one_line(err, "--data_dir=", "two images of a class at least")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--locales=en_US,xx_XX"], ["xx_XX"]),
        (["--vocabulary_size=100000"], ["--vocabulary_size=100000", "at most"]),
        (["--num_heads=3"], ["--hidden_size=8", "--num_heads=3"]),
        (["--tokens_per_batch=9"], ["--tokens_per_batch=9", "training"]),
        (["--task=image", "--patch_size=3"], ["--patch_size=3", "8x8"]),
        (["--batch_size=7"], ["--batch_size", "--task=generate, image or"]),
        (["--average_half_life=7"], ["--averaging=exponential"]),
        (["--task=generate", "--beam_size=3"], ["--beam_size", "--task=translate"]),
        (["--dataset=files"], ["--data_dir"]),
        (["--dataset=files", "--data_dir=nowhere"], ["nowhere"]),
        (["--task=classify"], ["--data_dir"]),
        (["--task=classify", "--data_dir=nowhere"], ["--data_dir=nowhere"]),
        (["--header"], ["--header", "--task=classify"]),
        (["--text_column=a"], ["--text_column", "--task=classify"]),
        (["--task=classify", "--label_column=a", "--dataset=imdb_reviews"], ["files"]),
        (["--task=generate", "--dataset=file", "--data_dir=nowhere.txt"], ["nowhere"]),
        (["--num_snapshots=3"], ["--averaging=snapshots"]),
        (["--dataset=no_such_dataset"], ["no_such_dataset"]),
        (["--vocabulary=characters", "--lower_case"], ["--lower_case", "bpe"]),
        (["--vocabulary=words"], ["--vocabulary=words", "--task=classify"]),
        (["--flip"], ["--flip", "--task=image"]),
        (["--task=image", "--shift=8"], ["--shift=8", "8 pixels"]),
        (["--task=image", "--class_weights=x=2"], ["--class_weights=x=2", "'x'"]),
        (["--class_weights=balanced"], ["--class_weights", "--task=classify"]),
    ],
)
def test_mistakes_are_said_in_one_line(app, paths, few_dates, arguments, words):
    code, _, err = app(train_transformer.main, *SMALL, *arguments, *paths)
    assert code == 2, err
    assert_one_line(err, *words)


def test_mistakes_of_files_are_said_before_tensorflow_is_there(tmp_path):
    films = tmp_path / "films.csv"
    films.write_text("".join(f"{i % 2},film {i}\n" for i in range(20)))
    for arguments, words in (
        ((), ("--text_column=2", "--label_column=1", "20 rows with 20 different")),
        (("--text_column=3",), ("--text_column=3", "from 1 to 2")),
    ):
        python = (sys.executable, "-X", "importtime", "-m")
        command = ("--task=classify", f"--data_dir={films}", *arguments)
        done = subprocess.run(
            [*python, "apps.train_transformer", *command],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 2
        assert_one_line(done.stderr, *words)
        assert "import time" in done.stderr and "| tensorflow" not in done.stderr


def test_files_that_do_not_fit(app, paths, tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "train.en").write_text("one\ntwo\n")
    (folder / "train.de").write_text("eins\n")
    files = ("--dataset=files", f"--data_dir={folder}", "--source_language=en")
    files += ("--target_language=de",)
    code, _, err = app(train_transformer.main, *SMALL, *files, *paths)
    assert code == 2
    assert_one_line(err, "train.en", "train.de", "2", "1")
    (folder / "train.de").write_bytes(b"eins\nzw\0ei\n")
    code, _, err = app(train_transformer.main, *SMALL, *files, *paths)
    assert code == 2
    assert_one_line(err, "train.de", "2")
    (folder / "train.de").write_text("")
    code, _, err = app(train_transformer.main, *SMALL, *files, *paths)
    assert code == 2
    assert_one_line(err, "train.de", "empty")


def test_translate_refuses_what_is_no_translator(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "apps.translate", f"--saved_model={tmp_path}"],
        input="a\n",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert_one_line(done.stderr, "python -m apps.train_transformer")


@pytest.mark.slow
def test_killed_run_ends_the_same(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    lines = [f"{word} {i}" for i in range(20) for word in ("one", "two", "three")]
    for name in ("train.en", "train.de", "valid.en", "valid.de"):
        (folder / name).write_text("\n".join(lines) + "\n")
    killed_run.assert_ends_the_same(
        "apps.train_transformer",
        tmp_path,
        30,
        *(f"--data_dir={folder}", "--source_language=en", "--target_language=de"),
        *("--vocabulary=characters", "--tokens_per_batch=256", "--num_buckets=2"),
        *("--hidden_size=8", "--num_layers=1", "--num_heads=2", "--dropout=0.2"),
        *("--eval_sentences=0", "--averaging=exponential", "--average_half_life=500"),
        metric="validation_loss",
    )
