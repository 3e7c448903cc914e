"""Ways to play `TextHouse` that are not learnt: by rules, and the shortest."""

import re
import typing
from collections.abc import Sequence

from kerazoo.models.dqn.text_games.house import House
from kerazoo.models.dqn.text_games.house_words import FLOOR


def play_by_rules(text: str, commands: Sequence[str]) -> str:
    """Returns the command that hand-written rules choose from what the text says.

    Args:
        text: What `TextHouse` says.
        commands: What it offers.

    Example:

    ```python
    from kerazoo.models.dqn.text_games import TextHouse, play_by_rules

    text, info = TextHouse().reset(seed=0)
    play_by_rules(text, info["commands"])
    ```
    """
    sought = _foods_after("you seek", text)
    brought = _foods_after("you bring", text)
    for food in brought:
        if f"put {food} on table" in commands:
            return f"put {food} on table"
    for food in sought:
        if f"take {food}" in commands:
            return f"take {food}"
    if sought:
        for verb in ("take .* key", "unlock", "open"):
            for command in commands:
                if re.match(verb, command):
                    return command
        for note in ("is new", "has more to do"):
            if way := re.search(rf"(\w+) {note}", text):
                return f"go {way[1]}"
    if way := re.search(r"home is (\w+)", text):
        return f"go {way[1]}"
    return commands[0]


def _foods_after(beginning, text):
    found = re.search(rf"{beginning} the ([^.]*) \.", text)
    return found[1].split(" , the ") if found else []


def shortest_plan(house: House) -> list[str]:
    """Returns the fewest commands that win, of who knows the whole house.

    Searches breadth first through all that can be done.

    Args:
        house: A house as a game begins in it.

    Raises:
        ValueError: If there is no way to win.

    Example:

    ```python
    from kerazoo.models.dqn.text_games import TextHouse, shortest_plan

    game = TextHouse()
    game.reset(seed=0)
    shortest_plan(game.house)  # ["go north", "open chest", "take apple", ...]
    ```
    """
    wanted = frozenset(house.wanted)
    start = _State(0, frozenset(), frozenset(), frozenset())
    came: dict[_State, tuple[_State, str] | None] = {start: None}
    queue = [start]
    for state in queue:
        if state.brought == wanted:
            plan = []
            while (step := came[state]) is not None:
                state, command = step
                plan.append(command)
            return plan[::-1]
        for command, following in _moves(house, state, wanted):
            if following not in came:
                came[following] = state, command
                queue.append(following)
    raise ValueError(f"This house cannot be won. Received: house={house}")


class _State(typing.NamedTuple):
    room: int
    held: frozenset[str]
    opened: frozenset[typing.Any]
    brought: frozenset[str]


def _moves(house, state, wanted):
    """Gives each command that is of use, and the state after it."""
    room, held, opened, brought = state
    for way, other in house.exits[room].items():
        door = house.door(room, way)
        if door is None or door.name in opened:
            yield f"go {way}", state._replace(room=other)
        elif door.key is None or door.key in held:
            verb = "open" if door.key is None else "unlock"
            after = state._replace(opened=opened | {door.name})
            yield f"{verb} {door.name}", after
    for thing, (place, spot) in house.places.items():
        useful = thing in wanted or thing.endswith("key")
        if place != room or not useful or thing in held | brought:
            continue
        if spot == FLOOR or (room, spot) in opened:
            yield f"take {thing}", state._replace(held=held | {thing})
        else:
            after = state._replace(opened=opened | {(room, spot)})
            yield f"open {spot}", after
    if room == 0:
        for food in held & wanted:
            after = state._replace(held=held - {food}, brought=brought | {food})
            yield f"put {food} on table", after
