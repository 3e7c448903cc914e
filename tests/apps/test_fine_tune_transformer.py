"""Pretraining and what goes on from it, by the command line."""

import json
import subprocess
import sys

import numpy as np
import pytest

from apps import evaluate
from apps import generate
from apps import predict
from apps import train_transformer
from kerazoo.serving.check import run_without_python
from tests.apps import killed_run
from tests.apps.conftest import assert_one_line

SIZES = ("--hidden_size=8", "--num_layers=1", "--num_heads=2")
STEPS = ("--train_steps=4", "--eval_every=2", "--num_devices=1")
LINES = [f"{word} film {i}" for i in range(30) for word in ("good", "bad")]


def write_table(path, header="text,label"):
    rows = [header, *(f"{line},{line.split()[0]}" for line in LINES)]
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.mark.slow
def test_pretrains_and_fine_tunes(app, tmp_path):
    films = write_table(tmp_path / "films.csv")
    (tmp_path / "book.txt").write_text("to be or not to be\n" * 50)
    folders = (f"--workdir={tmp_path}/run", f"--export_dir={tmp_path}/model")
    command = (
        *("--task=pretrain", f"--data_dir={films},{tmp_path}/book.txt"),
        *("--vocabulary=characters", *SIZES, *STEPS, *folders),
    )
    code, result, err = app(train_transformer.main, *command)
    assert code == 0, err
    assert "films.csv: 60 texts of column 1 'text'" in err
    assert f"--init_from={tmp_path}/model" in err  # What to do next.
    code, again, err = app(train_transformer.main, *command)
    assert code == 0 and again == result and "Done before" in err
    for main, more in (
        (predict.main, (f"--input={films}",)),
        (evaluate.main, ()),
        (generate.main, ("--prompt=a",)),
    ):
        code, _, err = app(main, f"--saved_model={tmp_path}/model", *more)
        assert code == 2
        assert_one_line(err, "--init_from")

    folders = (f"--workdir={tmp_path}/run_2", f"--export_dir={tmp_path}/model_2")
    command = (
        *("--task=classify", f"--data_dir={films}", f"--init_from={tmp_path}/model"),
        *("--lora_rank=2", "--layer_decay=0.5", *STEPS, *folders),
    )
    code, result, err = app(train_transformer.main, *command)
    assert code == 0, err
    assert f"Took 15 weights of {tmp_path}/model/1; new: head/kernel, head/bias" in err
    noted = (tmp_path / "run_2" / "flags.txt").read_text()
    assert f"--init_from={tmp_path}/model\n" in noted
    served = run_without_python(
        result["export"], {"text": np.array([b"good film", b""], object)}
    )
    np.testing.assert_allclose(served["probabilities"].sum(axis=1), 1, rtol=1e-5)
    (tmp_path / "model").rename(tmp_path / "elsewhere")
    code, result, err = app(train_transformer.main, *command, "--train_steps=6")
    assert code == 0 and "Going on from step 4" in err and "Took" not in err, err
    other = (f"--init_from={tmp_path}/elsewhere", "--train_steps=6")
    code, _, err = app(train_transformer.main, *command, *other)
    assert code == 2
    assert_one_line(err, "--init_from", "became")


