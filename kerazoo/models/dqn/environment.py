"""gymnasium environments, several copies at once, as one TF-Agents environment."""

import functools
import typing

import gymnasium
import numpy as np
from gymnasium import vector
from tf_agents.environments import py_environment
from tf_agents.specs import array_spec
from tf_agents.trajectories import time_step as ts

from kerazoo.models.dqn import spaces
from kerazoo.models.dqn.first_look import first_look
from kerazoo.models.dqn.first_look import make_env
from kerazoo.models.dqn.first_look import name_of
from kerazoo.models.dqn.foreign_errors import EnvironmentFailure
from kerazoo.models.dqn.step_check import StepCheck


class GymnasiumEnvironment(py_environment.PyEnvironment):
    """Steps N copies of a gymnasium environment as a batched `PyEnvironment`.

    An episode that terminated ends with discount 0, one that was truncated (a time
    limit) with discount 1, so that learners bootstrap from its last observation.
    The step after an episode's last resets that copy and ignores its action: step
    type FIRST, reward 0, as TF-Agents and gymnasium's `NEXT_STEP` autoreset both
    have it. Actions are counted from 0 whatever the space's `start`.

    Args:
        env: Id of a registered environment (`"CartPole-v1"`, or
            `"module:Name-v0"` to import `module` first), or a function without
            arguments that returns a `gymnasium.Env`.
        num_envs: Copies stepped together, the batch size.
        asynchronous: Steps every copy in a process of its own, worthwhile
            where one step takes more than about a millisecond.
        action_mask: Takes the valid actions of each step from
            `info["action_mask"]`; observations become a dict of `"observation"` and
            bool `"action_mask"` `(A,)`.
        seed: Seeds the first reset: `num_envs` ints, or an int that seeds copy i with
            `seed + i`.
        **env_kwargs: Passed on to `gymnasium.make`.

    Attributes:
        num_actions: int. Number of actions A.
        raw_observation_space, raw_action_space: Spaces of the environment itself.
        reward_threshold: float or None. Mean return that counts as solved, as
            registered with gymnasium.

    Raises:
        ValueError: If actions are not `Discrete`, observations cannot be flattened,
            or `action_mask` is asked for and the environment gives none.
        gymnasium.error.Error: If the environment cannot be made.
        EnvironmentFailure: Later, if the environment raises an error.
        FloatingPointError: Later, if a reward or an observation is not finite.

    Example:

    ```python
    environment = GymnasiumEnvironment("CartPole-v1", num_envs=8, seed=0)
    time_step = environment.reset()
    time_step = environment.step(np.zeros(8, np.int64))
    ```
    """

    def __init__(
        self,
        env: str | typing.Callable[..., gymnasium.Env],
        num_envs: int = 1,
        asynchronous: bool = False,
        action_mask: bool = False,
        seed: int | typing.Sequence[int] | None = None,
        **env_kwargs: typing.Any,
    ):
        super().__init__(handle_auto_reset=False)
        look = first_look(env, env_kwargs, action_mask, takes_step=False)
        self.raw_observation_space = look.observation_space
        self.raw_action_space = look.action_space
        self.reward_threshold = look.reward_threshold
        space = spaces.flat_space(self.raw_observation_space)
        vectorize = vector.AsyncVectorEnv if asynchronous else vector.SyncVectorEnv
        self.envs = vectorize(
            [functools.partial(_make_flat, env, env_kwargs) for _ in range(num_envs)]
        )
        self.num_actions = int(self.raw_action_space.n)
        self.masks_actions = action_mask
        self._action_spec = array_spec.BoundedArraySpec(
            (), np.int64, 0, self.num_actions - 1, "action"
        )
        self._seed = seed
        self._done = np.zeros(num_envs, bool)
        self._check = StepCheck(name_of(env), num_envs)
        self._observation_spec = _bounded_spec(space)
        if action_mask:
            mask = array_spec.ArraySpec((self.num_actions,), bool, "action_mask")
            self._observation_spec = {
                "observation": self._observation_spec,
                "action_mask": mask,
            }

    @property
    def batched(self) -> bool:
        return True

    @property
    def batch_size(self) -> int:
        return self.envs.num_envs

    def observation_spec(self) -> typing.Any:
        return self._observation_spec

    def action_spec(self) -> array_spec.BoundedArraySpec:
        return self._action_spec

    def seed(self, seed: int | typing.Sequence[int] | None) -> None:
        """Seeds the next `reset`: an int, or one int per copy."""
        self._seed = seed

    def render(self, mode: str = "rgb_array") -> typing.Any:
        """Returns the pictures of all copies, if made with a `render_mode`."""
        return self.envs.render()

    def close(self) -> None:
        self.envs.close()

    def _reset(self):
        try:
            observation, info = self.envs.reset(seed=self._seed)
        except Exception as error:  # Whatever the code of others raises.
            doing = f"The environment {self._check.name} cannot be reset"
            raise EnvironmentFailure(doing, error) from error
        self._check.reset(observation)
        self._seed = None
        self._done = np.zeros(self.batch_size, bool)
        return ts.TimeStep(
            step_type=np.full(self.batch_size, ts.StepType.FIRST, np.int32),
            reward=np.zeros(self.batch_size, np.float32),
            discount=np.ones(self.batch_size, np.float32),
            observation=self._observe(observation, info),
        )

    def _step(self, action):
        action = np.asarray(action) + self.raw_action_space.start
        try:
            observation, reward, terminated, truncated, info = self.envs.step(action)
        except Exception as error:  # Whatever the code of others raises.
            raise EnvironmentFailure(self._check.failure, error) from error
        first, self._done = self._done, terminated | truncated
        reward = reward.astype(np.float32)
        self._check.step(observation, reward, first)
        step_type = np.full(self.batch_size, ts.StepType.MID, np.int32)
        step_type[self._done] = ts.StepType.LAST
        step_type[first] = ts.StepType.FIRST
        return ts.TimeStep(
            step_type=step_type,
            reward=reward,
            discount=(~terminated).astype(np.float32),
            observation=self._observe(observation, info),
        )

    def _observe(self, observation, info):
        if not self.masks_actions:
            return observation
        mask = np.asarray(info["action_mask"], bool)
        return {"observation": observation, "action_mask": mask}


def _make_flat(env, env_kwargs):
    return spaces.flatten_env(make_env(env, env_kwargs))


def _bounded_spec(space):
    low, high = space.low, space.high
    if np.issubdtype(space.dtype, np.floating):  # TF-Agents samples between bounds.
        limits = np.finfo(space.dtype)
        low, high = np.maximum(low, limits.min), np.minimum(high, limits.max)
    return array_spec.BoundedArraySpec(
        space.shape, space.dtype, low, high, "observation"
    )
