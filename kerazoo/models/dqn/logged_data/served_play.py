"""Logs what an exported policy does."""

import typing

import gymnasium
import numpy as np
import tensorflow as tf
from tf_agents.trajectories import time_step as ts

from kerazoo.models.dqn import spaces
from kerazoo.models.dqn.actor import Actor
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.logged_data.transition_log import TransitionLog


def log_served_play(
    policy: typing.Any,
    environment: GymnasiumEnvironment,
    log: TransitionLog,
    num_episodes: int,
    epsilon: float = 0.0,
    seed: int = 0,
) -> np.ndarray:
    """Plays an exported policy, with a share of random actions, into a log.

    Args:
        policy: Signature of an exported policy, see `ServingPolicy`.
        environment: `GymnasiumEnvironment` like the one it was trained on.
        log: `TransitionLog`; what is played is committed.
        num_episodes: Whole episodes to play, at least. Those that run then are logged
            as far as they got.
        epsilon: Probability of a random action.
        seed: Of the environment and the random actions.

    Returns:
        float array of the undiscounted returns of the whole episodes.

    Example:

    ```python
    from kerazoo.models.dqn import ServingPolicy
    from kerazoo.models.dqn.logged_data import TransitionLog
    from kerazoo.models.dqn.logged_data import TransitionSpecs
    from kerazoo.models.dqn.logged_data import log_served_play

    policy = ServingPolicy(model, environment).endpoints["serving_default"]
    log = TransitionLog("/tmp/served", TransitionSpecs.of(environment))
    log_served_play(policy, environment, log, num_episodes=2).shape  # (2,) or more
    ```
    """
    environment.seed(seed)
    counted = _Counted(log, environment.batch_size)
    actor = Actor(
        environment,
        _values_of(policy, environment.raw_observation_space),
        counted,
        lambda step: epsilon,
        np.random.default_rng([seed, 1]),
    )
    while len(counted.returns) < num_episodes:
        actor.collect(1)
    log.commit()
    return np.array(counted.returns)


def _values_of(policy, space):
    """Returns a function of flat observations to the policy's values of actions."""
    inputs_spec = policy.structured_input_signature[1]
    mask = inputs_spec.get("action_mask")

    def values(observations):
        rows = [
            spaces.raw_inputs(space, gymnasium.spaces.unflatten(space, row))
            for row in observations
        ]
        inputs = {
            name: tf.constant(np.concatenate([row[name] for row in rows]))
            for name in rows[0]
        }
        if mask is not None:  # The actor chooses among the valid ones.
            inputs["action_mask"] = tf.ones((len(rows), mask.shape[1]), tf.bool)
        return policy(**inputs)["q_values"].numpy()

    return values


class _Counted:
    """Takes the place of a replay: logs steps and keeps the returns of episodes."""

    def __init__(self, log, num_envs):
        self._log = log
        self._running = np.zeros(num_envs)
        self.returns: list[float] = []

    def add(self, time_step, action, next_time_step):
        self._log.add(time_step, action, next_time_step)
        self._running += next_time_step.reward
        is_last = next_time_step.step_type == ts.StepType.LAST
        self.returns.extend(self._running[is_last].tolist())
        self._running[is_last] = 0