@pytest.mark.slow
def test_answers_prompts(app, tmp_path):
    sums = tmp_path / "sums.jsonl"
    pairs = [{"prompt": f"{i} and one", "answer": str(i + 1)} for i in range(30)]
    sums.write_text("\n".join(map(json.dumps, pairs)))
    code, result, err = app(
        train_transformer.main,
        *("--task=generate", f"--data_dir={sums}", "--batch_size=4", *SIZES, *STEPS),
        *(f"--workdir={tmp_path}/run", f"--export_dir={tmp_path}/model"),
    )
    assert code == 0, err
    assert 0 <= result["exact_match"] <= 1 and result["test_pairs"] == 3
    model = f"--saved_model={tmp_path}/model"
    code, made, err = app(generate.main, model, "--prompt=3 and one")
    assert code == 0 and made["texts"] == ["3 and one" + made["answers"][0]], err
    code, _, err = app(predict.main, model, f"--input={sums}")
    assert code == 2
    assert_one_line(err, "python -m apps.generate")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "metric"),
    [
        ("pretrain", "validation_loss"),
        ("pretrain_image", "validation_loss"),
        ("generate", "validation_loss"),
        ("classify", "validation_accuracy"),
    ],
)
def test_killed_run_ends_the_same(task, metric, tmp_path):
    films = write_table(tmp_path / "films.csv")
    flags = [*SIZES, f"--task={task}", "--dropout=0.2"]
    if task == "pretrain":
        flags += [f"--data_dir={films}", "--vocabulary=characters"]
    elif task == "generate":
        flags.append(f"--data_dir={write_table(films, 'prompt,answer')}")
    elif task == "classify":
        source = ("--train_steps=2", "--noexport", f"--workdir={tmp_path}/source")
        python = (sys.executable, "-m", "apps.train_transformer", "--task=pretrain")
        texts = (f"--data_dir={films}", "--vocabulary=characters")
        subprocess.run([*python, *SIZES, *texts, *source], check=True)
        flags = [f"--task={task}", f"--data_dir={films}", "--dropout=0.2"]
        flags += [f"--init_from={tmp_path}/source", "--layer_decay=0.5"]
        flags += ["--unfreeze_every=15", "--decoupled_weight_decay=0.1"]
    killed_run.assert_ends_the_same(
        "apps.train_transformer", tmp_path, 40, *flags, metric=metric
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--init_from=nowhere"], ["--init_from=nowhere", "model.json"]),
        (["--init_from=saved_models/gan_digits"], ["of gan, no Transformer"]),
        (["--init_from=saved_models/transformer_dates"], ["older version"]),
        (["--lora_rank=2"], ["--lora_rank", "--init_from"]),
        (["--freeze=encoder"], ["--freeze", "--init_from"]),
        (["--unfreeze_every=9"], ["--unfreeze_every", "--init_from"]),
        (["--layer_decay=0.5"], ["--layer_decay", "--init_from"]),
        (["--lora_alpha=2", "--init_from=nowhere"], ["--lora_alpha", "--lora_rank"]),
        (["--mask_share=0.3"], ["--mask_share", "--task=pretrain"]),
        (["--task=pretrain", "--data_dir=nowhere"], ["--data_dir=nowhere"]),
        (["--task=pretrain", "--dataset=files"], ["--data_dir", "a text file"]),
        (["--task=pretrain_image", "--dataset=x y"], ["--dataset=x y", "digits"]),
        (["--task=pretrain_image", "--patch_size=3"], ["--patch_size=3", "8x8"]),
        (["--task=image", "--init_from=nowhere"], ["--init_from=nowhere"]),
        (["--task=pretrain", "--beam_size=3"], ["--beam_size", "--task=translate"]),
        (["--task=classify", "--loss_on=all"], ["--loss_on", "--task=generate"]),
    ],
)
def test_mistakes_are_said_in_one_line(app, tmp_path, arguments, words):
    folders = (f"--workdir={tmp_path}/run", f"--export_dir={tmp_path}/model")
    if "--task" not in arguments[0]:
        films = write_table(tmp_path / "films.csv")
        arguments = ["--task=classify", f"--data_dir={films}", *arguments]
    code, _, err = app(train_transformer.main, *SIZES, *arguments, *folders)
    assert code == 2, err
    assert_one_line(err, *words)


def test_prompts_that_are_none_are_said_in_one_line(app, tmp_path):
    (tmp_path / "sums.jsonl").write_text('{"prompt": "1 and 1"}\n')
    code, _, err = app(
        train_transformer.main,
        *("--task=generate", f"--data_dir={tmp_path}/sums.jsonl"),
        *(f"--workdir={tmp_path}/run", "--noexport"),
    )
    assert code == 2
    assert_one_line(err, "sums.jsonl, line 1", "prompt and answer")
