"""Whether what an environment gives can be learnt from."""

import math

import numpy as np


class StepCheck:
    """Counts the steps of copies of an environment, and refuses what is not finite.

    Args:
        name: Name of the environment, for errors.
        num_envs: Number of copies N.

    Example:

    ```python
    check = StepCheck("CartPole-v1", num_envs=1)
    check.reset(np.zeros((1, 4)))
    try:
        check.step(np.zeros((1, 4)), np.array([np.nan]), first=np.array([False]))
    except FloatingPointError as error:
        print(error)  # ... gave a reward of nan at step 1 of episode 1. ...
    ```
    """

    def __init__(self, name: str, num_envs: int):
        self.name = name
        self._time = 0
        self._began = np.zeros(num_envs, int)  # Time of the newest reset.
        self._episodes = np.zeros(num_envs, int)

    @property
    def failure(self) -> str:
        """What an error of the next step is introduced by."""
        step = self._time + 1 - self._began.min()
        return f"The environment {self.name} failed at step {step} of an episode"

    def reset(self, observation: np.ndarray) -> None:
        """Begins an episode of every copy.

        Args:
            observation: Array `(N, ...)`.

        Raises:
            FloatingPointError: If an observation is not finite.
        """
        self._began[:] = self._time
        self._episodes += 1
        self._check_observation(observation)

    def step(
        self, observation: np.ndarray, reward: np.ndarray, first: np.ndarray
    ) -> None:
        """Counts a step of every copy.

        Args:
            observation: Array `(N, ...)`.
            reward: float `(N,)`.
            first: bool `(N,)`. Whether a copy was reset instead.

        Raises:
            FloatingPointError: If a reward or an observation is not finite.
        """
        self._time += 1
        if np.count_nonzero(first):
            self._began[first] = self._time
            self._episodes += first
        if not _is_finite(reward):
            copy = int(np.isfinite(reward).argmin())
            raise FloatingPointError(
                f"The environment {self.name} gave a reward of {reward[copy]} at "
                f"{self._place(copy)}. Rewards must be finite: mend the environment."
            )
        self._check_observation(observation)

    def _check_observation(self, observation):
        if observation.dtype.kind != "f" or _is_finite(observation):
            return
        copy, *index = np.argwhere(~np.isfinite(observation))[0]
        value = observation[copy, *index]
        place = ", ".join(map(str, index))
        raise FloatingPointError(
            f"The environment {self.name} gave an observation with {value} at index "
            f"{place}, at {self._place(copy)}. Observations must be finite: mend the "
            "environment."
        )

    def _place(self, copy):
        step = self._time - self._began[copy]
        place = f"step {step} of episode {self._episodes[copy]}"
        return place if len(self._began) == 1 else f"{place} of copy {copy}"


def _is_finite(values):
    flat = values.reshape(-1)
    # The squares of finite numbers are finite, but for huge ones, and quickly summed.
    return math.isfinite(flat.dot(flat)) or bool(np.isfinite(flat).all())
