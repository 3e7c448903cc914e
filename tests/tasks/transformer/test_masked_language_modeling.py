"""An encoder learns to fill gaps, is exported and asked."""

import dataclasses
import math

import numpy as np
import pytest
import tensorflow as tf

import kerazoo
from kerazoo.data.text import UnlabelledText
from kerazoo.models.transformer import NetworkConfig
from kerazoo.models.transformer import TrainingConfig
from kerazoo.runs import RunError
from kerazoo.serving import load_signatures
from kerazoo.serving.check import run_without_python
from kerazoo.tasks.transformer import MaskedLanguageModeling
from kerazoo.text import VocabularyConfig
from kerazoo.training import Schedule
from kerazoo.training import strategy as strategies
from tests.tasks.transformer.conftest import TEXTS

LINES = [f"{word} {i}" for i in range(20) for word in ("one", "two", "three")]
SMALL = NetworkConfig(hidden_size=8, num_layers=1, num_heads=2, dropout=0.0)


def small(**more):
    return MaskedLanguageModeling(
        UnlabelledText.of("numbers", LINES),
        tokens_per_batch=128,
        num_buckets=2,
        **{"vocabulary": VocabularyConfig("characters"), "network": SMALL, **more},
    )


def test_gaps_are_filled(pretrained):
    _, result, _ = pretrained
    # Two of five words can be told, the others by chance: one of three.
    assert result["validation_accuracy"] > 0.6
    assert result["perplexity"] == pytest.approx(math.exp(result["validation_loss"]))
    assert result["score"] == -result["validation_loss"]
    assert result["filled"] == ["blue is no red but blue", "black is no red but black"]
    served = run_without_python(
        result["export"],
        {"text": np.array([b"red is no blue but <mask>", b"", b"red\xff"], object)},
    )
    assert served["text"][0] == b"red is no blue but red"
    assert served["token"].shape == served["probability"].shape == (3, 5)
    assert served["token"][0, 0] == b"red" and served["probability"][0, 0] > 0.5
    assert (np.diff(served["probability"], axis=1) <= 0).all()
    assert (
        served["token"][1].tolist() == [b""] * 5 and not served["probability"][1:].any()
    )
    assert served["is_unknown"].tolist() == [False, False, True]
    assert not served["is_truncated"].any()


def test_vectors_are_means_of_hidden_states(pretrained):
    task, result, _ = pretrained
    vectors = result["vectors"]
    served = load_signatures(result["export"])["embed"](text=tf.constant(TEXTS))
    np.testing.assert_allclose(served["embedding"], vectors, atol=1e-5)
    (tokens,) = task.tokenizer.encode_lists(TEXTS[:1])
    states, _ = task.model.network.encode(tokens[None])
    np.testing.assert_allclose(vectors[0], np.mean(states[0], axis=0), atol=1e-5)
    assert not vectors[2].any()


def test_run_and_export_hold_the_same_model(pretrained):
    task, _, folder = pretrained
    tokens = np.array([[4, 5, 1, 2]])
    expected = task.model(tokens)
    for name in ("run", "model"):
        model = kerazoo.load(folder / name)
        np.testing.assert_allclose(model(tokens), expected, atol=1e-6)
        found = model([tokens, np.array([[2]])])  # At one place alone.
        np.testing.assert_allclose(found[:, 0], expected[:, 2], atol=1e-5)
    assert (folder / "run" / "vocabulary.model").exists()
    assert (folder / "model" / "1" / "assets.extra" / "vocabulary.json").exists()


@pytest.mark.slow
def test_run_that_went_on_ends_as_one_that_did_not(tmp_path):
    schedule = Schedule(train_steps=6, eval_every=3, checkpoint_every=3, log_every=1)

    def run(folder, **changes):
        task = small(
            network=dataclasses.replace(SMALL, dropout=0.1),
            training=TrainingConfig(rate_schedule="constant", warm_up_steps=1),
        )
        return kerazoo.run(
            task,
            tmp_path / folder,
            dataclasses.replace(schedule, **changes),
            strategy=strategies.create("one_device"),
        )

    expected = run("whole")
    run("parts", train_steps=3)
    assert run("parts")["validation_loss"] == expected["validation_loss"]


@pytest.mark.slow
def test_two_replicas_learn_what_one_does(tmp_path):
    losses = {}
    for name, count in (("one_device", None), ("mirrored", 2)):
        strategy = strategies.create(name, num_devices=count)
        schedule = Schedule(train_steps=6, eval_every=6)
        result = kerazoo.run(small(), tmp_path / name, schedule, strategy=strategy)
        losses[name] = result["validation_loss"]
    assert losses["mirrored"] == pytest.approx(losses["one_device"], rel=1e-5)


def test_names_are_those_of_the_data(tmp_path):
    assert MaskedLanguageModeling().name == "python_topics_encoder"
    assert small().name == "numbers_encoder"
    (tmp_path / "films.csv").touch()
    task = MaskedLanguageModeling(data_dir=f"{tmp_path}/films.csv,texts/trec")
    assert task.name == "films_trec_encoder" and task.dataset == "files"


def test_lines_share_rows():
    text = UnlabelledText("two", [LINES, ["one"]], [["two 3"]])
    task = dataclasses.replace(small(), dataset=text, max_length=32)
    task.build(strategies.create("one_device"), 4, seed=0)
    assert task.describe_data() == (
        "two, 16 rows to train on and 1 to validate with; "
        f"{task.tokenizer.vocabulary_size} tokens"
    )
    (inputs, places), targets = next(iter(task.batches(0, None)))
    assert inputs.shape[1] <= 32 and places.shape == targets.shape
    assert tf.reduce_all(targets[:, 0] > 0)


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (lambda: MaskedLanguageModeling("files"), "Received: data_dir=None"),
        (lambda: MaskedLanguageModeling(data_dir="no,where"), "data_dir=no"),
        (lambda: small(mask_share=1.0), "Received: mask_share=1.0"),
    ],
)
def test_mistakes_are_found_before_training(task, message, tmp_path):
    with pytest.raises(RunError, match=message):
        kerazoo.run(task(), tmp_path)
