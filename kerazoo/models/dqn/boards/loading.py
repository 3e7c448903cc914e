"""Finding the games of OpenSpiel that two players win from each other on a board."""

import contextlib
import difflib
import os
import re
import sys
import typing


def load_game(name: str) -> typing.Any:
    """Loads a game in which two players take turns and see all there is to see.

    Args:
        name: OpenSpiel's name of it and its parameters, such as
            `"go(board_size=5,komi=7.5)"`.

    Returns:
        Game of OpenSpiel.

    Raises:
        ValueError: If there is none, or it is not such a game.
        ModuleNotFoundError: If OpenSpiel is not installed.

    Example:

    ```python
    from kerazoo.models.dqn.boards.loading import load_game

    load_game("connect_four").num_distinct_actions()  # 7
    ```
    """
    game = find_game(name)
    _check(name, game)
    return game


def find_game(name: str) -> typing.Any:
    """Loads any game of OpenSpiel.

    Args:
        name: OpenSpiel's name of it and its parameters.

    Raises:
        ValueError: If there is none.
        ModuleNotFoundError: If OpenSpiel is not installed.
    """
    try:
        import pyspiel
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "Board games need OpenSpiel: pip install 'kerazoo[boards]'", name="pyspiel"
        ) from error

    short_name = name.partition("(")[0].strip()
    names = pyspiel.registered_names()
    if short_name not in names:
        near = difflib.get_close_matches(short_name, names, 1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(
            "`game` must be a game of OpenSpiel, such as connect_four or "
            f"go(board_size=5).{meant} Received: game={name}"
        )
    try:
        with _quiet():
            game = pyspiel.load_game(name)
            game.new_initial_state()  # Some parameters are looked at only now.
            return game
    except Exception as error:  # Its own, or of C++.
        why = " ".join(str(error).split())
        raise ValueError(
            f"`game` cannot be made: {why.rstrip('.')}. Received: game={name}"
        ) from error


def name_of_game(game: str) -> str:
    """Returns a game's name for folders, with its parameters.

    Args:
        game: OpenSpiel's name of a game and its parameters.

    Example:

    ```python
    from kerazoo.models.dqn.boards.loading import name_of_game

    name_of_game("go(board_size=5,komi=7.5)")  # "go_5_7.5"
    ```
    """
    values = re.sub(r"[\w.]+=", "", game)
    return re.sub(r"[^\w.]+", "_", values).strip("_").lower()


@contextlib.contextmanager
def _quiet():
    """Keeps OpenSpiel from writing its errors, which it raises, too."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _check(name, game):
    import pyspiel

    kind = game.get_type()
    types = pyspiel.GameType
    wanted = {
        "is of two players": game.num_players() == 2,
        "has players who take turns": kind.dynamics == types.Dynamics.SEQUENTIAL,
        "shows both players the whole position": kind.information
        == types.Information.PERFECT_INFORMATION,
        "lets one win what the other loses": kind.utility == types.Utility.ZERO_SUM,
        "has no dice": kind.chance_mode == types.ChanceMode.DETERMINISTIC,
        "describes a position in numbers": kind.provides_observation_tensor,
    }
    for what, holds in wanted.items():
        if not holds:
            raise ValueError(
                f"`game` must be one that {what}, as connect_four does. "
                f"Received: game={name}"
            )
