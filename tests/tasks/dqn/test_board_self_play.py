import dataclasses
import json
import pathlib
import shlex
import sys

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models import dqn
from kerazoo.models.dqn import boards
from kerazoo.models.dqn.config import SelfPlayConfig
from kerazoo.runs import RunError
from kerazoo.runs import run
from kerazoo.tasks.dqn import BoardSelfPlay
from kerazoo.training import Best
from kerazoo.training import Schedule
from kerazoo.training import strategy as strategies

ENGINE = pathlib.Path(__file__).parents[2] / "models/dqn/boards/gtp_engine.py"
SCHEDULE = Schedule(
    train_steps=48, eval_every=24, checkpoint_every=24, log_every=24, target=None
)


def make_task(game="tic_tac_toe", **kwargs):
    return BoardSelfPlay(
        game,
        **{
            "num_envs": 8,
            "batch_size": 16,
            "eval_episodes": 4,
            "mcts_simulations": 5,
            "network": dqn.NetworkConfig(hidden_units=(16,)),
            "replay": dqn.ReplayConfig(replay_capacity=500),
            "collection": dqn.CollectionConfig(
                learning_starts=64, block_length=24, gradient_steps_per_env_step=0.25
            ),
            "self_play": SelfPlayConfig(pool_every=12, pool_size=2, opening_moves=2),
            **kwargs,
        },
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Result of a run on tic-tac-toe, and its folder."""
    folder = tmp_path_factory.mktemp("board")
    paths = {"export_dir": folder / "model", "jit_compile": False}
    result = run(make_task(), folder / "run", SCHEDULE, **paths)
    return result, folder


def test_result_counts_games_of_both_seats(trained):
    result, folder = trained
    for prefix in ("", "search_"):
        for name in ("random", "mcts"):
            games = result[f"{prefix}{name}_games"]
            assert sum(games["first"]) == sum(games["second"]) == 2
            wins, draws, _ = np.add(games["first"], games["second"])
            assert result[f"{prefix}{name}_win_rate"] == (wins + draws / 2) / 4
    assert result["score"] == result["mcts_win_rate"]
    assert (folder / "run" / "curves.png").exists()


def test_export_says_what_it_plays(trained):
    result, _ = trained
    extra = pathlib.Path(result["export"], "assets.extra")
    metadata = json.loads((extra / "kerazoo.json").read_text())
    assert metadata["task"] == "board" and metadata["game"] == "tic_tac_toe"
    assert metadata["planes"] == ["own stones", "the opponent's stones"]
    assert metadata["actions"][5] == "x(1,2)" and len(metadata["actions"]) == 9
    assert "plane 0: own stones" in (extra / "board.txt").read_text()


def blocks(task, strategy, count, folder=None):
    """Takes blocks of steps; from what `folder` has, and leaves it there."""
    task.build(strategy, 96, seed=3)
    steps = task.steps(strategy, jit_compile=False)
    steps.start(0)
    if folder is not None and (folder / "state.json").exists():
        steps.checkpoint.restore(
            tf.train.latest_checkpoint(str(folder))
        ).expect_partial()
        arrays = dict(np.load(folder / "arrays.npz"))
        steps.restore(24, arrays, json.loads((folder / "state.json").read_text()))
    losses = []
    while sum(map(len, losses)) < count:
        losses.append(steps.take(1, 1_000).get("loss", np.zeros(0)))
    if folder is not None:
        arrays, state = steps.state()
        arrays = {name: np.asarray(array) for name, array in arrays.items()}
        steps.checkpoint.save(str(folder / "ckpt"))
        np.savez(folder / "arrays.npz", **arrays)
        (folder / "state.json").write_text(json.dumps(state))
    return np.concatenate(losses).tolist(), steps


@pytest.mark.parametrize(
    "kind", ["uniform", pytest.param("prioritized", marks=pytest.mark.slow)]
)
def test_interrupted_run_is_the_one_that_was_not(tmp_path, kind):
    """Games, pool, replay and random states: not a bit differs."""
    strategy = strategies.create("one_device")
    replay = dqn.ReplayConfig(replay_capacity=500, replay=kind)
    whole, end = blocks(make_task(replay=replay), strategy, 60)
    first, _ = blocks(make_task(replay=replay), strategy, 24, tmp_path)
    second, resumed = blocks(make_task(replay=replay), strategy, 36, tmp_path)
    assert first + second == whole
    assert len(resumed.pool) == len(end.pool) == 2
    found, expected = resumed.state()[0], end.state()[0]
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(np.asarray(found[name]), np.asarray(array), name)
    for ours, theirs in zip(
        resumed.q_values.model.variables, end.q_values.model.variables, strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.slow
def test_two_replicas_learn_what_one_does():
    found = [
        blocks(make_task(), strategies.create(name, count), 24)[1]
        for name, count in (("one_device", None), ("mirrored", 2))
    ]
    for one, two in zip(*(s.q_values.model.variables for s in found), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("game", "torso", "agent"),
    [
        ("connect_four", "board_resnet", "double_dqn"),
        ("go(board_size=5,komi=7.5)", "board_resnet", "c51"),
        ("breakthrough(rows=5,columns=5)", "mlp", "double_dqn"),
        ("dots_and_boxes(num_rows=1,num_cols=2)", "mlp", "double_dqn"),
        ("nim", "mlp", "qr_dqn"),
    ],
)
def test_other_games_are_learnt_and_served(tmp_path, game, torso, agent):
    task = make_task(
        game,
        network=dqn.NetworkConfig(hidden_units=(16,), torso=torso),
        agent=dqn.AgentConfig(agent=agent),
        search_depth=1,
    )
    result = run(task, tmp_path / "run", SCHEDULE, export_dir=tmp_path / "model")
    policy = tf.saved_model.load(result["export"]).signatures["serving_default"]
    board = boards.BoardGame(game)
    planes, mask = board.observe(board.new_state())
    outputs = policy(
        observation=tf.constant(planes[None]), action_mask=tf.constant(mask[None])
    )
    assert mask[outputs["action"][0]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"game": "conect_four"}, "Did you mean connect_four"),
        ({"num_envs": 1}, "`num_envs` must be at least 3 .*num_envs=1"),
        ({"replay": dqn.ReplayConfig(replay_capacity=30)}, "`replay_capacity`"),
    ],
)
def test_mistakes_are_said_in_a_line(tmp_path, change, words):
    with pytest.raises(RunError, match=words):
        run(make_task(**change), tmp_path / "run", SCHEDULE)


@pytest.mark.parametrize(
    "change",
    [
        {"opponent_share": -0.1},
        {"pool_size": 0},
        {"pool_every": 0},
        {"opening_moves": -1},
        {"exploration_temperature": -1.0},
        {"exploration_temperature": float("nan")},
    ],
)
def test_self_play_has_ranges(change):
    ((name, value),) = change.items()
    with pytest.raises(ValueError, match=f"`{name}` .*{name}={value}"):
        SelfPlayConfig(**change)


def test_go_is_played_against_an_engine_where_there_is_one(tmp_path):
    """The engine, as the one that moves first to free points, is beaten or beats."""
    command = shlex.join([sys.executable, str(ENGINE), str(tmp_path / "log"), "plays"])
    for engine, is_there in ((command, True), ("no-such-engine", False)):
        task = make_task(
            "go(board_size=3,komi=0.5)", eval_episodes=2, gtp_engine=engine
        )
        task.build(strategies.create("one_device"), 8, seed=0)
        result = task.measure(Best())
        assert ("gtp_win_rate" in result) == is_there
    told = (tmp_path / "log").read_text()
    assert "komi 0.5" in told and "genmove W" in told and "genmove B" in told
    # Of a first look, of the network alone, and with its search.
    assert told.count("quit") == 3


def test_boards_of_one_need_no_opponents():
    task = make_task(num_envs=1, self_play=SelfPlayConfig(opponent_share=0))
    task.build(strategies.create("one_device"), 8, seed=0)
    assert task.environment.batch_size == 1
    assert dataclasses.asdict(task.self_play)["pool_size"] == 8
