import numpy as np
import pytest

from kerazoo.models.dqn import boards
from kerazoo.models.dqn.boards.self_play_replay import SELF_PLAY_REPLAYS
from kerazoo.models.dqn.replays import REPLAYS

GAMMA = 0.5


def play(game, histories, others=(), kind="uniform", symmetries=None, n_step=3):
    """Returns a replay of games, one per board; `others` are moves not the best."""
    environment = boards.BoardEnvironment(game, len(histories))
    replay = SELF_PLAY_REPLAYS[kind](
        environment.observation_spec(), 200, len(histories), n_step, GAMMA,
        symmetries=symmetries,
    )  # fmt: skip
    time_step = environment.reset()
    for move, actions in enumerate(zip(*histories, strict=True)):
        next_time_step = environment.step(np.array(actions))
        is_other = np.array([move in others] * len(histories))
        replay.add(time_step, np.array(actions), next_time_step, is_other)
        time_step = next_time_step
    for _ in range(n_step):  # Transitions begin n steps before the newest at latest.
        replay.cut(time_step)
    return replay


def returns_by_move(replay, count=400):
    """Returns by number of stones: reward, discount, and stones at the end."""
    drawn = replay.sample((count,), np.random.default_rng(0))
    drawn = getattr(drawn, "transitions", drawn)
    stones = [
        step.observation["observation"].sum(axis=(1, 2, 3)).tolist()
        for step in (drawn.time_step, drawn.next_time_step)
    ]
    found = drawn.next_time_step.reward, drawn.next_time_step.discount
    rows = zip(stones[0], *(array.tolist() for array in found), stones[1], strict=True)
    return {row[0]: row[1:] for row in rows}


@pytest.mark.parametrize("kind", REPLAYS)
def test_n_step_returns_change_sign_with_the_mover(kind):
    """x wins with the fifth move: worth 1 to x, -gamma before it, and so on."""
    assert SELF_PLAY_REPLAYS.keys() == REPLAYS.keys()
    found = returns_by_move(play("tic_tac_toe", [[0, 3, 1, 4, 2]], kind=kind))
    assert found == {  # Discounts are without one gamma, which the agent multiplies.
        0: (0.0, -(GAMMA**2), 3),
        1: (0.0, -(GAMMA**2), 4),
        2: (GAMMA**2, 0.0, 5),
        3: (-GAMMA, 0.0, 5),
        4: (1.0, 0.0, 5),
    }


@pytest.mark.parametrize("kind", REPLAYS)
def test_returns_end_before_a_move_that_is_not_the_best(kind):
    replay = play("tic_tac_toe", [[0, 3, 1, 4, 2]], others=(3,), kind=kind)
    assert returns_by_move(replay) == {
        0: (0.0, -(GAMMA**2), 3),
        1: (0.0, GAMMA, 3),  # Two moves: to the position of move 3.
        2: (0.0, -1.0, 3),
        3: (-GAMMA, 0.0, 5),  # From it on, all follows.
        4: (1.0, 0.0, 5),
    }


@pytest.mark.parametrize("kind", REPLAYS)
@pytest.mark.parametrize("name", ["tic_tac_toe", "connect_four"])
def test_turned_transitions_are_those_of_the_game(name, kind):
    """OpenSpiel goes from each turned position to the turned next one."""
    game = boards.BoardGame(name)
    histories = [[0, 3, 1, 4, 2], [6, 1, 0, 2, 3]]
    replay = play(name, histories, kind=kind, symmetries=game.symmetries, n_step=1)
    known = {}  # By planes: the history that leads there.
    for history in histories:
        for symmetry in range(len(game.symmetries)):
            turned = game.symmetries.turned_actions(
                np.array(history), np.full(len(history), symmetry)
            ).tolist()
            for end in range(len(turned) + 1):
                state = game.new_state(turned[:end])
                known[game.observe(state)[0].tobytes()] = turned[:end]
    drawn = replay.sample((4, 50), np.random.default_rng(1))
    drawn = getattr(drawn, "transitions", drawn)
    seen = set()
    flat = [
        array.reshape(200, *array.shape[2:])
        for array in (
            drawn.time_step.observation["observation"],
            drawn.time_step.observation["action_mask"],
            drawn.action_step.action,
            drawn.next_time_step.observation["observation"],
            drawn.next_time_step.observation["action_mask"],
        )
    ]
    for planes, mask, action, next_planes, next_mask in zip(*flat, strict=True):
        state = game.new_state(known[planes.tobytes()])
        np.testing.assert_array_equal(mask, game.observe(state)[1])
        state.apply_action(int(action))
        expected = game.observe(state)
        np.testing.assert_array_equal(next_planes, expected[0])
        np.testing.assert_array_equal(next_mask, expected[1])
        seen.add(planes.tobytes())
    assert len(seen) > len(histories[0]) * len(game.symmetries)


@pytest.mark.parametrize("kind", REPLAYS)
def test_restored_replay_draws_the_same(kind):
    first = play("tic_tac_toe", [[0, 3, 1, 4, 2]], others=(3,), kind=kind)
    second = play("tic_tac_toe", [[8, 3, 1, 4, 0]], kind=kind)
    second.restore(first.state())
    assert returns_by_move(second) == returns_by_move(first)
