import json

import numpy as np
import pytest
from PIL import Image

from apps import train_diffusion
from kerazoo.evaluation.images import image_evaluation
from kerazoo.runs.description import read_description
from kerazoo.serving.check import run_without_python
from tests.apps import killed_run
from tests.apps.conftest import assert_one_line

TINY = (
    "--widths=16",
    "--blocks_per_level=1",
    "--batch_size=16",
    "--train_steps=4",
    "--eval_every=4",
    "--checkpoint_every=2",
    "--log_every=2",
    "--eval_samples=40",
    "--steps=2",
    "--towers=1",
)


@pytest.mark.slow
def test_trains_measures_and_exports(app, paths, tmp_path):
    code, result, err = app(train_diffusion.main, *TINY, *paths)
    assert code == 0, err
    run = tmp_path / "run"
    assert result == json.loads((run / "result.json").read_text())
    assert {"fid", "kid", "precision", "recall", "density", "coverage"} <= result.keys()
    assert 0 <= result["label_agreement"] <= 1
    assert "lenet" in result["feature_extractor"]
    assert result["train_steps"] == 4 and np.isfinite(result["denoising_error"])
    errors = [v for k, v in result.items() if k.startswith("denoising_error_")]
    assert np.mean(errors) == pytest.approx(result["denoising_error"])
    logged = (run / "metrics.jsonl").read_text()
    assert "loss_by_noise/1_of_4" in logged
    assert Image.open(run / "samples.png").size[0] > 80  # Ten columns of 8 pixels.
    served = run_without_python(
        result["export"],
        {
            "count": np.int32(3),
            "seed": np.int32(1),
            "steps": np.int32(2),
            "guidance": np.float32(1),
            "label": np.array([7], "int32"),
        },
    )
    assert served["images"].shape == (3, 8, 8, 1)

    noted = (run / "flags.txt").read_text()
    older = noted.replace("--zero_terminal_snr=false\n", "")  # Before there was one.
    assert older != noted
    (run / "flags.txt").write_text(older)
    code, again, err = app(train_diffusion.main, *TINY, *paths)
    assert code == 0 and again == result and "Done before" in err
    code, _, err = app(train_diffusion.main, *TINY, "--weighting=min_snr", *paths)
    assert code == 2
    assert_one_line(err, "--weighting=uniform became --weighting=min_snr")
    code, _, err = app(train_diffusion.main, *TINY, "--zero_terminal_snr", *paths)
    assert code == 2
    assert_one_line(err, "--zero_terminal_snr=true")


@pytest.mark.slow
def test_more_steps_go_on(app, paths, tmp_path):
    cheap = (*TINY, "--feature_extractor=none", *paths)
    code, _, err = app(train_diffusion.main, *cheap)
    assert code == 0, err
    code, more, err = app(train_diffusion.main, *cheap, "--train_steps=6")
    assert code == 0 and "Going on from step 4" in err, err
    assert more["train_steps"] == 6 and more["export"].endswith("/2")
    lines = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    steps = [json.loads(line)["step"] for line in lines]
    assert steps == sorted(steps)


@pytest.mark.slow
def test_folder_without_labels(app, paths, tmp_path, monkeypatch):
    def cannot_be_had():
        raise OSError("no weights")

    monkeypatch.setattr(image_evaluation, "InceptionFeatures", cannot_be_had)
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i in range(20):
        size = (8, 9 + i, 3)
        pixels = np.random.default_rng(i).integers(0, 256, size, "uint8")
        Image.fromarray(pixels).save(folder / f"{i}.png")
    data = (f"--data_dir={folder}",)
    code, result, err = app(
        train_diffusion.main, *TINY, *data, *paths, "--flip", "--noexport"
    )
    assert code == 0, err
    assert result["feature_extractor"] is None and "fid" not in result
    assert "Warning: No FID: no weights" in err
    assert result["score"] == -result["denoising_error"]
    assert f"Took --dataset=folder: the pictures of {folder}." in err
    assert "20 sizes, 8x9 to 8x28: they are brought to 8x8. Give an --image_size" in err
    assert read_description(tmp_path / "run")["metadata"]["image_size"] == 8


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--steps=0"], ["steps", "0"]),
        (["--steps=1001"], ["--steps=1001", "1000"]),
        (["--noconditional", "--guidance=2"], ["--guidance=2", "labels"]),
        (["--widths=32,a"], ["--widths=32,a"]),
        (["--widths=12"], ["12", "8"]),
        (["--widths=8"], ["widths", "larger", "8"]),
        (["--widths=16,16,16,16,16"], ["8x8", "16", "--widths"]),
        (["--network=dit", "--patch_size=3"], ["3", "8"]),
        (["--network=dit", "--hidden_size=30", "--num_heads=4"], ["hidden_size=30"]),
        (["--schedule=flow", "--learned_variance"], ["learned_variance", "Flow"]),
        (["--schedule=unknown"], ["--schedule"]),
        (["--schedule=flow", "--zero_terminal_snr"], ["zero_terminal_snr", "flow"]),
        (["--zero_terminal_snr", "--parametrization=epsilon"], ["Cosine", "Epsilon"]),
        (["--average_width=0"], ["average_width"]),
        (["--eval_samples=5"], ["eval_samples"]),
        (["--dataset=folder"], ["data_dir"]),
        (["--dataset=folder", "--data_dir=/nowhere"], ["/nowhere"]),
        (
            ["--batch_size=9", "--strategy=mirrored", "--num_devices=2"],
            ["--batch_size=9", "2 devices"],
        ),
    ],
)
def test_mistakes_are_one_line(app, paths, tmp_path, arguments, words):
    code, _, err = app(train_diffusion.main, *TINY, *paths, *arguments)
    assert code == 2, err
    assert_one_line(err, *words)
    assert not (tmp_path / "run" / "flags.txt").exists()


@pytest.mark.slow
def test_killed_run_ends_as_one_that_was_not(tmp_path):
    """Bit for bit: weights, their average, the optimizer and all random states."""
    killed_run.assert_ends_the_same(
        "apps.train_diffusion",
        tmp_path,
        60,
        *(*TINY, "--towers=2", "--feature_extractor=none"),
        metric="denoising_error",
    )
