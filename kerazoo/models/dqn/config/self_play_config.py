"""How a network plays against itself."""

import dataclasses
import math


@dataclasses.dataclass(frozen=True)
class SelfPlayConfig:
    """Opponents, openings and symmetries of self-play, see `SelfPlay`.

    Args:
        opponent_share: Share of the boards on which an earlier self has one side.
        pool_size: Earlier selves that are kept.
        pool_every: Gradient steps from one that is kept to the next.
        opening_moves: Random moves at the beginning of a game, at most.
        exploration_temperature: Of the softmax of the values from which exploring moves
            are drawn; 0 draws any move.
        symmetries: Turns and mirrors boards that are learnt from, where that changes
            nothing in the game.

    Raises:
        ValueError: If a number is out of its range.

    Example:

    ```python
    from kerazoo.models.dqn.config import SelfPlayConfig

    SelfPlayConfig(opponent_share=0.5).pool_size  # 8
    ```
    """

    opponent_share: float = 0.25
    pool_size: int = 8
    pool_every: int = 1_000
    opening_moves: int = 0
    exploration_temperature: float = 0.0
    symmetries: bool = True

    def __post_init__(self):
        if not 0 <= self.opponent_share <= 1:
            raise ValueError(
                "`opponent_share` must be from 0 to 1. "
                f"Received: opponent_share={self.opponent_share:g}"
            )
        for name in ("pool_size", "pool_every"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"`{name}` must be at least 1. "
                    f"Received: {name}={getattr(self, name)}"
                )
        for name in ("opening_moves", "exploration_temperature"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(
                    f"`{name}` must be at least 0, and finite. "
                    f"Received: {name}={getattr(self, name)}"
                )
