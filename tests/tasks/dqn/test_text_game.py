import csv
import json

import numpy as np
import pytest
import tensorflow as tf
from tf_agents.trajectories import policy_step
from tf_agents.trajectories import time_step as ts
from tf_agents.trajectories import trajectory

from kerazoo.models.dqn import config
from kerazoo.models.dqn.learner import Learner
from kerazoo.models.dqn.text_games import TextHouse
from kerazoo.models.dqn.text_games import exported_choice
from kerazoo.models.dqn.text_games import score_text_policy
from kerazoo.models.dqn.text_games import shortest_plan
from kerazoo.runs import run
from kerazoo.serving.signatures import load_signatures
from kerazoo.tasks.dqn import TextGame
from kerazoo.training import Schedule
from kerazoo.training import strategy as strategies

SCHEDULE = {"train_steps": 32, "eval_every": 16, "checkpoint_every": 16}
HOUSE = config.HouseConfig(2, 3, 1, 1)


def make_task(**kwargs):
    return TextGame(
        **{
            "game": config.TextGameConfig(max_game_steps=8),
            "house": HOUSE,
            "num_envs": 2,
            "batch_size": 8,
            "eval_episodes": 3,
            "eval_epsilon": 0.0,
            "network": config.TextNetworkConfig(8, (8,), "bag"),
            "replay": config.ReplayConfig(replay_capacity=200),
            "collection": config.CollectionConfig(learning_starts=64),
            **kwargs,
        },
    )


