"""gymnasium environments, several copies at once, as one TF-Agents environment."""

import functools
import numbers
import typing

import gymnasium
import numpy as np
from tf_agents.environments import py_environment
from tf_agents.specs import array_spec
from tf_agents.trajectories import time_step as ts

from kerazoo.models.dqn import spaces
from kerazoo.models.dqn.action_spaces import joint_sizes
from kerazoo.models.dqn.action_spaces import raw_actions
from kerazoo.models.dqn.first_look import first_look
from kerazoo.models.dqn.first_look import make_env
from kerazoo.models.dqn.first_look import name_of
from kerazoo.models.dqn.foreign_errors import EnvironmentFailure
from kerazoo.models.dqn.serial_envs import SerialEnvs
from kerazoo.models.dqn.step_check import StepCheck
from kerazoo.models.dqn.worker_envs import WorkerEnvs


class GymnasiumEnvironment(py_environment.PyEnvironment):
    """Steps N copies of a gymnasium environment as a batched `PyEnvironment`.

    An episode that terminated ends with discount 0, one that was truncated (a time
    limit) with discount 1, so that learners bootstrap from its last observation.
    The step after an episode's last resets that copy and ignores its action: step
    type FIRST, reward 0, as TF-Agents and gymnasium's `NEXT_STEP` autoreset both
    have it. Actions are counted from 0 whatever the space's `start`: one int64 a copy
    or, where several joints act at once, J of them, `(N, J)`.

    Args:
        env: Id of a registered environment (`"CartPole-v1"`, or
            `"module:Name-v0"` to import `module` first), or a function without
            arguments that returns a `gymnasium.Env`.
        num_envs: Copies stepped together, the batch size.
        asynchronous: Steps every copy in a process of its own, worthwhile
            where one step takes more than about a millisecond. Observations come
            through shared memory.
        action_mask: Takes the valid actions of each step from
            `info["action_mask"]`; observations become a dict of `"observation"` and
            bool `"action_mask"` `(A,)`.
        action_bins: Bins that each number of a continuous action is cut into, see
            `ActionBins`. Several numbers make several joints.
        seed: Seeds the first reset: `num_envs` ints, or an int that seeds copy i with
            `seed + i`.
        env_workers: Processes that step the copies, each an equal share of them; 0
            for one per copy if `asynchronous`, else none.
        **env_kwargs: Passed on to `gymnasium.make`.

    Attributes:
        num_actions: int. Number of actions A; of several joints the most that one has.
        joints: tuple of int or None. Number of actions of each of J joints.
        bins: `ActionBins` or None. What the actions stand for.
        raw_observation_space, raw_action_space: Spaces of the environment itself, the
            latter after its actions were cut into bins.
        reward_threshold: float or None. Mean return that counts as solved, as
            registered with gymnasium.

    Raises:
        ValueError: If there are not finitely many actions, observations cannot be
            flattened, or `action_mask` is asked for and the environment gives none.
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
        action_bins: int | None = None,
        seed: int | typing.Sequence[int] | None = None,
        env_workers: int = 0,
        **env_kwargs: typing.Any,
    ):
        super().__init__(handle_auto_reset=False)
        look = first_look(env, env_kwargs, action_mask, False, action_bins)
        self.raw_observation_space = look.observation_space
        self.raw_action_space = look.action_space
        self.reward_threshold = look.reward_threshold
        space = spaces.flat_space(self.raw_observation_space)
        make = functools.partial(_make_flat, env, env_kwargs, action_bins)
        workers = env_workers or (num_envs if asynchronous else 0)
        if workers and num_envs % workers:
            raise ValueError(
                "`env_workers` must divide `num_envs`, so that each steps as many "
                f"copies. Received: env_workers={workers}, num_envs={num_envs}"
            )
        self.envs: SerialEnvs | WorkerEnvs
        if workers:
            self.envs = WorkerEnvs([make] * num_envs, workers, action_mask)
        else:
            self.envs = SerialEnvs([make] * num_envs, action_mask)
        self._num_envs = num_envs
        self.bins = look.bins
        self.joints = joint_sizes(self.raw_action_space)
        self._action_spec = _action_spec(self.raw_action_space, self.joints)
        self.num_actions = int(np.max(self._action_spec.maximum)) + 1
        self.masks_actions = action_mask
        self._seed = seed
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
        return self._num_envs

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
            steps = self.envs.reset(self._seeds())
        except Exception as error:  # Whatever the code of others raises.
            doing = f"The environment {self._check.name} cannot be reset"
            raise EnvironmentFailure(doing, error) from error
        self._check.reset(steps.observation)
        self._seed = None
        return self._time_step(steps)

    def _step(self, action):
        action = raw_actions(self.raw_action_space, np.asarray(action))
        try:
            steps = self.envs.step(action)
        except Exception as error:  # Whatever the code of others raises.
            raise EnvironmentFailure(self._check.failure, error) from error
        first = steps.step_type == ts.StepType.FIRST
        self._check.step(steps.observation, steps.reward, first)
        return self._time_step(steps)

    def _seeds(self):
        if self._seed is None:
            return [None] * self._num_envs
        if isinstance(self._seed, numbers.Integral):
            return [int(self._seed) + i for i in range(self._num_envs)]
        return [int(seed) for seed in self._seed]

    def _time_step(self, steps):
        observation = steps.observation
        if self.masks_actions:
            observation = {"observation": observation, "action_mask": steps.mask}
        return ts.TimeStep(steps.step_type, steps.reward, steps.discount, observation)


def _make_flat(env, env_kwargs, action_bins):
    return spaces.flatten_env(make_env(env, env_kwargs, action_bins))


def _action_spec(space, joints):
    if joints is None:
        return array_spec.BoundedArraySpec((), np.int64, 0, int(space.n) - 1, "action")
    most = np.array(joints) - 1
    return array_spec.BoundedArraySpec(most.shape, np.int64, 0, most, "action")


def _bounded_spec(space):
    low, high = space.low, space.high
    if np.issubdtype(space.dtype, np.floating):  # TF-Agents samples between bounds.
        limits = np.finfo(space.dtype)
        low, high = np.maximum(low, limits.min), np.minimum(high, limits.max)
    return array_spec.BoundedArraySpec(
        space.shape, space.dtype, low, high, "observation"
    )
