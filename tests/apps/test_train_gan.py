import json
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from apps import evaluate
from apps import generate
from apps import train_gan
from kerazoo.models.gan.gan import GAN
from kerazoo.serving.check import run_without_python
from tests.apps import killed_run
from tests.apps.conftest import assert_one_line

TINY = (
    *("--base_width=8", "--batch_size=16", "--train_steps=4", "--eval_every=4"),
    *("--checkpoint_every=2", "--log_every=2", "--eval_samples=40"),
    "--operation_threads=0",  # The process has begun.
)
DENSE = (*(flag for flag in TINY if "width" not in flag), "--networks=mlp")
TOY = (
    *("--task=toy", "--batch_size=16", "--train_steps=4", "--eval_every=4"),
    *("--checkpoint_every=2", "--log_every=2", "--hidden_sizes=8"),
    *("--discriminator_sizes=8", "--num_points=500", "--operation_threads=0"),
)


def folder_of_images(folder, sizes=(8,), classes=("",), count=8):
    """Writes random pictures; returns the flags that name them."""
    for name in classes:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for i in range(count):
            size = sizes[i % len(sizes)]
            pixels = np.random.default_rng(i).integers(0, 256, (size, size, 3), "uint8")
            Image.fromarray(pixels).save(folder / name / f"{i}.png")
    return "--dataset=folder", f"--data_dir={folder}"


@pytest.fixture(scope="module")
def finished_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("finished")


@pytest.fixture
def finished(app, finished_folder):
    """Folder and outcome of a run that is done, by the first test that asks for it."""
    code, result, err = app(train_gan.main, *flags_of(finished_folder))
    assert code == 0, err
    return finished_folder, result


def flags_of(folder):
    paths = f"--workdir={folder}/run", f"--export_dir={folder}/model"
    return *TINY, "--sample_every=1", *paths


def sources_of(folder):
    """Flags that name the run and its export for the other apps."""
    return {
        "run": f"--workdir={folder}/run",
        "model": f"--saved_model={folder}/model",
    }


def test_trains_measures_and_exports(finished):
    folder, result = finished
    run = folder / "run"
    assert result == json.loads((run / "result.json").read_text())
    assert {"fid", "kid", "precision", "coverage", "diversity"} <= result.keys()
    assert {"modes", "reverse_kl", "inception_score"} <= result.keys()
    assert 0 <= result["label_agreement"] <= 1
    assert result["train_steps"] == 4
    assert Image.open(run / "samples.png").size[0] > 80  # Ten columns of 8 pixels.
    logged = [json.loads(x) for x in (run / "metrics.jsonl").read_text().splitlines()]
    names = {name for line in logged for name in line}
    assert {"discriminator_loss", "real_logit", "fake_logit", "r1", "r2"} <= names
    assert {"gradient_norm/generator", "gradient_norm/discriminator"} <= names
    assert {"eval/fid", "eval/diversity", "eval/modes"} <= names
    request = {"seed": np.int32(1), "truncation": np.float32(0)}
    served = run_without_python(
        result["export"],
        {"count": np.int32(3), "label": np.array([7], "int32"), **request},
    )
    assert served["images"].shape == (3, 8, 8, 1)


def test_finished_run_is_not_repeated(app, finished):
    folder, result = finished
    code, again, err = app(train_gan.main, *flags_of(folder))
    assert code == 0 and again == result and "Done before" in err
    code, again, err = app(train_gan.main, f"--flagfile={folder}/run/flags.txt")
    assert code == 0 and again == result, err
    code, _, err = app(train_gan.main, *flags_of(folder), "--r1=3")
    assert code == 2
    assert_one_line(err, "--r1=0.1 became --r1=3.0")


def test_run_and_export_make_the_same_images(app, finished, tmp_path):
    made = {}
    for name, source in sources_of(finished[0]).items():
        picture = f"--picture={tmp_path}/{name}.png"
        code, found, err = app(
            generate.main, source, "--count=4", "--label=3,5", "--seed=2", picture
        )
        assert code == 0, err
        made[name] = np.array(Image.open(tmp_path / f"{name}.png"))
        assert found["images"] == 4 and found["truncation"] == 0
    np.testing.assert_array_equal(made["run"], made["model"])


@pytest.mark.parametrize(
    "names", [("model",), pytest.param(("run", "model"), marks=pytest.mark.slow)]
)
def test_run_and_export_are_measured_alike(app, finished, names):
    fids = []
    for name in names:
        source = sources_of(finished[0])[name]
        code, measured, err = app(
            evaluate.main, source, "--count=40", "--truncation=0.5", "--seed=3"
        )
        assert code == 0, err
        assert measured["truncation"] == 0.5 and measured["images"] == 40
        fids.append(measured["fid"])
    assert fids[0] == pytest.approx(fids[-1], rel=1e-4)


