import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf

import kerazoo
from kerazoo.models.dqn import config
from kerazoo.runs import RunError
from kerazoo.runs import run
from kerazoo.serving import check
from kerazoo.tasks.dqn import FictitiousPlay
from kerazoo.training import Schedule

SCHEDULE = Schedule(train_steps=24, eval_every=12, checkpoint_every=24, log_every=12)


def make_task(game="kuhn_poker", **kwargs):
    return FictitiousPlay(
        game,
        **{
            "num_envs": 16,
            "batch_size": 16,
            "network": config.NetworkConfig((8,)),
            "replay": config.ReplayConfig(replay_capacity=300, n_step=1),
            "collection": config.CollectionConfig(64, 64, 1 / 16),
            "fictitious_play": config.FictitiousPlayConfig(0.3, reservoir_capacity=100),
            **kwargs,
        },
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Result of a run, and its folder."""
    folder = tmp_path_factory.mktemp("cards")
    result = run(
        make_task(),
        folder / "run",
        SCHEDULE,
        export_dir=folder / "model",
        jit_compile=False,  # Compiling takes longer than this run.
    )
    return result, folder


def test_result_is_exact(trained):
    result, folder = trained
    lines = map(json.loads, (folder / "run/metrics.jsonl").read_text().splitlines())
    curve = [line for line in lines if "eval/exploitability" in line]
    best = min(line["eval/exploitability"] for line in curve)
    assert result["exploitability"] == pytest.approx(best, abs=1e-6)
    assert result["nash_conv"] == pytest.approx(2 * best, abs=1e-6)
    assert result["score"] == -result["exploitability"]
    assert result["information_states"] == 12
    assert {"env_steps", "hands"} <= curve[-1].keys()
    assert (folder / "run" / "curves.png").exists()


def test_export_says_what_it_plays(trained):
    result, _ = trained
    extra = pathlib.Path(result["export"], "assets.extra")
    metadata = json.loads((extra / "kerazoo.json").read_text())
    assert metadata["task"] == "fictitious_play"
    assert metadata["game"] == "kuhn_poker"
    assert metadata["actions"] == ["Pass", "Bet"]
    text = (extra / "game.txt").read_text()
    assert "0 Pass, 1 Bet" in text and "Information states: 12" in text


def test_server_without_python_draws_as_the_model(trained):
    result, folder = trained
    tree = _tree()
    draw = np.linspace(0, 0.99, 12).astype(np.float32)
    given = {"observation": tree.tensors, "action_mask": tree.masks, "draw": draw}
    outputs = check.run_without_python(result["export"], given)
    logits = kerazoo.load(folder / "run")(tree.tensors)["logits"]
    expected = tf.nn.softmax(logits)
    np.testing.assert_allclose(outputs["probabilities"], expected, atol=1e-6)
    np.testing.assert_array_equal(outputs["action"], draw >= expected[:, 0])


def test_newest_weights_are_read(trained):
    _, folder = trained
    model = kerazoo.load(folder / "run", weights="newest")
    assert model(_tree().tensors)["q_values"].shape == (12, 2)


def _tree():
    from kerazoo.models.dqn.cards import GameTree

    return GameTree("kuhn_poker")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"game": "kuhn_pocker"}, "Did you mean kuhn_poker"),
        ({"game": "leduc_poker"}, "at most a million nodes"),
        (
            {"replay": config.ReplayConfig(replay_capacity=10**15)},
            "allocate",
        ),
    ],
)
def test_mistakes_are_said(tmp_path, arguments, words, monkeypatch):
    monkeypatch.setattr("kerazoo.models.dqn.cards.game_tree._MOST_NODES", 1_000)
    with pytest.raises(RunError, match=words):
        run(make_task(**arguments), tmp_path, SCHEDULE)


@pytest.mark.parametrize("anticipation", [0.0, 1.5])
def test_anticipation_is_a_probability(anticipation):
    with pytest.raises(ValueError, match="anticipation"):
        config.FictitiousPlayConfig(anticipation)


@pytest.mark.parametrize("rate", [-1.0, float("nan")])
def test_step_size_of_the_policy_has_a_range(rate):
    with pytest.raises(ValueError, match="policy_learning_rate"):
        config.FictitiousPlayConfig(policy_learning_rate=rate)
