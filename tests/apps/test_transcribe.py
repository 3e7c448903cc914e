"""From recordings to an export, and from it to lines of text."""

import io
import json
import types

import numpy as np
import pytest
from scipy.io import wavfile

from apps import evaluate
from apps import generate
from apps import predict
from apps import train_transformer
from apps import transcribe
from kerazoo.serving.check import run_without_python
from tests.apps import killed_run
from tests.apps import printing
from tests.apps.conftest import assert_one_line

RATE = 8_000
SMALL = (
    *("--task=speech", "--hidden_size=8", "--num_layers=1", "--num_heads=2"),
    *("--train_steps=4", "--eval_every=2", "--checkpoint_every=2", "--log_every=2"),
    *("--sample_rate=8000", "--num_mels=16", "--seconds_per_batch=8"),
    *("--num_buckets=1", "--encoder=transformer"),
)


def recordings(folder):
    """Writes sounds of two rates with transcripts; returns the folder."""
    folder.mkdir()
    random = np.random.default_rng(0)
    rows = ["path\ttext\tsplit"]
    for i in range(20):
        rate = RATE if i % 2 else 16_000
        samples = random.normal(0, 0.1, rate // 2)
        wavfile.write(folder / f"{i}.wav", rate, samples.astype("float32"))
        rows.append(f"{i}.wav\t{('yes', 'no')[i % 2]}\t{('train', 'test')[i > 15]}")
    (folder / "transcripts.tsv").write_text("\n".join(rows))
    return folder


def noted(folder, **metadata):
    """Writes what stands beside an export, without one."""
    extra = folder / "1" / "assets.extra"
    extra.mkdir(parents=True)
    (folder / "1" / "saved_model.pb").touch()
    noted = {"family": "transformer", "task": "speech", **metadata}
    (extra / "kerazoo.json").write_text(json.dumps(noted))
    return f"--saved_model={folder}"


@pytest.mark.slow
def test_learns_exports_and_transcribes(app, paths, tmp_path, monkeypatch, capsys):
    data = f"--data_dir={recordings(tmp_path / 'said')}"
    code, result, err = app(train_transformer.main, *SMALL, data, *paths)
    assert code == 0, err
    assert {"wer", "cer", "validation_loss"} <= result.keys()
    assert result["test_utterances"] == 4
    files = [tmp_path / "said" / f"{i}.wav" for i in range(2)]
    content = np.array([path.read_bytes() for path in files], object)
    served = run_without_python(result["export"], {"wav_bytes": content})

    model = f"--saved_model={tmp_path}/model"
    expected = [text.decode() for text in served["text"]]
    code, out, err = printing.run(capsys, transcribe.main, model, *files)
    assert code == 0 and out.split("\n")[:2] == expected, err
    code, measured, err = app(evaluate.main, model, data)
    assert code == 0 and measured["examples"] == 4, err
    for name in ("wer", "cer", "exact_match"):
        assert measured[name] == pytest.approx(result[name], rel=1e-4)
    code, _, err = app(evaluate.main, model, "--data_dir=nowhere")
    assert code == 2
    assert_one_line(err, "nowhere")
    stdin = types.SimpleNamespace(buffer=io.BytesIO(content[1]), isatty=lambda: False)
    monkeypatch.setattr("sys.stdin", stdin)
    code, out, err = printing.run(capsys, transcribe.main, model, "-")
    assert code == 0 and out.split("\n")[0] == expected[1], err

    class Lines(io.StringIO):
        def isatty(self):
            return False

    (tmp_path / "odd.wav").write_bytes(b"nothing")
    names = [files[0], "", tmp_path / "odd.wav", files[1]]
    monkeypatch.setattr("sys.stdin", Lines("\n".join(map(str, names))))
    code, out, err = printing.run(capsys, transcribe.main, model, "--n_best=2")
    rows = [line.split("\t") for line in out.splitlines()]
    assert code == 0 and len(rows) == 6 and rows[2] == rows[3] == ["0.0000", ""], err
    assert [rows[0][1], rows[4][1]] == expected
    assert err.count("Warning: Expected a sound file") == 1
    monkeypatch.setattr("sys.stdin", Lines(str(tmp_path / "odd.wav")))
    code, out, err = printing.run(capsys, transcribe.main, model)
    assert code == 2 and out == "\n" and "no file that could be read" in err

    code, again, err = app(train_transformer.main, *SMALL, data, *paths)
    assert code == 0 and again == result and "Done before" in err
    other = ("--decoding=ctc_greedy", "--train_steps=6")
    code, more, err = app(train_transformer.main, *SMALL, data, *other, *paths)
    assert code == 0 and "Going on from step 4" in err, err
    assert more["decoding"] == "ctc_greedy" and more["export"].endswith("/2")


@pytest.mark.slow
def test_writes_while_a_sound_goes_on(app, paths, tmp_path, monkeypatch, capsys):
    data = f"--data_dir={recordings(tmp_path / 'said')}"
    more = ("--chunk_seconds=0.1", "--eval_sentences=0", "--train_steps=20")
    code, result, err = app(train_transformer.main, *SMALL, *more, data, *paths)
    assert code == 0, err
    assert result["latency_seconds"] == pytest.approx(0.08 + 0.015)
    model, path = f"--saved_model={tmp_path}/model", tmp_path / "long.wav"
    samples = np.random.default_rng(0).integers(-9_000, 9_000, 3 * RATE)
    wavfile.write(path, RATE, samples.astype("int16"))
    code, expected, err = printing.run(
        capsys, transcribe.main, model, "--greedy", tmp_path / "said" / "1.wav"
    )
    assert code == 0, err
    code, out, err = printing.run(
        capsys, transcribe.main, model, "--stream", tmp_path / "said" / "1.wav"
    )
    assert (code, out) == (0, expected), err
    code, expected, err = printing.run(capsys, transcribe.main, model, "--stream", path)
    assert code == 0, err
    stdin = types.SimpleNamespace(buffer=io.BytesIO(path.read_bytes()))
    monkeypatch.setattr("sys.stdin", stdin)
    code, out, err = printing.run(capsys, transcribe.main, model, "--stream", "-")
    assert (code, out) == (0, expected), err
    stdin = types.SimpleNamespace(buffer=io.BytesIO(b"nothing"))
    monkeypatch.setattr("sys.stdin", stdin)
    code, out, err = printing.run(capsys, transcribe.main, model, "--stream", "-")
    assert code == 2 and not out
    assert_one_line(err, "Expected a WAV file of 16 bits", "8000 Hz")


@pytest.mark.slow
def test_killed_run_ends_the_same(tmp_path):
    killed_run.assert_ends_the_same(
        "apps.train_transformer",
        tmp_path,
        30,
        *SMALL[:4],
        *SMALL[8:],
        f"--data_dir={recordings(tmp_path / 'said')}",
        *("--dropout=0.2", "--eval_sentences=0", "--decoder_layers=1"),
        *("--speed_perturbation", "--averaging=exponential"),
        *("--average_half_life=500",),
        metric="validation_loss",
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--decoding=joint"], ["--decoding=joint", "--decoder_layers"]),
        (["--ctc_weight=0.5"], ["--ctc_weight", "--decoder_layers"]),
        (["--word_bonus=1"], ["--word_bonus", "--language_model_weight"]),
        (["--kernel_size=5"], ["--kernel_size", "--encoder=conformer"]),
        (["--encoder=conformer", "--kernel_size=4"], ["--kernel_size=4", "odd"]),
        (["--subsampling=5"], ["--subsampling=5", "2, 4 or 8"]),
        (["--chunk_seconds=0.03"], ["--chunk_seconds=0.03", "must be 0.04 or more"]),
        (["--chunk_seconds=0"], ["--chunk_seconds=0", "must be 0.04 or more"]),
        (["--encoder=conformer", "--norm=rms"], ["--norm", "--encoder=transformer"]),
        (["--task=generate"], ["--num_buckets", "or speech"]),
        (["--max_length=9"], ["--max_length", "--task=translate"]),
        (["--dataset=files"], ["--dataset=files", "--data_dir", "transcripts.tsv"]),
        (["--data_dir=nowhere"], ["nowhere"]),
        (["--dataset=no_such_dataset"], ["no_such_dataset"]),
        (["--sample_rate=96"], ["--sample_rate=96"]),
        (["--vocabulary=words"], ["--vocabulary=words"]),
        (["--lower_case"], ["--lower_case", "--vocabulary=bpe"]),
    ],
)
def test_mistakes_are_said_in_one_line(app, paths, arguments, words):
    code, _, err = app(train_transformer.main, *SMALL, *arguments, *paths)
    assert code == 2, err
    assert_one_line(err, *words)