@pytest.mark.slow
def test_images_lead_from_one_to_another(app, finished, tmp_path):
    code, found, err = app(
        generate.main,
        *(f"--workdir={finished[0]}/run", "--interpolate", "--frames=5", "--label=1"),
        *(f"--picture={tmp_path}/a.png", f"--animation={tmp_path}/a.gif"),
    )
    assert code == 0 and found["images"] == 5, err
    assert Image.open(tmp_path / "a.gif").n_frames == 5


def test_mistakes_about_images_are_one_line(app, finished, tmp_path):
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    for arguments, words in (
        (["--steps=5"], ["--steps", "diffusion"]),
        ([f"--image={tmp_path}/a.png"], ["--image", "diffusion"]),
        (["--frames=3"], ["--frames", "--interpolate"]),
        (["--label=11"], ["--label=11", "from 0 to 9"]),
        (["--truncation=-1"], ["truncation"]),
    ):
        code, _, err = app(generate.main, f"--workdir={finished[0]}/run", *arguments)
        assert code == 2
        assert_one_line(err, *words)


@pytest.mark.slow
def test_goes_on_and_another_process_makes_the_same_images(app, paths, tmp_path):
    app(train_gan.main, *TINY, "--sample_every=1", *paths)
    code, more, err = app(train_gan.main, *TINY, "--train_steps=6", *paths)
    assert code == 0 and "Going on from step 4" in err, err
    assert more["train_steps"] == 6 and more["export"].endswith("/2")
    asked = (paths[0], "--count=4", "--label=3,5", "--seed=2")
    code, _, err = app(generate.main, *asked, f"--picture={tmp_path}/here.png")
    assert code == 0, err
    done = subprocess.run(
        [
            *(sys.executable, "-m", "apps.generate", *asked),
            f"--picture={tmp_path}/fresh.png",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    here, fresh = (
        np.array(Image.open(tmp_path / f"{name}.png")) for name in ("here", "fresh")
    )
    np.testing.assert_array_equal(fresh, here)


@pytest.mark.slow
def test_toy_counts_modes_and_draws_them(app, paths, tmp_path):
    code, result, err = app(train_gan.main, *TOY, "--dataset=grid", *paths)
    assert code == 0, err
    assert 0 <= result["modes"] <= 25 and 0 <= result["high_quality"] <= 1
    assert Image.open(tmp_path / "run" / "samples.png").size == (480, 480)
    request = {"seed": np.int32(1), "truncation": np.float32(0)}
    served = run_without_python(result["export"], {"count": np.int32(3), **request})
    assert served["samples"].shape == (3, 2)
    code, _, err = app(generate.main, paths[0])
    assert code == 2
    assert_one_line(err, "points, not images")


@pytest.mark.slow
@pytest.mark.parametrize(
    "networks", ["mlp", pytest.param("residual", marks=pytest.mark.slow)]
)
def test_folder_without_labels(app, paths, tmp_path, networks):
    data = folder_of_images(tmp_path / "pictures", sizes=(9, 15))
    flags = [flag for flag in TINY if networks == "residual" or "width" not in flag]
    code, result, err = app(
        train_gan.main,
        *(*flags, *data, *paths, f"--networks={networks}", "--noexport"),
        *("--feature_extractor=none", "--augmentation=diff_augment"),
        *("--adaptive_augmentation", "--flip"),
    )
    assert code == 0, err
    assert result["feature_extractor"] is None and "fid" not in result
    assert result["score"] == pytest.approx(-abs(1 - result["diversity"]))


def test_a_run_has_the_name_of_its_folder_and_keeps_its_pictures(
    app, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    flags = [*DENSE, "--feature_extractor=none", "--noexport"]
    folder_of_images(tmp_path / "cats")
    code, _, err = app(train_gan.main, *flags, "--data_dir=cats")
    assert code == 0 and "Folder: runs/gan/cats" in err, err
    folder_of_images(tmp_path / "others" / "cats", count=9)
    code, _, err = app(train_gan.main, *flags, "--data_dir=others/cats")
    assert code == 2
    assert_one_line(err, "runs/gan/cats was trained on other data", "--workdir")


@pytest.mark.slow
def test_stacked_digits_have_a_thousand_classes(app, paths):
    code, result, err = app(
        train_gan.main,
        *(*TINY, *paths, "--dataset=stacked_digits", "--noconditional"),
        *("--discriminator_width=4", "--noexport"),
    )
    assert code == 0, err
    assert 1 <= result["modes"] <= 40
    assert "of each channel" in result["feature_extractor"]


@pytest.mark.slow
def test_broken_file_is_named_and_left_out(app, paths, tmp_path):
    data = folder_of_images(tmp_path / "pictures", classes=("cat", "dog"))
    (tmp_path / "pictures" / "cat" / "broken.png").write_bytes(b"no picture")
    code, _, err = app(
        train_gan.main,
        *(*DENSE, *data, *paths, "--feature_extractor=none", "--noexport"),
    )
    assert code == 0, err
    (line,) = [line for line in err.splitlines() if "Left out" in line]
    assert "1 of 17 files" in line and "cat/broken.png" in line


@pytest.mark.slow
def test_collapse_and_divergence_are_said(app, paths, tmp_path, monkeypatch):
    call = GAN.call

    def alike(self, inputs, average=False, training=False):
        return call(self, inputs, average=average, training=training) * 1e-4

    with monkeypatch.context() as patch:
        patch.setattr(GAN, "call", alike)
        often = ("--eval_every=1", "--noexport")
        code, _, err = app(train_gan.main, *DENSE, *often, *paths)
    assert code == 0, err
    line = next(line for line in err.splitlines() if "collapsed" in line)
    assert line.startswith("Warning: step 3: ")
    assert re.search("of step [12], is kept", line)
    code, _, err = app(
        train_gan.main,
        *(*TOY, "--learning_rate=1e30", "--train_steps=40"),
        *("--eval_every=40", f"--workdir={tmp_path}/diverged"),
    )
    assert code == 1
    assert_one_line(err, "step", "heckpoint")


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--task=paint"], ["--task", "paint"]),
        (["--adversarial_loss=best"], ["adversarial_loss"]),
        (["--discriminator_steps=0"], ["discriminator_steps"]),
        (["--num_points=10"], ["--num_points", "--task=toy"]),
        (["--hidden_sizes=8"], ["--hidden_sizes", "--networks=mlp"]),
        (["--networks=mlp"], ["--base_width", "dcgan or residual"]),
        (["--discriminator_normalization=batch"], ["batch", "--r1=0.1"]),
        (["--augment_probability=0.5"], ["--augment_probability", "--augmentation"]),
        (["--dataset=folder"], ["data_dir"]),
        (["--image_size=9"], ["--image_size=9", "8 or 10"]),
        (["--eval_samples=5"], ["eval_samples"]),
        (
            ["--batch_size=9", "--strategy=mirrored", "--num_devices=2"],
            ["--batch_size=9", "2 devices"],
        ),
    ],
)
def test_mistakes_are_one_line(app, paths, tmp_path, arguments, words):
    code, _, err = app(train_gan.main, *TINY, *paths, *arguments)
    assert code == 2, err
    assert_one_line(err, *words)
    assert not (tmp_path / "run" / "flags.txt").exists()


def test_mistakes_in_data_are_one_line(app, paths, tmp_path):
    (tmp_path / "empty").mkdir()
    plain = folder_of_images(tmp_path / "plain")
    cases = (
        (["--dataset=folder", f"--data_dir={tmp_path}/empty"], ["images", "empty"]),
        ([*plain, "--conditional"], ["--conditional", "labels"]),
        (["--task=toy", "--dataset=digits"], ["--dataset=digits", "grid or ring"]),
        (["--task=toy", "--networks=dcgan"], ["dcgan", "mlp"]),
        (["--networks=mlp", "--hidden_sizes=8,a"], ["--hidden_sizes=8,a"]),
        (["--task=toy", "--image_size=8"], ["--image_size", "--task=generate"]),
    )
    for arguments, words in cases:
        flags = [flag for flag in TINY if "width" not in flag and "samples" not in flag]
        code, _, err = app(train_gan.main, *flags, *paths, *arguments)
        assert code == 2, err
        assert_one_line(err, *words)


@pytest.mark.slow
def test_killed_run_ends_as_one_that_was_not(tmp_path):
    """Bit for bit: both networks and optimizers, the average, all random states."""
    killed_run.assert_ends_the_same(
        "apps.train_gan",
        tmp_path,
        100,
        *(*TINY, "--operation_threads=1", "--feature_extractor=none"),
        *("--augmentation=diff_augment", "--adaptive_augmentation"),
        metric="diversity",
    )
