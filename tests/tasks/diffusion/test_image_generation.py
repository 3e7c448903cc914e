"""Runs that learn images, and what makes images of them."""

import dataclasses
import json

import numpy as np
import pytest

import kerazoo
from kerazoo.data.images import ImageDataset
from kerazoo.models.diffusion import NetworkConfig
from kerazoo.models.diffusion import SamplingConfig
from kerazoo.models.diffusion import TrainingConfig
from kerazoo.runs import RunError
from kerazoo.tasks import image_source
from kerazoo.tasks.diffusion import ImageGeneration
from kerazoo.tasks.diffusion.image_source import Exported
from kerazoo.tasks.diffusion.image_source import Request
from kerazoo.tasks.diffusion.image_source import Trained
from kerazoo.training import Schedule

SCHEDULE = Schedule(train_steps=2, eval_every=2, checkpoint_every=2, log_every=2)


def dataset():
    generator = np.random.default_rng(0)
    return ImageDataset(
        name="dots",
        train_images=generator.integers(0, 256, (16, 4, 4, 1), "uint8"),
        train_labels=np.arange(16, dtype="int32") % 2,
        test_images=generator.integers(0, 256, (6, 4, 4, 1), "uint8"),
        test_labels=np.arange(6, dtype="int32") % 2,
        num_classes=2,
    )


def task(**changes):
    return ImageGeneration(
        **{
            "dataset": dataset(),
            "batch_size": 8,
            "eval_samples": 6,
            "feature_extractor": "none",
            "network": NetworkConfig("dit", hidden_size=16, num_layers=1, num_heads=2),
            "sampling": SamplingConfig(steps=2),
            **changes,
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dots")
    kerazoo.run(task(), folder / "run", SCHEDULE, export_dir=folder / "model")
    return folder


@pytest.fixture(scope="module")
def sources(folder):
    sources = {
        "run": Trained(folder / "run"),
        "model": Exported(folder / "model" / "1"),
    }
    for source in sources.values():
        source.open()
    return sources


@pytest.mark.slow
def test_result_has_errors_by_noise(folder):
    result = kerazoo.run(task(), folder / "run", SCHEDULE)  # Done before.
    assert result["score"] == -result["denoising_error"]
    assert 0 < result["denoising_error_0.06"] < result["denoising_error_0.94"]
    assert (result["sampler"], result["steps"]) == ("dpm_solver_pp_2m", 2)
    assert (folder / "run" / "samples.png").exists()


def test_how_images_are_made_may_change_and_the_model_not(folder):
    free = task(sampling=SamplingConfig("ddim", 5), training=TrainingConfig(towers=2))
    assert free.settings() == task().settings()
    assert kerazoo.run(free, folder / "run", SCHEDULE)["steps"] == 2  # Done before.
    with pytest.raises(RunError, match="label_dropout"):
        training = TrainingConfig(label_dropout=0.5)
        kerazoo.run(task(training=training), folder / "run", SCHEDULE)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"sampling": SamplingConfig(steps=1001)}, "steps=1001"),
        ({"sampling": SamplingConfig("leap")}, "sampler=leap"),
        (
            {"sampling": SamplingConfig(guidance=2), "conditional": False},
            "labels.*guidance=2",
        ),
    ],
)
def test_mistakes(changes, words, tmp_path):
    with pytest.raises(RunError, match=words):
        kerazoo.run(task(**changes), tmp_path, SCHEDULE)


def test_run_and_export_make_the_same_images(sources):
    made = {}
    for name, source in sources.items():
        request = Request.of_model(source.metadata, 3, seed=1, classes=[1, -1])
        np.testing.assert_array_equal(request.labels, [1, -1, 1])
        made[name] = image_source.sample(source, 3, request, batch_size=2).astype(int)
        assert made[name].shape == (3, 4, 4, 1)
    assert np.abs(made["run"] - made["model"]).max() <= 1


def test_states_begin_in_noise_and_end_in_the_images(sources):
    source = sources["run"]
    request = Request.of_model(source.metadata, 2, classes=[0], steps=5)
    states = source.states(2, request, record_every=2)
    assert states.shape == (4, 2, 4, 4, 1)  # Noise, after 2, 4 and 5 steps.
    images = source.sample(2, request)
    np.testing.assert_array_equal(image_source.to_bytes(states[-1]), images)


def test_errors_are_those_of_the_result(folder, sources):
    errors = sources["run"].denoising_errors(dataset())
    result = kerazoo.run(task(), folder / "run", SCHEDULE)
    for name, value in errors.items():
        assert result[name] == pytest.approx(value, rel=1e-5)
    assert sources["model"].denoising_errors(dataset()) == {}


def test_requests_suit_the_model(sources):
    metadata = sources["run"].metadata
    assert Request.of_model(metadata, 2, classes=[-1]).guidance == 1
    for wrong, words in (
        ({"steps": 1001}, "at most 1000.*steps=1001"),
        ({"guidance": 2.0}, "with classes.*guidance=2"),
        ({"guidance": 2.0, "classes": [-1]}, "to guide to.*guidance=2"),
    ):
        with pytest.raises(ValueError, match=words):
            Request.of_model(metadata, 2, **wrong)
    request = dataclasses.replace(Request.of_model(metadata, 2), steps=1000)
    source = Trained(sources["run"]._folder, spacing="linspace")
    with pytest.raises(ValueError, match="num_steps=1000"):
        source.open(request)


@pytest.mark.slow
def test_evaluations_are_logged_and_leave_training_as_it_was(tmp_path):
    """Bit for bit; the last one is of the same images as the result, here."""
    weights = []
    for name, every in (("often", 1), ("once", 4)):
        schedule = Schedule(train_steps=4, eval_every=every, sample_every=4)
        learnt = task()
        result = kerazoo.run(learnt, tmp_path / name, schedule)
        weights.append([v.numpy() for v in learnt.variables()])
    for often, once in zip(*weights, strict=True):
        np.testing.assert_array_equal(often, once)
    lines = map(json.loads, (tmp_path / "often" / "metrics.jsonl").open())
    losses = {x["step"]: x["eval/validation_loss"] for x in lines if "eval/error" in x}
    assert losses.keys() == {1, 2, 3, 4} and len(set(losses.values())) == 4
    assert losses[4] == pytest.approx(result["denoising_error"], rel=1e-5)


def test_images_that_are_not_finite_are_refused(tmp_path):
    images = dataset()
    images.train_images = images.train_images.astype("float32")
    images.test_images = images.test_images.astype("float32")
    images.train_images[3, 0, 1, 0] = np.nan
    with pytest.raises(RunError, match=r"train_images\[3, 0, 1, 0\]=nan"):
        kerazoo.run(task(dataset=images), tmp_path, SCHEDULE)
