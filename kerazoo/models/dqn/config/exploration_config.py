"""How often an action is random."""

import dataclasses
import typing

from kerazoo.models.dqn.exploration import linear_epsilon


@dataclasses.dataclass(frozen=True)
class ExplorationConfig:
    """Probability of a random action over the environment steps.

    Args:
        epsilon_start: First probability of a random action.
        epsilon_end: Last probability of a random action.
        epsilon_decay_steps: Environment steps from the first to the last.

    Example:

    ```python
    from kerazoo.models.dqn.config import ExplorationConfig

    ExplorationConfig(epsilon_end=0.1).make()(1_000_000)  # 0.1
    ```
    """

    epsilon_start: float = 1.0
    epsilon_end: float = 0.04
    epsilon_decay_steps: int = 5_000

    def make(self) -> typing.Callable[[int], float]:
        """Returns the function of the environment steps taken so far."""
        return linear_epsilon(
            self.epsilon_start, self.epsilon_end, self.epsilon_decay_steps
        )
