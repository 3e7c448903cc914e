"""Copies of a gymnasium environment, stepped one after another in this process."""

import typing

import gymnasium
import numpy as np

FIRST, MID, LAST = range(3)  # As TF-Agents' `StepType` has them.


class Steps(typing.NamedTuple):
    """One step of N copies of an environment.

    Attributes:
        step_type: int32 `(N,)`. `FIRST`, `MID` or `LAST`.
        reward: float32 `(N,)`.
        discount: float32 `(N,)`. 0 where the episode terminated, else 1.
        observation: array `(N, ...)`, not used again.
        mask: bool `(N, A)`, the valid actions, or None.
    """

    step_type: np.ndarray
    reward: np.ndarray
    discount: np.ndarray
    observation: np.ndarray
    mask: np.ndarray | None = None


class SerialEnvs:
    """Steps copies of an environment in a loop.

    The step after an episode's last resets that copy and ignores its action, as in
    gymnasium's `NEXT_STEP` autoreset. Less is done around the environments' own steps
    than in a `gymnasium.vector.SyncVectorEnv`, which tells where these take
    microseconds.

    Args:
        makers: Functions that return a `gymnasium.Env` of `Box` observations, one for
            each of N copies.
        action_mask: Whether valid actions are in `info["action_mask"]`; the last step
            of an episode may have none, then all are.

    Attributes:
        envs: list of the copies.
        single_observation_space: Space of one observation.

    Example:

    ```python
    import gymnasium

    envs = SerialEnvs([lambda: gymnasium.make("CartPole-v1")] * 2)
    envs.reset([0, 1]).observation.shape  # (2, 4)
    envs.step(np.zeros(2, np.int64)).reward  # [1.0, 1.0]
    ```
    """

    def __init__(
        self,
        makers: typing.Sequence[typing.Callable[[], gymnasium.Env]],
        action_mask: bool = False,
    ):
        self.envs = [make() for make in makers]
        self.single_observation_space = typing.cast(
            gymnasium.spaces.Box, self.envs[0].observation_space
        )
        self._masks = action_mask
        if action_mask:
            actions = typing.cast(gymnasium.spaces.Discrete, self.envs[0].action_space)
            self._every_action = np.ones(int(actions.n), bool)
        self._done = [False] * len(makers)
        count, space = len(makers), self.single_observation_space
        # Copying these is quicker than to fill new ones, a tenth of CartPole's step.
        self._mid = np.full(count, MID, np.int32)
        self._no_reward = np.zeros(count, np.float32)
        self._ones = np.ones(count, np.float32)
        self._shape, self._dtype = (count, *space.shape), space.dtype

    def reset(self, seeds: typing.Sequence[int | None]) -> Steps:
        """Begins an episode of every copy, each of a seed or of its own randomness."""
        steps = self._empty()
        infos = []
        for i, (env, seed) in enumerate(zip(self.envs, seeds, strict=True)):
            steps.observation[i], info = env.reset(seed=seed)
            infos.append(info)
        steps.step_type[:] = FIRST
        self._done = [False] * len(self.envs)
        return self._with_masks(steps, infos)

    def step(self, actions: np.ndarray) -> Steps:
        """Takes a step of every copy.

        Args:
            actions: array `(N, ...)`, as the environment numbers them.
        """
        steps = self._empty()
        step_type, reward, discount, observations, _ = steps
        infos = []
        done = self._done
        for i, env in enumerate(self.envs):
            if done[i]:
                observations[i], info = env.reset()
                step_type[i] = FIRST
                done[i] = False
            else:
                observations[i], reward[i], terminated, truncated, info = env.step(
                    actions[i]
                )
                if terminated or truncated:
                    step_type[i] = LAST
                    done[i] = True
                    discount[i] = not terminated
            infos.append(info)
        return self._with_masks(steps, infos)

    def render(self) -> list[typing.Any]:
        """Returns the picture of every copy."""
        return [env.render() for env in self.envs]

    def close(self) -> None:
        for env in self.envs:
            env.close()

    def _empty(self):
        return Steps(
            self._mid.copy(),
            self._no_reward.copy(),
            self._ones.copy(),
            np.empty(self._shape, self._dtype),
        )

    def _with_masks(self, steps, infos):
        if not self._masks:
            return steps
        # After the last step some environments say of no action that it is valid.
        masks = [
            info.get("action_mask", self._every_action)
            if kind == LAST
            else info["action_mask"]
            for kind, info in zip(steps.step_type, infos, strict=True)
        ]
        return steps._replace(mask=np.array(masks, bool))
