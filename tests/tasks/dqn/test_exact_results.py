import gymnasium
import numpy as np
import pytest

from kerazoo.evaluation.games import Blackjack
from kerazoo.models.dqn import spaces
from kerazoo.tasks.dqn.exact_results import exact_results


def test_blackjack_is_asked_as_training_sees_it():
    """Values of the best policy, put where the flat observations look them up."""
    best = Blackjack(sab=False, natural=True).best_policy()
    space = gymnasium.make("Blackjack-v1").observation_space
    seen = []

    def q_values(observations):
        seen.append(observations)
        total, card, usable = np.split(observations, [32, 43], axis=1)
        hits = best[total.argmax(1), card.argmax(1), usable.argmax(1)]
        return np.stack([~hits, hits], axis=1).astype(float)

    found = exact_results(q_values, "Blackjack-v1", {"sab": False, "natural": True})
    assert found.measures["expected_return"] == found.measures["best_return"]
    assert found.measures["best_return"] == pytest.approx(-0.0257, abs=1e-4)
    assert found.pictures["strategy"].startswith(b"\x89PNG")
    flat = spaces.flatten_env(gymnasium.make("Blackjack-v1")).observation_space
    assert seen[0].shape == (32 * 11 * 2, *flat.shape)
    row = (20 * 11 + 7) * 2 + 1
    np.testing.assert_array_equal(
        seen[0][row], gymnasium.spaces.flatten(space, (20, 7, 1))
    )


@pytest.mark.parametrize(
    ("env", "kwargs", "actions", "expected"),
    [
        # Up, along the cliff, down.
        (
            "CliffWalking-v1",
            {"max_episode_steps": 30},
            {**dict.fromkeys(range(24, 35), 1), 35: 2, 36: 0},
            -13.0,
        ),
        (
            "FrozenLake-v1",
            {"is_slippery": False, "desc": ["SFG"]},
            dict.fromkeys(range(3), 2),
            1.0,
        ),
    ],
)
def test_tables_are_computed(env, kwargs, actions, expected):
    def q_values(observations):
        wanted = [actions.get(state, 0) for state in observations.argmax(axis=1)]
        return np.eye(4)[wanted]

    measures = exact_results(q_values, env, kwargs).measures
    assert measures == {"expected_return": expected, "best_return": expected}


@pytest.mark.parametrize(
    ("env", "kwargs"), [("CartPole-v1", {}), ("Taxi-v4", {"fickle_passenger": True})]
)
def test_others_are_not(env, kwargs):
    assert exact_results(None, env, kwargs) is None
