"""What is remembered."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class ReplayConfig:
    """Size of the replay and of its transitions, see `UniformReplay`.

    Args:
        replay_capacity: Environment steps kept in the replay.
        n_step: Environment steps of a return before bootstrapping.

    Example:

    ```python
    from kerazoo.models.dqn.config import ReplayConfig

    ReplayConfig(replay_capacity=100_000, n_step=1)
    ```
    """

    replay_capacity: int = 50_000
    n_step: int = 3
