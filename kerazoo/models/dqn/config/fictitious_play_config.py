"""How an average policy comes out of best responses."""

import dataclasses
import math


@dataclasses.dataclass(frozen=True)
class FictitiousPlayConfig:
    """Mixture of the two policies, and how the average one is learnt.

    Args:
        anticipation: Probability that a player plays the best response in a hand, more
            than 0 and at most 1; else it plays the average policy.
        reservoir_capacity: Decisions of best responses kept, of all there ever were.
        policy_learning_rate: Step size of Adam for the average policy.

    Raises:
        ValueError: If a number is out of its range.

    Example:

    ```python
    from kerazoo.models.dqn.config import FictitiousPlayConfig

    FictitiousPlayConfig(anticipation=0.2).reservoir_capacity  # 2_000_000
    ```
    """

    anticipation: float = 0.1
    reservoir_capacity: int = 2_000_000
    policy_learning_rate: float = 1e-3

    def __post_init__(self):
        if not 0 < self.anticipation <= 1:
            raise ValueError(
                "`anticipation` must be more than 0, to have best responses to learn "
                f"from, and at most 1. Received: anticipation={self.anticipation:g}"
            )
        if self.reservoir_capacity < 1:
            raise ValueError(
                "`reservoir_capacity` must be positive. "
                f"Received: reservoir_capacity={self.reservoir_capacity}"
            )
        if not 0 <= self.policy_learning_rate < math.inf:
            raise ValueError(
                "`policy_learning_rate` must be at least 0, and finite. "
                f"Received: policy_learning_rate={self.policy_learning_rate:g}"
            )
