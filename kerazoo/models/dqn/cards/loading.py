"""Finding the games of OpenSpiel that two players win from each other with cards."""

import typing

from kerazoo.models.dqn.boards.loading import find_game


def load_card_game(name: str) -> typing.Any:
    """Loads a game of two players, one of whom wins what the other loses.

    Args:
        name: OpenSpiel's name of it and its parameters.

    Returns:
        Game of OpenSpiel.

    Raises:
        ValueError: If there is none, or it is not such a game, has moves at the same
            time, or does not say what a player knows.
        ModuleNotFoundError: If OpenSpiel is not installed.
    """
    game = find_game(name)
    kind = game.get_type()
    faults = [
        (game.num_players() != 2, f"has {game.num_players()} players"),
        ("ZERO_SUM" not in str(kind.utility), "is not zero-sum"),
        ("SEQUENTIAL" not in str(kind.dynamics), "has moves at the same time"),
        (
            not kind.provides_information_state_tensor,
            "has no tensor of what a player knows",
        ),
    ]
    for is_so, what in faults:
        if is_so:
            raise ValueError(
                "`game` must be one of two players, zero-sum, in turns, such as "
                f"leduc_poker. Received: game={name}, which {what}"
            )
    return game
