"""From the name of a game of text to the game."""

import importlib
import pathlib

import gymnasium

from kerazoo.models.dqn.config.house_config import HouseConfig
from kerazoo.models.dqn.config.text_game_config import TextGameConfig
from kerazoo.models.dqn.foreign_errors import describe_error
from kerazoo.models.dqn.text_games.text_house import TextHouse
from kerazoo.models.dqn.text_games.textworld_game import ENDINGS
from kerazoo.models.dqn.text_games.textworld_game import TextWorldGame

HOUSE = "house"


def make_text_game(
    config: TextGameConfig | None = None,
    house: HouseConfig | None = None,
    split: str = "train",
) -> gymnasium.Env:
    """Makes a game of text.

    A class of your own, `module:Class`, is called with `split`. It is a `gymnasium.Env`
    whose observations and actions are texts, and whose `info["commands"]` is the list
    of the commands that it takes; a return of 1 is a success. It may have `words`, all
    that it uses, `max_commands`, `max_state_tokens`, and `episodes`, how many different
    ones there are; otherwise the words are those of a random walk.

    Args:
        config: `TextGameConfig`.
        house: `HouseConfig`, for `TextHouse`.
        split: `"train"`, `"validation"` or `"test"`.

    Raises:
        ValueError: If there is no such game, or it cannot be made.
        ModuleNotFoundError: If TextWorld is not installed.

    Example:

    ```python
    from kerazoo.models.dqn.text_games import make_text_game

    text, info = make_text_game(split="test").reset(seed=0)
    ```
    """
    config = config or TextGameConfig()
    name = config.text_game
    if name == HOUSE:
        most = (house or HouseConfig()).max_commands
        if config.max_commands is not None and config.max_commands < most:
            raise ValueError(
                f"`max_commands` must be at least {most} in these houses. "
                f"Received: max_commands={config.max_commands}"
            )
        return TextHouse(house, split, config.max_game_steps)
    if name.endswith(ENDINGS):
        if config.eval_text_game and split != "train":
            name = config.eval_text_game
        return TextWorldGame(name.split(","), config.max_game_steps)
    module, colon, kind = name.partition(":")
    if not colon:
        raise ValueError(
            f"`text_game` must be {HOUSE}, a file of TextWorld that ends in "
            f"{' or '.join(ENDINGS)}, or module:Class. Received: text_game={name}"
        )
    try:
        game = getattr(importlib.import_module(module), kind)(split=split)
    except Exception as error:  # Whatever the code of others raises.
        raise ValueError(
            f"The game cannot be made: {describe_error(error)}. "
            f"Received: text_game={name}"
        ) from error
    if not isinstance(game, gymnasium.Env):
        raise ValueError(
            f"`text_game` must be a gymnasium.Env. Received: text_game={name}"
        )
    return game


def look_at_text_game(game: gymnasium.Env, name: str) -> None:
    """Refuses a game that does not begin, or take its first command.

    Args:
        game: See `make_text_game`.
        name: Of the game.

    Raises:
        ValueError: If it is such.
    """
    commands = _commands_after(lambda: game.reset(seed=0), name)
    if not commands:
        raise ValueError(f"The game offers no commands. Received: text_game={name}")
    _commands_after(lambda: game.step(commands[0]), name)


def _commands_after(act, name):
    try:
        text, *_, info = act()
        commands = list(info["commands"])
    except Exception as error:  # Whatever the code of others raises.
        raise ValueError(
            f"The game cannot be played: {describe_error(error)}. "
            f"Received: text_game={name}"
        ) from error
    for said in (text, *commands):
        if not isinstance(said, str):
            raise ValueError(
                f"The game must say texts, not {said!r}. Received: text_game={name}"
            )
    return commands


def name_of_text_game(text_game: str) -> str:
    """Returns what runs and exports of a game are called after.

    Args:
        text_game: That of `TextGameConfig`.

    Example:

    ```python
    from kerazoo.models.dqn.text_games import name_of_text_game

    name_of_text_game("games/simple.z8,games/other.z8")  # "simple"
    ```
    """
    if text_game == HOUSE:
        return "text_house"
    return pathlib.PurePath(text_game.partition(",")[0].rpartition(":")[2]).stem