def test_mistakes_of_files_are_said_in_one_line(app, paths, tmp_path):
    folder = recordings(tmp_path / "said")
    table = (folder / "transcripts.tsv").read_text()
    for content, word in (
        (table.replace("3.wav", "none.wav"), "none.wav"),
        (table.replace("no\t", " \t"), "transcripts.tsv"),
    ):
        (folder / "transcripts.tsv").write_text(content)
        code, _, err = app(
            train_transformer.main, *SMALL, f"--data_dir={folder}", *paths
        )
        assert code == 2
        assert_one_line(err, word)


def test_transcribe_refuses_what_does_not_hear(tmp_path, capsys):
    model = noted(tmp_path / "speech", decoding="ctc_beam", beam_size=3, sample_rate=8)
    texts = noted(tmp_path / "texts", task="classify")
    classes = noted(tmp_path / "classes", task="classify_sound")
    chunks = noted(
        tmp_path / "chunks", decoding="ctc_greedy", sample_rate=8, chunk_samples=9
    )
    (tmp_path / "odd.wav").write_bytes(b"nothing")
    for arguments, words in (
        ([f"--saved_model={tmp_path}"], ["python -m apps.train_transformer"]),
        ([texts], ["--task=classify", "does not hear"]),
        ([classes], ["classes of sounds", "apps.predict"]),
        ([model, "--n_best=2", "--greedy"], ["--n_best", "--greedy"]),
        ([model, "--n_best=4"], ["--n_best=4", "at most 3", "--beam_size"]),
        ([model, "--stream", "a.wav"], ["--stream", "trained with --chunk_seconds"]),
        ([model, "--stream"], ["--stream", "one file", "0 names"]),
        ([model, "--stream", "--n_best=2", "a.wav"], ["--n_best", "--stream"]),
        ([chunks, "--stream", "none.wav"], ["none.wav is no file that is there"]),
        ([model, "none.wav"], ["none.wav is no file that is there"]),
        ([model, str(tmp_path)], ["is a folder", "*.wav"]),
        ([model, tmp_path / "odd.wav"], ["odd.wav", "begins with b'noth'"]),
    ):
        code, out, err = printing.run(capsys, transcribe.main, *arguments)
        assert code == 2 and not out
        assert_one_line(err, *words)


def test_generate_names_the_app_that_transcribes(app, tmp_path):
    model = noted(tmp_path / "speech", decoding="ctc_beam", beam_size=3)
    code, _, err = app(generate.main, model, "--prompt=a")
    assert code == 2
    assert_one_line(err, "--task=speech", "apps.transcribe")


def test_predict_names_the_app_that_transcribes(app, tmp_path):
    model = noted(tmp_path / "speech", decoding="ctc_beam", beam_size=3, sample_rate=8)
    code, _, err = app(predict.main, model, "--input=a.txt")
    assert code == 2
    assert_one_line(err, "apps.transcribe")
