"""Results of environments that can be computed: no luck of episodes is in them."""

import typing

import gymnasium
import numpy as np
from gymnasium.envs import toy_text

from kerazoo.evaluation.games import Blackjack
from kerazoo.evaluation.games import FiniteMDP
from kerazoo.models.dqn import environments
from kerazoo.models.dqn.evaluation import MAX_EPISODE_STEPS
from kerazoo.tasks.dqn.blackjack_picture import draw_strategy

_TABLES = (toy_text.CliffWalkingEnv, toy_text.FrozenLakeEnv, toy_text.TaxiEnv)


class ExactResults(typing.NamedTuple):
    """What a greedy policy gives, computed.

    Attributes:
        measures: dict of `expected_return`, the mean return of all episodes there are,
            and `best_return`, that of the best policy.
        pictures: dict of pictures as PNG.
    """

    measures: dict[str, float]
    pictures: dict[str, bytes]


def exact_results(
    q_values: typing.Callable[[np.ndarray], np.ndarray],
    env: str,
    env_kwargs: dict[str, typing.Any],
) -> ExactResults | None:
    """Computes the results of the greedy policy in a toy text of gymnasium.

    Args:
        q_values: Function of observations as training has them, `(N, ...)`, to float
            `(N, A)`.
        env: Id of the environment.
        env_kwargs: Its keyword arguments.

    Returns:
        `ExactResults`, or None for an environment that is not known this well.
    """
    spec = gymnasium.registry.get(env.rpartition(":")[2])
    if spec is None or not str(spec.entry_point).startswith("gymnasium.envs.toy_text"):
        return None
    made = environments.make(env, **env_kwargs)
    try:
        raw = made.unwrapped
        if isinstance(raw, toy_text.BlackjackEnv):
            return _of_blackjack(q_values, raw)
        # A fickle passenger changes what the table says.
        is_table = isinstance(raw, _TABLES) and not getattr(
            raw, "fickle_passenger", False
        )
        return _of_table(q_values, raw, made.spec) if is_table else None
    finally:
        made.close()


def _of_blackjack(q_values, raw):
    game = Blackjack(raw.sab, raw.natural)
    spaces = raw.observation_space
    states = np.indices([space.n for space in spaces]).reshape(len(spaces), -1)
    observations = np.concatenate(
        [
            np.eye(space.n, dtype=np.uint8)[numbers]
            for space, numbers in zip(spaces, states, strict=True)
        ],
        axis=1,
    )
    hits = q_values(observations).argmax(axis=1).astype(bool)
    policy = hits.reshape([space.n for space in spaces])
    best = game.best_policy()
    measures = {
        "expected_return": game.expected_return(policy),
        "best_return": game.expected_return(best),
    }
    return ExactResults(measures, {"strategy": draw_strategy(policy, best)})


def _of_table(q_values, raw, spec):
    process = FiniteMDP(raw.P, raw.initial_state_distrib)
    count = typing.cast(gymnasium.spaces.Discrete, raw.observation_space).n
    policy = q_values(np.eye(count, dtype=np.uint8)).argmax(axis=1)
    steps = spec.max_episode_steps or MAX_EPISODE_STEPS
    measures = {
        "expected_return": process.expected_return(policy, steps),
        "best_return": process.best_return(steps),
    }
    return ExactResults(measures, {})