def build(task, seed=0, strategy=None):
    task.build(strategy or strategies.create("one_device"), 64, seed)
    return task


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run and its result."""
    folder = tmp_path_factory.mktemp("house")
    result = run(
        make_task(),
        folder / "run",
        Schedule(**SCHEDULE, log_every=16),
        export_dir=folder / "model",
        jit_compile=False,
    )
    return folder / "run", result


def test_run_reports_itself_and_others(trained):
    folder, result = trained
    assert {"mean_return", "success_rate", "mean_steps", "std_return"} <= result.keys()
    assert result["episodes"] == 3 and result["score"] == result["mean_return"]
    game = TextHouse(HOUSE, "test", 8)
    lengths = []
    for seed in range(3):
        game.reset(seed=seed)
        lengths.append(len(shortest_plan(game.house)))
    assert result["optimal_mean_steps"] == pytest.approx(np.mean(lengths))
    assert result["rules_mean_return"] > result["random_mean_return"]
    assert result["greedy_success_rate"] == result["success_rate"]  # No epsilon.
    assert 0 <= result["random_success_rate"] <= 1
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    assert any("eval/success_rate" in json.loads(line) for line in lines)
    with (folder / "returns.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "test"]
    returns = [float(row["return"]) for row in rows]
    assert np.mean(returns) == pytest.approx(result["mean_return"])


def test_export_plays_what_was_measured(trained):
    _, result = trained
    policy = load_signatures(result["export"])["serving_default"]
    found = score_text_policy(
        exported_choice(policy), TextHouse(HOUSE, "test", 8), range(3)
    )
    for name, value in found.items():
        assert result[name] == pytest.approx(value), name


def test_resumed_run_goes_on_with_what_it_left(tmp_path):
    def collection(seed=0):
        task = build(make_task(), seed)
        made = task.steps(strategies.create("one_device"), jit_compile=False)
        made.start(0)
        return made

    first = collection()
    while first.step < 16:
        first.take(16, 1_000)
    arrays, state = first.state()
    path = first.checkpoint.save(tmp_path / "checkpoint")
    losses = []
    for _ in range(2):  # Two processes that go on from the same checkpoint.
        again = collection(seed=0)
        again.checkpoint.restore(path).assert_existing_objects_matched()
        again.restore(first.step, arrays, json.loads(json.dumps(state)))
        for name, array in arrays.items():
            if name.startswith("replay/") and array.ndim:
                kept = again.state()[0][name][: len(array)]
                np.testing.assert_array_equal(kept, array)
        losses.append(again.take(64, 1_000)["loss"])
        assert again.actor.num_steps > first.actor.num_steps
    np.testing.assert_array_equal(*losses)


def test_loss_by_hand_counts_offered_commands_only():
    """The command of the highest value next is not offered; the second is taken."""
    task = build(make_task(agent=config.AgentConfig(discount=0.5)))
    environment = task.environment
    tokens = tf.nest.map_structure(
        lambda x: x[None], environment.reset().observation["observation"]
    )
    q_values = np.asarray(task.model(tf.nest.map_structure(lambda x: x[0], tokens)))[:1]
    order = np.argsort(-q_values[0])
    mask = np.zeros((1, 1, environment.num_actions), bool)
    mask[0, 0, order[1:3]] = True

    def step(reward, discount, mask):
        seen = tf.nest.map_structure(lambda x: x[:, :1], tokens)
        return ts.TimeStep(
            step_type=np.full((1, 1), ts.StepType.MID, np.int32),
            reward=np.full((1, 1), reward, np.float32),
            discount=np.full((1, 1), discount, np.float32),
            observation={"observation": seen, "action_mask": mask},
        )

    batch = trajectory.Transition(
        step(0, 1, np.ones_like(mask)),
        policy_step.PolicyStep(np.array([[order[0]]]), (), ()),
        step(0.25, 1, mask),
    )
    learner = Learner(task._agent, task.model, tf.distribute.get_strategy(), False)
    error = 0.25 + 0.5 * q_values[0, order[1]] - q_values[0, order[0]]
    (loss,) = learner.train(batch).losses
    assert loss == pytest.approx(error**2 / 2, rel=1e-4)  # Huber's, near 0.


@pytest.mark.slow
def test_two_replicas_learn_as_one(tmp_path):
    weights = []
    for name, devices in (("one_device", None), ("mirrored", 2)):
        strategy = strategies.create(name, devices)
        task = build(make_task(), 0, strategy)
        random = np.random.default_rng(0)
        for network in (task._agent._q_network, task._agent._target_q_network):
            for variable in network.variables:
                variable.assign(random.normal(size=variable.shape).astype(np.float32))
        made = task.steps(strategy, jit_compile=False)
        made.actor.collect(100)
        batches = task._replay.sample((4, 8), np.random.default_rng(0))
        made.learner.train(batches)
        weights.append([v.numpy() for v in task.model.variables])
    for one, two in zip(*weights, strict=True):
        np.testing.assert_allclose(two, one, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"agent": config.AgentConfig(agent="c51")}, "double_dqn.*agent=c51"),
        ({"game": config.TextGameConfig("castle")}, "house.*text_game=castle"),
        ({"game": config.TextGameConfig("no_such:Game")}, "No module named 'no_such'"),
        ({"game": config.TextGameConfig("none.z8")}, "no file none.z8"),
        (
            {"network": config.TextNetworkConfig(text_encoder="lstm")},
            "convolution.*kind=lstm",
        ),
    ],
)
def test_mistakes_are_said(arguments, words):
    with pytest.raises(ValueError, match=words):
        build(make_task(**arguments))


def test_evaluations_are_in_houses_of_their_own():
    task = build(make_task())
    splits = {
        split: environment.games[0].split
        for split, environment in task._evaluation_environments.items()
    }
    assert splits == {"validation": "validation", "test": "test"}
    assert task.environment.games[0].split == "train"


@pytest.mark.slow
@pytest.mark.parametrize("encoder", ["convolution", "gru", "transformer"])
def test_every_encoder_learns(encoder, tmp_path):
    network = config.TextNetworkConfig(8, (8,), encoder, "mlp")
    schedule = Schedule(**SCHEDULE, log_every=16)
    result = run(make_task(network=network), tmp_path, schedule, jit_compile=False)
    assert result["train_steps"] == 32
