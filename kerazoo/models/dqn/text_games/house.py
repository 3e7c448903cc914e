"""Houses made at random: rooms, doors, keys, containers, food, and what is wanted."""

import collections
import dataclasses

import numpy as np

from kerazoo.models.dqn.config.house_config import MOST_CONTAINERS
from kerazoo.models.dqn.config.house_config import MOST_KEYS
from kerazoo.models.dqn.config.house_config import HouseConfig
from kerazoo.models.dqn.text_games.house_words import COLOURS
from kerazoo.models.dqn.text_games.house_words import CONTAINERS
from kerazoo.models.dqn.text_games.house_words import DIRECTIONS
from kerazoo.models.dqn.text_games.house_words import FLOOR
from kerazoo.models.dqn.text_games.house_words import FOODS
from kerazoo.models.dqn.text_games.house_words import MATERIALS
from kerazoo.models.dqn.text_games.house_words import OPPOSITE
from kerazoo.models.dqn.text_games.house_words import ROOMS

_LOCKED_SHARE, _SHUT_SHARE = 0.35, 0.25  # Of the doorways.
_HIDDEN_SHARE = 0.5  # Of the things: in a container, where the room has one.


@dataclasses.dataclass(frozen=True)
class Door:
    """A door between two rooms.

    Args:
        name: Such as `"red door"`.
        key: What unlocks it, or None where it is only shut.
    """

    name: str
    key: str | None


@dataclasses.dataclass(frozen=True)
class House:
    """A house as a game begins in it; room 0 is the first, and has the table.

    Its rooms form a tree: there is one way from each to each. The key of a door lies in
    a room that is reached without it, so that all of the house can be reached.

    Args:
        rooms: Name of each room.
        exits: Of each room, dict of a direction to the number of the next.
        doors: dict of a pair of numbers of rooms, the smaller first, to its `Door`.
        containers: Of each room, the names of its containers, all closed at first.
        places: dict of a thing to its room and its container, or `FLOOR`.
        wanted: Foods to be brought to the table.
    """

    rooms: tuple[str, ...]
    exits: tuple[dict[str, int], ...]
    doors: dict[tuple[int, int], Door]
    containers: tuple[tuple[str, ...], ...]
    places: dict[str, tuple[int, str]]
    wanted: tuple[str, ...]

    def door(self, room: int, direction: str) -> Door | None:
        """Returns the door of a doorway, None where there is none."""
        other = self.exits[room][direction]
        return self.doors.get((min(room, other), max(room, other)))


def make_house(random: np.random.Generator, config: HouseConfig) -> House:
    """Makes a house at random.

    Args:
        random: Where all its randomness comes from.
        config: Its sizes.

    Example:

    ```python
    from kerazoo.models.dqn.config import HouseConfig

    house = make_house(np.random.default_rng(0), HouseConfig())
    house.rooms  # ("parlour", "garage", "attic", ...)
    ```
    """
    count = int(random.integers(config.min_rooms, config.max_rooms + 1))
    rooms = _draw(random, ROOMS, count)
    exits, parents = _plan(random, count)
    colours = iter(_draw(random, COLOURS, MOST_KEYS))
    materials = iter(_draw(random, MATERIALS, len(MATERIALS)))
    locked, shut = _LOCKED_SHARE, _LOCKED_SHARE + _SHUT_SHARE
    doors: dict[tuple[int, int], Door] = {}
    places: dict[str, tuple[int, str]] = {}
    containers = tuple(
        _draw(random, CONTAINERS, int(random.integers(MOST_CONTAINERS + 1)))
        for _ in range(count)
    )

    def place(thing, room):
        hides = containers[room] and random.random() < _HIDDEN_SHARE
        spot = str(random.choice(containers[room])) if hides else FLOOR
        places[thing] = room, spot

    for room in range(1, count):
        kind, between = random.random(), (parents[room], room)
        if kind < locked and len(places) < MOST_KEYS:
            colour = next(colours)
            doors[between] = Door(f"{colour} door", f"{colour} key")
            # By induction every room of a smaller number can be reached.
            place(f"{colour} key", int(random.integers(room)))
        elif locked <= kind < shut and (material := next(materials, None)):
            doors[between] = Door(f"{material} door", None)
    foods = _draw(random, FOODS, config.num_foods)
    for food in foods[: config.wanted_foods]:
        place(food, int(random.integers(1, count)))  # There is a way to go.
    for food in foods[config.wanted_foods :]:
        place(food, int(random.integers(count)))
    wanted = foods[: config.wanted_foods]
    return House(rooms, exits, doors, containers, places, wanted)


def _draw(random, names, count):
    return tuple(str(name) for name in random.permutation(names)[:count])


def _plan(random, count):
    """Returns the exits of rooms on a grid, and of each room the one it hangs on."""
    spots, parents = [(0, 0)], [0]
    exits: list[dict[str, int]] = [{}]
    while len(spots) < count:
        parent = int(random.integers(len(spots)))
        direction = str(random.choice(list(DIRECTIONS)))
        x, y = spots[parent]
        dx, dy = DIRECTIONS[direction]
        spot = x + dx, y + dy
        if spot in spots:
            continue
        room = len(spots)
        spots.append(spot)
        parents.append(parent)
        exits[parent][direction] = room
        exits.append({OPPOSITE[direction]: parent})
    return tuple(exits), parents


def first_steps(house: House) -> list[dict[int, str]]:
    """Returns of each room the direction of the first step to each other one."""
    found = []
    for start in range(len(house.rooms)):
        steps: dict[int, str] = {}
        queue = collections.deque((to, way) for way, to in house.exits[start].items())
        while queue:
            room, way = queue.popleft()
            if room == start or room in steps:
                continue
            steps[room] = way
            queue.extend((to, way) for to in house.exits[room].values())
        found.append(steps)
    return found
