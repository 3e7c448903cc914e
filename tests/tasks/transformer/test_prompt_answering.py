"""A language model learns to answer prompts, and is exported and asked."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

import kerazoo
from kerazoo.data.text import ParallelText
from kerazoo.models.transformer import NetworkConfig
from kerazoo.models.transformer import TrainingConfig
from kerazoo.runs import RunError
from kerazoo.serving.check import run_without_python
from kerazoo.tasks.transformer import LanguageModeling
from kerazoo.tasks.transformer import PromptAnswering
from kerazoo.text import BOS
from kerazoo.text import EOS
from kerazoo.training import Schedule
from kerazoo.training import strategy as strategies

WORDS = ("red", "green", "blue")
PAIRS = [f"say {w} twice" for w in WORDS] * 8, [f"{w} {w}" for w in WORDS] * 8
DATA = ParallelText("echo", PAIRS, PAIRS)
NETWORK = NetworkConfig(hidden_size=32, num_layers=1, num_heads=2)


def built(**more):
    task = PromptAnswering(DATA, **{"network": NETWORK, "batch_size": 4, **more})
    task.build(strategies.create("one_device"), 4, seed=0)
    return task


def text_of(task, tokens):
    return task.tokenizer.decode(tf.constant([tokens]))[0].numpy().decode()


@pytest.mark.parametrize("loss_on", ["answers", "all"])
def test_what_counts_for_the_loss(loss_on):
    task = built(loss_on=loss_on)
    inputs, targets = (x.numpy() for x in next(iter(task.batches(0, None))))
    for row, wanted in zip(inputs, targets):
        end = np.flatnonzero(wanted == EOS)[0]
        whole = [*row[1 : end + 1], EOS]
        assert row[0] == EOS and BOS in whole
        split = whole.index(BOS)
        prompt, answer = text_of(task, whole[:split]), text_of(task, whole[split:])
        assert (prompt, answer) in list(zip(*PAIRS))
        if loss_on == "all":
            assert wanted[: end + 1].tolist() == whole
        else:
            assert not wanted[: split + 1].any() and not wanted[end + 1 :].any()
            assert wanted[split + 1 : end + 1].tolist() == whole[split + 1 :]


@pytest.mark.slow
def test_prompts_are_answered(tmp_path):
    task = PromptAnswering(
        DATA,
        network=NETWORK,
        training=TrainingConfig(learning_rate=0.01, warm_up_steps=10),
    )
    schedule = Schedule(train_steps=120, eval_every=60)
    export = tmp_path / "model"
    result = kerazoo.run(task, tmp_path / "run", schedule, export_dir=export)
    assert result["exact_match"] == 1 and task.answer(["say red twice"]) == ["red red"]
    prompts = np.array([b"say blue twice", b"say green twice", b"\xff", b""], object)
    request = {"seed": np.int32(0), "temperature": np.float32(0)}
    request |= {"top_p": np.float32(1), "prompt": prompts}
    served = run_without_python(result["export"], request)
    assert served["answer"][:2].tolist() == [b"blue blue", b"green green"]
    assert served["text"][0] == b"say blue twiceblue blue"
    assert served["is_unknown"].tolist() == [False, False, True, False]
    answers = np.array([b"red red", b"blue blue"], object)
    asked = np.array([b"say blue twice"] * 2, object)
    scored = run_without_python(
        result["export"], {"prompt": asked, "answer": answers}, "score"
    )
    assert scored["num_tokens"].tolist() == [8, 10]
    assert scored["log_probability"][1] > -0.5 > -5 > scored["log_probability"][0]
    # By the network itself, token after token.
    tokens = [*task._tokens(["say blue twice"], ["red red"])[0][0]]
    logits = task.model(np.array([[EOS, *tokens[:-1]]]))[0]
    chosen = tf.gather(tf.nn.log_softmax(logits), tokens, batch_dims=1)[-8:]
    np.testing.assert_allclose(
        scored["log_probability"][0], tf.reduce_sum(chosen), rtol=1e-4
    )


@pytest.mark.slow
def test_goes_on_from_a_language_model(tmp_path):
    from kerazoo.data.text import PlainText

    text = PlainText.of("talk", "\n".join(PAIRS[0] + PAIRS[1]) * 4)
    source = LanguageModeling(text, block_size=32, network=NETWORK)
    schedule = Schedule(train_steps=2, eval_every=2)
    kerazoo.run(source, tmp_path / "talk", schedule)
    task = PromptAnswering(DATA, init_from=tmp_path / "talk")
    result = kerazoo.run(task, tmp_path / "run", schedule)
    assert result["train_steps"] == 2 and task.start.taken.new == []
    longer = LanguageModeling(text, init_from=tmp_path / "talk")
    kerazoo.run(longer, tmp_path / "longer", schedule)
    assert longer.metadata()["block_size"] == 32  # That of the source.


def test_blocks_hold_the_longest_pair():
    task = built()
    longest = max(len(a) + len(b) for a, b in zip(*PAIRS)) + 3
    assert task.metadata()["block_size"] == longest
    assert task.describe_data().startswith("echo, 24 prompts to train on")


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (lambda: PromptAnswering(), "Received: dataset=file, data_dir=None"),
        (lambda: PromptAnswering(data_dir="nowhere"), "data_dir=nowhere"),
        (
            lambda: dataclasses.replace(PromptAnswering(DATA), block_size=5),
            "`block_size` must be 23 or more .* Received: block_size=5",
        ),
    ],
)
def test_mistakes_are_found_before_training(task, message, tmp_path):
    with pytest.raises(RunError, match=message):
        kerazoo.run(task(), tmp_path)
    with pytest.raises(ValueError, match="Received: loss_on=prompts"):
        PromptAnswering(DATA, loss_on="prompts")
