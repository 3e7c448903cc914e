import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from apps import evaluate
from kerazoo.data.images.built_in import digits
from kerazoo.models.diffusion.diffusion import Diffusion
from kerazoo.models.diffusion.networks.u_net import UNet
from kerazoo.models.diffusion.parametrizations import VParametrization
from kerazoo.models.diffusion.schedules import CosineSchedule
from kerazoo.runs.description import write_description
from kerazoo.serving import exporting
from tests.apps.conftest import assert_one_line

METADATA = {
    "dataset": "digits",
    "class_names": [str(digit) for digit in range(10)],
    "image_shape": [8, 8, 1],
    "num_classes": 10,
    "sampler": "dpm_solver_pp_2m",
    "steps": 3,
    "max_steps": 1_000,
    "guidance": 1.0,
}
MEASURES = {"fid", "kid", "precision", "recall", "density", "coverage"}


@pytest.fixture(scope="module")
def bytes_of_digits():
    dataset = digits()
    return np.rint(dataset.train_images * (255 / 16)).astype("uint8")


@pytest.fixture(scope="module")
def perfect(tmp_path_factory, bytes_of_digits):
    """An export that knows the training images by heart, one of each label."""
    labels = digits().train_labels
    module = tf.Module()
    module.images = tf.constant(bytes_of_digits)
    module.labels = tf.constant(labels)

    def sample(count, seed, steps, guidance, label):
        draws = tf.random.stateless_uniform((count, len(labels)), [seed, steps])
        of_class = tf.cast(module.labels == label[:, None], tf.float32)
        best = tf.argmax((1 + draws) * of_class, axis=1)
        return {"images": tf.gather(module.images, best)}

    specs = {name: tf.TensorSpec((), tf.int32) for name in ("count", "seed", "steps")}
    specs |= {
        "guidance": tf.TensorSpec((), tf.float32),
        "label": tf.TensorSpec((None,), tf.int32),
    }
    named = {name: tf.TensorSpec(s.shape, s.dtype, name) for name, s in specs.items()}
    signature = tf.function(sample).get_concrete_function(**named)
    folder = tmp_path_factory.mktemp("models") / "digits"
    metadata = {"family": "diffusion", **METADATA}
    exporting.export(module, {"serving_default": signature}, folder, metadata)
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose network has not learned anything yet."""
    folder = tmp_path_factory.mktemp("run")
    model = Diffusion(
        UNet(widths=[16], blocks_per_level=1, num_classes=10, out_channels=1),
        (8, 8, 1),
        CosineSchedule(),
        VParametrization(),
        num_classes=10,
    )
    write_description(folder, model, "diffusion", METADATA)
    (folder / "checkpoints" / "000000000004").mkdir(parents=True)
    values = [variable.value for variable in model.variables]
    path = folder / "checkpoints" / "000000000004" / "variables"
    tf.train.Checkpoint(values=values).write(str(path))
    return folder


@pytest.mark.slow
def test_real_images_are_near_perfect(app, perfect):
    code, result, err = app(
        evaluate.main, f"--saved_model={perfect}", "--count=1000", "--seed=5"
    )
    assert code == 0, err
    assert result.keys() >= MEASURES
    assert result["fid"] < 0.5 and abs(result["kid"]) < 0.01
    assert result["precision"] == 1 and result["label_agreement"] > 0.97
    expected = {"images": 1_000, "steps": 3, "seed": 5, "dataset": "digits"}
    assert expected.items() <= result.items()
    assert "lenet" in result["feature_extractor"]
    assert result["saved_model"] == str(perfect / "1")


@pytest.mark.slow
def test_run_with_another_sampler(app, run):
    code, result, err = app(
        evaluate.main,
        *(f"--workdir={run}", "--towers=1", "--sampler=ddpm", "--steps=4"),
        *("--count=150", "--batch_size=100"),
    )
    assert code == 0, err
    assert result["fid"] > 3 and result["label_agreement"] < 0.5
    # Nothing is known of pure noise; the estimate of an untrained network is alpha x.
    assert result["denoising_error_0.06"] < 0.1 < result["denoising_error"]
    assert result["denoising_error_0.94"] > 0.5
    expected = {"images": 150, "steps": 4, "sampler": "ddpm", "checkpoint_step": 4}
    assert expected.items() <= result.items()


def test_folder_of_images(app, tmp_path, bytes_of_digits):
    dataset = digits()
    for i, (image, label) in enumerate(
        zip(bytes_of_digits[:120], dataset.train_labels[:120])
    ):
        for folder in (tmp_path / "classes" / str(label), tmp_path / "flat"):
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image[..., 0]).save(folder / f"{i}.png")
    results = {}
    for name in ("classes", "flat"):
        code, results[name], err = app(evaluate.main, f"--images={tmp_path / name}")
        assert code == 0, err
        assert results[name]["images"] == 120
    assert results["classes"]["label_agreement"] > 0.97
    assert "label_agreement" not in results["flat"]
    assert results["flat"]["fid"] == pytest.approx(results["classes"]["fid"], abs=1e-6)
    assert results["flat"]["precision"] == 1


def test_colours_and_strange_classes_are_refused(app, tmp_path):
    colours = np.zeros((8, 8, 3), "uint8")
    colours[..., 0] = 255
    for name in ("colours", "classes/eleven"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        for i in range(2):
            pixels = colours if name == "colours" else colours[..., 0]
            Image.fromarray(pixels).save(folder / f"{i}.png")
    code, _, err = app(evaluate.main, f"--images={tmp_path}/colours")
    assert code == 2
    assert_one_line(err, "--images", "colours", "grey")
    code, _, err = app(evaluate.main, f"--images={tmp_path}/classes")
    assert code == 2
    assert_one_line(err, "eleven", "digits")


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--saved_model=/no/such"], ["/no/such", "apps.train_diffusion"]),
        (["--saved_model={model}", "--steps=1001"], ["--steps=1001", "1000"]),
        (["--saved_model={model}", "--sampler=ddpm"], ["--sampler=ddpm", "--workdir"]),
        (["--saved_model={model}", "--count=3"], ["N above", "3"]),
        (["--saved_model={model}", "--image_size=16"], ["16x16x1", "8x8x1"]),
        (["--saved_model={model}", "--feature_extractor=none"], ["none", "inception"]),
        (["--saved_model={model}", "--workdir={run}"], ["--saved_model", "--workdir"]),
        (["--saved_model={model}", "--train_steps=5"], ["--train_steps", "no flag"]),
        (["--workdir=/no/such"], ["/no/such", "model.json"]),
        (["--images=/no/such"], ["/no/such"]),
        (["--images={run}", "--steps=5"], ["--steps", "--images"]),
    ],
)
def test_mistakes_are_one_line(app, perfect, run, arguments, words):
    arguments = [argument.format(model=perfect, run=run) for argument in arguments]
    code, _, err = app(evaluate.main, *arguments)
    assert code == 2, err
    assert_one_line(err, *words)


def test_runs_that_make_no_images_are_refused(app, tmp_path):
    described = {"metadata": {"family": "gnn", "task": "node"}, "config": {}}
    (tmp_path / "model.json").write_text(json.dumps(described))
    code, _, err = app(evaluate.main, f"--workdir={tmp_path}")
    assert code == 2
    assert_one_line(err, f"--workdir={tmp_path}", "gnn", "result.json")


@pytest.mark.parametrize(
    "family, words",
    [("line", ["apps.train_diffusion"]), ("diffusion", ["cannot be loaded"])],
)
def test_other_and_damaged_models_are_refused(app, tmp_path, family, words):
    version = tmp_path / "1"
    (version / "assets.extra").mkdir(parents=True)
    (version / "saved_model.pb").write_bytes(b"no model")
    noted = json.dumps({"family": family, **METADATA})
    (version / "assets.extra" / "kerazoo.json").write_text(noted)
    code, _, err = app(evaluate.main, f"--saved_model={tmp_path}")
    assert code == 2
    assert_one_line(err, f"--saved_model={version}", *words)
