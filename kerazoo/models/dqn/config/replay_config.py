"""What is remembered."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class ReplayConfig:
    """Kind and size of the replay and of its transitions, see `UniformReplay`.

    Args:
        replay_capacity: Environment steps kept in the replay.
        n_step: Environment steps of a return before bootstrapping.
        replay: A key of `kerazoo.models.dqn.replays.REPLAYS`: `"uniform"` or
            `"prioritized"`, see `PrioritizedReplay`.
        priority_exponent: Alpha, how much more often a transition of a large error is
            drawn; 0 draws all alike often.
        importance_exponent: Beta at the beginning, how much of that the weights of the
            losses take back; it rises to 1, all of it, over the run.

    Raises:
        ValueError: If an exponent is out of its range.

    Example:

    ```python
    from kerazoo.models.dqn.config import ReplayConfig

    ReplayConfig(replay_capacity=100_000, n_step=1)
    ```
    """

    replay_capacity: int = 50_000
    n_step: int = 3
    replay: str = "uniform"
    priority_exponent: float = 0.6
    importance_exponent: float = 0.4

    def __post_init__(self):
        for name in ("priority_exponent", "importance_exponent"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise ValueError(
                    f"`{name}` must be from 0 to 1. Received: {name}={value:g}"
                )

    def exponents(self) -> dict[str, float]:
        """Returns the arguments that only a prioritised replay takes."""
        if self.replay != "prioritized":
            return {}
        return {
            "priority_exponent": self.priority_exponent,
            "importance_exponent": self.importance_exponent,
        }
