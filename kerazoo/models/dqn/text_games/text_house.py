"""A small game of text: find food in a house, and bring it to the table."""

import string
import typing

import gymnasium
import numpy as np

from kerazoo.models.dqn.config.house_config import HouseConfig
from kerazoo.models.dqn.text_games.house import House
from kerazoo.models.dqn.text_games.house import first_steps
from kerazoo.models.dqn.text_games.house import make_house
from kerazoo.models.dqn.text_games.house_words import COLOURS
from kerazoo.models.dqn.text_games.house_words import CONTAINERS
from kerazoo.models.dqn.text_games.house_words import DIRECTIONS
from kerazoo.models.dqn.text_games.house_words import FLOOR
from kerazoo.models.dqn.text_games.house_words import FOODS
from kerazoo.models.dqn.text_games.house_words import MATERIALS
from kerazoo.models.dqn.text_games.house_words import ROOMS

SPLITS = ("train", "validation", "test")
_PHRASES = (
    "you are in the . the table is here . the holds . is empty . the is closed . "
    "on the floor . is new . has more to do , the . is done , the . is shut , the "
    "door . is locked , the door . home is . you seek the . you bring the . you carry "
    "the key . nothing to seek . go open close unlock take drop put on table"
)


class TextHouse(gymnasium.Env):
    """A house to search: rooms, doors, keys, containers, and food that is wanted.

    Each episode is in another house, which its seed makes. What is wanted is to be
    brought to the table of the room where the game begins; taking it gives half of its
    share of a return of 1, which dropping it takes back, and putting it on the table
    the other half. The text says all that a player would have noted down: where there
    is more to do and where not, the way home, what is sought. So no memory is needed to
    play well.

    `reset` and `step` return the text, and `info` with `"commands"`, the list of all
    commands that the game takes now, and `"won"`. A step takes one of them.

    Args:
        config: `HouseConfig`, the sizes of the houses.
        split: `"train"`, `"validation"` or `"test"`: no seed makes the same house in
            two of them.
        max_steps: Commands of an episode before it is truncated.

    Attributes:
        house: `House` of this episode.
        max_commands: int. Most commands that are ever offered.
        words: tuple of all words of the game.

    Example:

    ```python
    from kerazoo.models.dqn.text_games import TextHouse

    game = TextHouse()
    text, info = game.reset(seed=0)
    text, reward, terminated, truncated, info = game.step(info["commands"][0])
    ```
    """

    words: typing.ClassVar[tuple[str, ...]] = tuple(
        sorted(
            {
                *_PHRASES.split(),
                *(*ROOMS, *COLOURS, *MATERIALS, *CONTAINERS, *FOODS, *DIRECTIONS),
            }
        )
    )
    observation_space = gymnasium.spaces.Text(10_000, charset=string.printable)
    action_space = gymnasium.spaces.Text(100, charset=string.printable)

    def __init__(
        self,
        config: HouseConfig | None = None,
        split: str = "train",
        max_steps: int = 50,
    ):
        if split not in SPLITS:
            raise ValueError(
                f"`split` must be one of {', '.join(SPLITS)}. Received: split={split}"
            )
        self.config = config or HouseConfig()
        self.split = split
        self.max_steps = max_steps
        self.max_commands = self.config.max_commands
        self._random: np.random.Generator | None = None

    def reset(
        self,
        *,
        seed: int | None = None,
        options: dict[str, typing.Any] | None = None,
    ) -> tuple[str, dict[str, typing.Any]]:
        """Begins an episode: in the house of `seed`, or in the next one."""
        if seed is not None or self._random is None:
            entropy = None if seed is None else [SPLITS.index(self.split), seed]
            self._random = np.random.default_rng(entropy)
        return self.enter(make_house(self._random, self.config))

    def enter(self, house: House) -> tuple[str, dict[str, typing.Any]]:
        """Begins an episode in a house."""
        self.house = house
        self._first_steps = first_steps(house)
        self._room = 0
        self._places = dict(house.places)  # Things that lie somewhere.
        self._held: list[str] = []
        self._brought: set[str] = set()
        self._seen = {0}
        self._open: set[typing.Any] = set()  # Doors' names; rooms with containers.
        self._steps = 0
        return self._observe()

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, typing.Any]]:
        """Takes one of the commands that are offered.

        Raises:
            ValueError: If it is none of them.
        """
        act = self._commands.get(action)
        if act is None:
            offered = ", ".join(self._commands)
            raise ValueError(
                f"The command must be one of: {offered}. Received: {action}"
            )
        score = self._score()
        act()
        reward = self._score() - score
        self._steps += 1
        text, info = self._observe()
        truncated = self._steps >= self.max_steps and not info["won"]
        return text, reward, info["won"], truncated, info

    def _observe(self):
        self._commands = self._offer()
        won = len(self._brought) == len(self.house.wanted)
        return self._describe(), {"commands": list(self._commands), "won": won}

    def _offer(self):
        """Returns a dict of every command to the function that it calls."""
        room, commands = self._room, {}
        for way, other in self.house.exits[room].items():
            door = self.house.door(room, way)
            if door is None or door.name in self._open:
                commands[f"go {way}"] = lambda other=other: self._go(other)
            elif door.key is None or door.key in self._held:
                verb = "open" if door.key is None else "unlock"
                commands[f"{verb} {door.name}"] = lambda d=door: self._open_up(d.name)
        for container in self.house.containers[room]:
            spot = room, container
            if spot in self._open:
                commands[f"close {container}"] = lambda spot=spot: self._close(spot)
            else:
                commands[f"open {container}"] = lambda spot=spot: self._open_up(spot)
        for thing, (place, spot) in self._places.items():
            if place == room and self._is_in_sight(place, spot):
                commands[f"take {thing}"] = lambda thing=thing: self._take(thing)
        for thing in self._held:
            commands[f"drop {thing}"] = lambda thing=thing: self._drop(thing)
            if room == 0 and not thing.endswith("key"):
                commands[f"put {thing} on table"] = lambda thing=thing: self._put(thing)
        return commands

    def _go(self, room):
        self._room = room
        self._seen.add(room)

    def _open_up(self, what):
        self._open.add(what)

    def _close(self, what):
        self._open.remove(what)

    def _drop(self, thing):
        self._held.remove(thing)
        self._places[thing] = self._room, FLOOR

    def _take(self, thing):
        del self._places[thing]
        self._held.append(thing)

    def _put(self, thing):
        self._held.remove(thing)
        if thing in self.house.wanted:
            self._brought.add(thing)

    def _score(self):
        """Returns what has been reached of a return of 1."""
        wanted = self.house.wanted
        held = sum(food in self._held for food in wanted)
        return (held + 2 * len(self._brought)) / (2 * len(wanted))

    def _is_in_sight(self, room, spot):
        return spot == FLOOR or (room, spot) in self._open

    def _describe(self):
        house, room = self.house, self._room
        found = [f"you are in the {house.rooms[room]} ."]
        if room == 0:
            found.append("the table is here .")
        for container in house.containers[room]:
            if (room, container) in self._open:
                things = self._things(room, container)
                held = f"holds {_listed(things)}" if things else "is empty"
                found.append(f"the {container} {held} .")
            else:
                found.append(f"the {container} is closed .")
        if things := self._things(room, FLOOR):
            found.append(f"on the floor {_listed(things)} .")
        found += [self._doorway(way) for way in house.exits[room]]
        if room:
            found.append(f"home is {self._first_steps[room][0]} .")
        sought = self._sought()
        brings = [food for food in house.wanted if food in self._held]
        carries = [thing for thing in self._held if thing not in house.wanted]
        found.append(f"you seek {_listed(sought)} ." if sought else "nothing to seek .")
        found += [f"you bring {_listed(brings)} ."] * bool(brings)
        found += [f"you carry {_listed(carries)} ."] * bool(carries)
        return " ".join(found)

    def _things(self, room, spot):
        return [thing for thing, place in self._places.items() if place == (room, spot)]

    def _sought(self):
        has = self._brought.union(self._held)
        return [food for food in self.house.wanted if food not in has]

    def _doorway(self, way):
        room, other = self._room, self.house.exits[self._room][way]
        door = self.house.door(room, way)
        if door is not None and door.name not in self._open:
            return f"{way} is {'locked' if door.key else 'shut'} , the {door.name} ."
        if other not in self._seen:
            return f"{way} is new ."
        says = "has more to do" if self._has_more(other, room) else "is done"
        return f"{way} {says} , the {self.house.rooms[other]} ."

    def _has_more(self, room, before):
        """Whether something that was seen beyond a doorway is left to be done."""
        if any((room, c) not in self._open for c in self.house.containers[room]):
            return True
        useful = {door.key for door in self.house.doors.values() if door.key}
        useful.update(self._sought())
        if any(
            thing in useful and place[0] == room and self._is_in_sight(*place)
            for thing, place in self._places.items()
        ):
            return True
        for way, other in self.house.exits[room].items():
            if other == before:
                continue
            door = self.house.door(room, way)
            if door is not None and door.name not in self._open:
                if door.key is None or door.key in self._held:
                    return True
            elif other not in self._seen or self._has_more(other, room):
                return True
        return False


def _listed(things):
    return " , ".join(f"the {thing}" for thing in things)
