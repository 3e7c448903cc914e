"""Copies of a gymnasium environment, stepped by several processes at once."""

import contextlib
import functools
import os
import signal
import typing

import gymnasium
import numpy as np
from gymnasium import vector

from kerazoo.models.dqn.foreign_errors import DescribedError
from kerazoo.models.dqn.foreign_errors import describe_error
from kerazoo.models.dqn.serial_envs import SerialEnvs
from kerazoo.models.dqn.serial_envs import Steps

_SECONDS_TO_CLOSE = 10


class WorkerEnvs:
    """Steps copies of an environment in processes of `gymnasium.vector.AsyncVectorEnv`.

    Each process steps an equal share of the copies, one after another, and writes its
    observations into shared memory. What an environment raises there is raised here;
    so it is where a process ends without a word.

    Args:
        makers: Functions that return a `gymnasium.Env` of `Box` observations, one for
            each of N copies.
        num_workers: Number of processes W, which divides N.
        action_mask: Whether valid actions are in `info["action_mask"]`.

    Attributes:
        single_observation_space: Space of one observation.
        processes: list of the processes.

    Raises:
        ValueError: If the copies cannot be shared out evenly.

    Example:

    ```python
    import gymnasium

    envs = WorkerEnvs([lambda: gymnasium.make("CartPole-v1")] * 4, num_workers=2)
    envs.reset([0, 1, 2, 3]).observation.shape  # (4, 4)
    envs.step(np.zeros(4, np.int64)).reward  # [1.0, 1.0, 1.0, 1.0]
    envs.close()
    ```
    """

    def __init__(
        self,
        makers: typing.Sequence[typing.Callable[[], gymnasium.Env]],
        num_workers: int,
        action_mask: bool = False,
    ):
        if not 1 <= num_workers <= len(makers) or len(makers) % num_workers:
            raise ValueError(
                "`num_workers` must divide the number of copies, so that each process "
                f"steps as many. Received: num_workers={num_workers}, "
                f"num_envs={len(makers)}"
            )
        share = len(makers) // num_workers
        self._shape = num_workers, share
        make = functools.partial(_Group, action_mask=action_mask, parent=os.getpid())
        groups = [makers[i : i + share] for i in range(0, len(makers), share)]
        try:
            self._envs = vector.AsyncVectorEnv(
                [functools.partial(make, group) for group in groups],
                autoreset_mode=vector.AutoresetMode.DISABLED,
            )
        except (EOFError, ConnectionError) as error:
            raise ValueError(
                "A process of the environment ended while it was made there. "
                f"Received: num_workers={num_workers}"
            ) from error
        self.processes = self._envs.processes
        space = typing.cast(gymnasium.spaces.Box, self._envs.single_observation_space)
        low, high = space.low[0], space.high[0]
        self.single_observation_space = gymnasium.spaces.Box(low, high, dtype=low.dtype)
        self._is_waiting = False

    def reset(self, seeds: typing.Sequence[int | None]) -> Steps:
        """Begins an episode of every copy, each of a seed or of its own randomness."""
        workers, share = self._shape
        shares: typing.Any = [
            list(seeds[i * share : (i + 1) * share]) for i in range(workers)
        ]
        with self._answered():
            observation, info = self._envs.reset(seed=shares)
        return self._steps(observation, info)

    def step(self, actions: np.ndarray) -> Steps:
        """Takes a step of every copy.

        Args:
            actions: array `(N, ...)`, as the environment numbers them.
        """
        with self._answered():
            observation, *_, info = self._envs.step(
                np.reshape(actions, (*self._shape, *np.shape(actions)[1:]))
            )
        return self._steps(observation, info)

    def render(self) -> list[typing.Any]:
        """Returns the picture of every copy."""
        with self._answered():
            pictures = self._envs.call("render")
        return [picture for group in pictures for picture in group]

    def close(self) -> None:
        """Closes the environments and ends the processes, by force if they are busy."""
        if self._envs.closed:
            return
        if not self._is_waiting:
            with contextlib.suppress(EOFError, OSError):
                self._envs.close(timeout=_SECONDS_TO_CLOSE)
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.join()
        self._envs.closed = True

    @contextlib.contextmanager
    def _answered(self):
        """Notes that answers are awaited, and says which process gives none."""
        self._is_waiting = True
        try:
            yield
        except (EOFError, ConnectionError) as error:
            raise DescribedError(self._ended()) from error
        self._is_waiting = False

    def _ended(self):
        for number, process in enumerate(self.processes):
            process.join(timeout=0.1)
            if process.exitcode is not None:
                how = f"exit code {process.exitcode}"
                if process.exitcode < 0:
                    how = f"signal {signal.Signals(-process.exitcode).name}"
                return (
                    f"process {number} of its {len(self.processes)} ended by {how}; "
                    "of SIGKILL a lack of memory is the usual cause"
                )
        return "one of its processes answers no more"

    def _steps(self, observation, info):
        failures = [failure for failure in info.get("failure", ()) if failure]
        if failures:
            raise DescribedError(failures[0])
        columns = (info[name] for name in ("step_type", "reward", "discount"))
        found = [*columns, observation]
        if "mask" in info:
            found.append(info["mask"])
        return Steps(*(_join(array) for array in found))


class _Group(gymnasium.Env):
    """The copies of one process, as one environment of arrays of all of them."""

    def __init__(self, makers, action_mask, parent):
        if os.getpid() != parent:  # Which makes the first, too, and closes it.
            # The parent alone is to hear that it shall stop; it ends the others.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self._envs = SerialEnvs(makers, action_mask)
        first, count = self._envs.envs[0], len(makers)
        batch_space = vector.utils.batch_space
        self.action_space = batch_space(first.action_space, count)
        self.observation_space = batch_space(first.observation_space, count)
        self.metadata, self.render_mode = first.metadata, first.render_mode

    def reset(self, seed=None, options=None):
        return self._attempt(lambda: self._envs.reset(seed))

    def step(self, action):
        observation, info = self._attempt(lambda: self._envs.step(action))
        return observation, 0.0, False, False, info

    def render(self):
        return self._envs.render()

    def close(self):
        self._envs.close()

    def _attempt(self, act):
        try:
            steps = act()
        except Exception as error:  # Whatever the code of others raises.
            space = self.observation_space
            nothing = np.zeros(space.shape, space.dtype)
            return nothing, {"failure": describe_error(error)}
        info = {
            "step_type": steps.step_type,
            "reward": steps.reward,
            "discount": steps.discount,
        }
        if steps.mask is not None:
            info["mask"] = steps.mask
        return steps.observation, info


def _join(array):
    """Joins the arrays `(W, N / W, ...)` of all processes."""
    return array.reshape(-1, *array.shape[2:])
