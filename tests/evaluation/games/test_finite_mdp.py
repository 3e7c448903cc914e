import gymnasium
import numpy as np
import pytest

from kerazoo.evaluation.games import FiniteMDP


def walk(length, slips):
    """A row of states, of which the last pays 1 and ends: 0 stays, 1 goes on."""
    table = {}
    for state in range(length):
        following, over = state + 1, state + 1 == length
        reward = float(over)
        table[state] = {
            0: [(1.0, state, 0.0, False)],
            1: [
                (1 - slips, min(following, length - 1), reward, over),
                (slips, state, 0.0, False),
            ],
        }
    return FiniteMDP(table, np.eye(length)[0])


@pytest.mark.parametrize("slips", [0.0, 0.3])
def test_walk_is_binomial(slips):
    from scipy import stats

    process = walk(4, slips)
    for steps in (3, 4, 9):
        expected = stats.binom(steps, 1 - slips).sf(3)  # At least four steps on.
        found = process.expected_return([1] * 4, steps)
        assert found == pytest.approx(expected)
        assert process.best_return(steps) == pytest.approx(expected)
    assert process.expected_return([1, 0, 1, 1], 50) == 0


def test_short_cut_is_taken_while_time_lasts():
    """The long way pays 3 after two steps, the short one 1 at once."""
    table = {
        0: {0: [(1.0, 0, 1.0, True)], 1: [(1.0, 1, 0.0, False)]},
        1: {0: [(1.0, 1, 3.0, True)], 1: [(1.0, 1, 3.0, True)]},
    }
    process = FiniteMDP(table, [1.0, 0.0])
    assert [process.best_return(steps) for steps in (1, 2)] == [1.0, 3.0]


@pytest.mark.parametrize(
    ("env", "steps", "best"),
    [  # As gymnasium notes them, and 13 steps along the cliff.
        ("FrozenLake-v1", 100, 0.74),
        ("FrozenLake8x8-v1", 200, 0.91),
        ("CliffWalking-v1", 50, -13.0),
    ],
)
def test_best_returns_are_those_that_are_known(env, steps, best):
    raw = gymnasium.make(env).unwrapped
    process = FiniteMDP(raw.P, raw.initial_state_distrib)
    assert process.best_return(steps) == pytest.approx(best, abs=0.006)


def test_policy_gives_what_episodes_give():
    env = gymnasium.make("FrozenLake-v1", desc=["SFF", "FHF", "FFG"])
    policy = [1, 2, 1, 1, 0, 1, 2, 2, 0]
    raw = env.unwrapped
    found = FiniteMDP(raw.P, raw.initial_state_distrib).expected_return(policy, 100)
    returns = []
    for seed in range(2_000):
        state, _ = env.reset(seed=seed)
        over = False
        while not over:
            state, reward, terminated, truncated, _ = env.step(policy[state])
            over = terminated or truncated
        returns.append(reward)
    assert np.mean(returns) == pytest.approx(found, abs=0.05)
