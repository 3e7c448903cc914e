"""Sizes of houses that are made at random."""

import dataclasses

from kerazoo.models.dqn.text_games.house_words import DIRECTIONS
from kerazoo.models.dqn.text_games.house_words import FOODS
from kerazoo.models.dqn.text_games.house_words import ROOMS

MOST_CONTAINERS = 2  # Of a room.
MOST_KEYS = 3  # Of a house.


@dataclasses.dataclass(frozen=True)
class HouseConfig:
    """Sizes of the houses of `TextHouse`.

    Args:
        min_rooms, max_rooms: Rooms of a house, at most 12.
        wanted_foods: Foods to be brought to the table of the first room.
        other_foods: Foods that are of no use.

    Raises:
        ValueError: If a number is out of its range.

    Example:

    ```python
    from kerazoo.models.dqn.config import HouseConfig

    HouseConfig(min_rooms=3, max_rooms=6, wanted_foods=2).max_commands  # 17
    ```
    """

    min_rooms: int = 3
    max_rooms: int = 5
    wanted_foods: int = 1
    other_foods: int = 2

    def __post_init__(self):
        if not 2 <= self.min_rooms <= self.max_rooms <= len(ROOMS):
            raise ValueError(
                "`min_rooms` must be at least 2 and at most `max_rooms`, which is at "
                f"most {len(ROOMS)}. Received: min_rooms={self.min_rooms}, "
                f"max_rooms={self.max_rooms}"
            )
        enough = self.wanted_foods >= 1 and self.other_foods >= 0
        if not enough or self.num_foods > len(FOODS):
            raise ValueError(
                "`wanted_foods` must be at least 1, `other_foods` at least 0, and both "
                f"together at most {len(FOODS)}. Received: "
                f"wanted_foods={self.wanted_foods}, other_foods={self.other_foods}"
            )

    @property
    def num_foods(self) -> int:
        """Foods of a house, wanted or not."""
        return self.wanted_foods + self.other_foods

    @property
    def max_commands(self) -> int:
        """Most commands that are ever offered."""
        # A doorway and a container offer one each, a key as well: it lies there or is
        # held. Held food may be dropped, and put on the table.
        places = len(DIRECTIONS) + MOST_CONTAINERS
        return places + min(self.max_rooms - 1, MOST_KEYS) + 2 * self.num_foods
