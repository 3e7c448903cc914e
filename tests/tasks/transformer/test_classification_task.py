"""Weights of classes and what is measured of each, with tiny tasks."""

import json

import numpy as np
import pytest

import kerazoo
from kerazoo.data.images import ImageDataset
from kerazoo.data.text import LabelledText
from kerazoo.models.transformer import NetworkConfig
from kerazoo.runs import RunError
from kerazoo.tasks.transformer import ImageClassification
from kerazoo.tasks.transformer import TextClassification
from kerazoo.tasks.transformer import classification_task
from kerazoo.tasks.transformer.classification_task import say_classes
from kerazoo.text import VocabularyConfig
from kerazoo.training import Schedule
from kerazoo.training import strategy as strategies

SMALL = NetworkConfig(hidden_size=8, num_layers=1, num_heads=2, dropout=0.0)
NAMES = ["bad", "fine", "good"]
LABELS = np.array([0] * 6 + [1] * 3 + [2], np.int32)
TEXTS = [f"{NAMES[label]} film {i}" for i, label in enumerate(LABELS)]
FILMS = LabelledText("films", NAMES, (TEXTS, LABELS), (TEXTS, LABELS))
RANDOM = np.random.default_rng(0)
PIXELS = RANDOM.integers(0, 256, (48, 4, 4, 1), "uint8")
CLASSES = (np.arange(48) % 4 == 0).astype("int32")
NOISE = ImageDataset(
    "noise", PIXELS, CLASSES, PIXELS[:8], CLASSES[:8], 2, class_names=["many", "few"]
)


def texts(**more):
    return TextClassification(
        FILMS,
        tokens_per_batch=64,
        num_buckets=1,
        vocabulary=VocabularyConfig("words", 10),
        network=SMALL,
        **more,
    )


def images(**more):
    return ImageClassification(NOISE, batch_size=8, network=SMALL, **more)


def run(task, folder, strategy=None, train_steps=4):
    schedule = Schedule(train_steps=train_steps, eval_every=2, log_every=1)
    strategy = strategy or strategies.create("one_device")
    return kerazoo.run(task, folder, schedule, strategy=strategy)


@pytest.mark.parametrize(
    ("make", "given", "weights"),
    [
        (texts, "balanced", 10 / (3 * np.array([6, 3, 1]))),
        pytest.param(texts, "good=7", [1, 1, 7], marks=pytest.mark.slow),
        (images, {"few": 3.0}, [1, 3]),
    ],
)
def test_loss_is_the_weighted_mean_by_hand(make, given, weights):
    task = make(class_weights=given)
    task.build(strategies.create("one_device"), 4, seed=0)
    inputs, labels, _ = batch = next(iter(task.batches(0, None)))
    logits, labels = task.model(inputs, average=False).numpy(), labels.numpy()
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    is_there = labels >= 0  # Rows that fill a batch up have no label.
    own = np.asarray(weights)[labels] * is_there
    expected = -(own * logs[np.arange(len(labels)), labels]).sum() / own.sum()
    found = task.model.train_step(batch)
    assert float(found["loss"]) == pytest.approx(expected, rel=1e-5)


@pytest.fixture(scope="module")
def weighted(tmp_path_factory):
    """A task with weights, its result and its folder."""
    folder = tmp_path_factory.mktemp("weighted")
    task = images(class_weights="balanced")
    return task, run(task, folder), folder


@pytest.mark.slow
def test_result_has_each_class_and_a_picture(weighted):
    _, result, folder = weighted
    confusion = np.array(result["confusion"])
    assert confusion.sum() == result["test_examples"] == 8
    assert confusion.sum(axis=1).tolist() == [6, 2]
    assert np.trace(confusion) / 8 == result["test_accuracy"]
    scores = [result["per_class"][name]["f1"] for name in ("many", "few")]
    assert result["test_macro_f1"] == pytest.approx(np.mean(scores), rel=1e-5)
    assert (folder / "confusion.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((folder / "result.json").read_text()) == result


def test_weights_let_the_mean_of_the_classes_choose(weighted):
    task, result, _ = weighted
    assert task.objective == "validation_macro_f1"
    assert result["score"] == result["validation_macro_f1"]
    assert images().objective == images(class_weights="none").objective
    assert images().objective == "validation_accuracy"


def test_other_weights_are_another_run(weighted):
    _, _, folder = weighted
    with pytest.raises(RunError, match="class_weights: balanced became few=2"):
        run(images(class_weights="few=2"), folder, train_steps=6)


@pytest.mark.slow
def test_two_replicas_equal_one(weighted, tmp_path):
    _, _, folder = weighted
    two = strategies.create("mirrored", num_devices=2)
    run(images(class_weights="balanced"), tmp_path, two)
    losses = [
        [json.loads(line).get("loss") for line in file.read_text().splitlines()]
        for file in (folder / "metrics.jsonl", tmp_path / "metrics.jsonl")
    ]
    ours, theirs = ([x for x in side if x is not None] for side in losses)
    assert len(ours) == 4
    assert ours == pytest.approx(theirs, rel=1e-5)


def test_very_many_classes_have_no_report(monkeypatch):
    monkeypatch.setattr(classification_task, "MOST_REPORTED", 2)
    task = texts()
    task._found = LABELS, LABELS
    assert task.report_classes(NAMES) == {} and task.pictures(None) == {}
    assert task.report_classes(NAMES[:2]) != {}


def test_classes_in_words():
    assert say_classes("texts", LABELS, 3) == "3 classes, 1 to 6 texts each"
    assert say_classes("images", np.arange(10), 10) == "10 classes, 1 image each"
    assert say_classes("texts", np.zeros(1_250, int), 2) == (
        "2 classes, 0 to 1,250 texts each"
    )


def test_unknown_class(tmp_path):
    with pytest.raises(RunError, match="'eggs', which is none of the classes: bad"):
        run(texts(class_weights="eggs=2"), tmp_path)
    assert not (tmp_path / "metrics.jsonl").exists()
