"""Replay memory from which every transition is drawn alike often."""

import numpy as np
from tf_agents.trajectories import trajectory

from kerazoo.models.dqn.replay import Replay


class UniformReplay(Replay):
    """Ring of the newest steps of N environments, sampled uniformly.

    What it keeps and what a transition is, `Replay` says.

    Args:
        observation_spec: `ArraySpec` of one observation, or dict of `"observation"` and
            `"action_mask"`.
        capacity: Steps kept, over all environments.
        num_envs: Environments that add steps together.
        n_step: Steps of a transition, at most.
        discount: Gamma, in (0, 1].
        frame_stack: Frames K of an observation `(K, ...)`, to store each once; 1
            stores observations as they are.
        action_shape: Shape of one action.

    Raises:
        ValueError: If `capacity` cannot hold a transition of every environment, or
            observations are no stacks of `frame_stack`.

    Example:

    ```python
    environment = GymnasiumEnvironment("CartPole-v1", num_envs=2)
    replay = UniformReplay(environment.observation_spec(), 1_000, 2, n_step=3)
    time_step = environment.reset()
    for _ in range(10):
        action = np.zeros(2, np.int64)
        next_time_step = environment.step(action)
        replay.add(time_step, action, next_time_step)
        time_step = next_time_step
    replay.sample((4, 64), np.random.default_rng(0))  # Four batches of 64.
    ```
    """

    def sample(
        self, shape: tuple[int, ...], random: np.random.Generator
    ) -> trajectory.Transition:
        """Draws transitions uniformly from all complete ones.

        Args:
            shape: Of the draw, for example `(G, B)`.
            random: `numpy.random.Generator`.

        Returns:
            TF-Agents `Transition` of arrays `(*shape, ...)`: R in
            `next_time_step.reward`, D in `next_time_step.discount`.
        """
        start = self._starts(random.integers(0, self._num_starts(), shape))
        # The last observation of an episode starts no transition: draw again.
        while (void := self._is_last.take(start)).any():
            start[void] = self._starts(
                random.integers(0, self._num_starts(), void.sum())
            )
        return self._transitions(start)
