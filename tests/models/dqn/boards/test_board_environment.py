import numpy as np
import pytest
from tf_agents.environments import utils

from kerazoo.models.dqn.boards import BoardEnvironment

FIRST, MID, LAST = 0, 1, 2


def test_follows_its_own_specs():
    utils.validate_py_environment(
        BoardEnvironment("tic_tac_toe", 2),
        episodes=2,
        observation_and_action_constraint_splitter=lambda x: (
            x["observation"],
            x["action_mask"].astype(np.int32),
        ),
    )


def test_a_game_by_hand():
    """x takes the upper row, o the middle one; the second board a draw."""
    wins, draws = [0, 3, 1, 4, 2], [0, 1, 2, 4, 3, 5, 7, 6, 8]
    environment = BoardEnvironment("tic_tac_toe", num_envs=2)
    first = environment.reset()
    assert first.step_type.tolist() == [FIRST, FIRST]
    rows = []
    for move in range(9):
        won = wins[move] if move < 5 else max(move - 6, 0)
        step = environment.step(np.array([won, draws[move]]))
        rows.append([step.step_type, step.reward, step.discount])
    types, rewards, discounts = np.array(rows).transpose(1, 2, 0)
    assert types[0].tolist() == [MID] * 4 + [LAST, FIRST, MID, MID, MID]
    assert rewards[0].tolist() == [0, 0, 0, 0, 1, 0, 0, 0, 0]  # Of x, who moved.
    assert discounts[0].tolist() == [-1, -1, -1, -1, 0, 1, -1, -1, -1]
    assert types[1].tolist() == [MID] * 8 + [LAST]
    assert rewards[1].tolist() == [0] * 9
    assert discounts[1].tolist() == [-1] * 8 + [0]


def test_the_same_player_may_go_on():
    """Who closes a box in Dots and Boxes moves again."""
    environment = BoardEnvironment("dots_and_boxes(num_rows=1,num_cols=2)")
    environment.reset()
    state, discounts, movers = environment.states[0], [], []
    while not state.is_terminal():
        movers.append(state.current_player())
        step = environment.step(np.array(state.legal_actions()[:1]))
        discounts.append(float(step.discount[0]))
    same = np.diff(movers) == 0
    assert same.any() and not same.all()
    assert discounts == [*np.where(same, 1.0, -1.0), 0.0]
    assert step.reward[0] == state.player_return(movers[-1])


def test_losing_last_move_costs_the_mover():
    """Black gives the game away by passing after White: komi decides."""
    environment = BoardEnvironment("go(board_size=5,komi=7.5)")
    environment.reset()
    environment.step(np.array([25]))
    assert environment.step(np.array([25])).reward.tolist() == [1]  # White's.
    environment.step(np.array([0]))  # Begins anew.
    for action in (0, 25):
        environment.step(np.array([action]))
    assert environment.step(np.array([25])).reward.tolist() == [1]  # Black has it all.


def test_invalid_action_is_named():
    environment = BoardEnvironment("connect_four", num_envs=2)
    environment.reset()
    for _ in range(6):
        environment.step(np.array([3, 3]))
    with pytest.raises(ValueError, match=r"3 on board 1, where \[0, 1, 2, 4, 5, 6\]"):
        environment.step(np.array([0, 3]))


def test_histories_bring_the_boards_back():
    environment = BoardEnvironment("tic_tac_toe", num_envs=3)
    environment.reset()
    for actions in ([0, 8, 4], [3, 7, 0], [1, 6, 1], [4, 5, 2], [2, 4, 3]):
        step = environment.step(np.array(actions))
    histories = environment.histories()
    assert histories[0].tolist() == [0, 3, 1, 4, 2, -1, -1, -1, -1]
    other = BoardEnvironment("tic_tac_toe", num_envs=3)
    again = other.set_histories(histories)
    assert again.step_type.tolist() == step.step_type.tolist() == [LAST, MID, MID]
    for name in ("observation", "action_mask"):
        np.testing.assert_array_equal(again.observation[name], step.observation[name])
    after = [e.step(np.array([0, 3, 5])) for e in (environment, other)]
    np.testing.assert_array_equal(
        after[0].observation["observation"], after[1].observation["observation"]
    )
    assert after[1].step_type.tolist() == [FIRST, MID, MID]
