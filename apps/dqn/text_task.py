"""`--task=text_game`: a game whose states and commands are text."""

from apps.cli import errors
from apps.cli.checks import arguments
from apps.dqn import text_flags
from apps.dqn.parts import parts
from apps.dqn.text_checks import check_text_game


def read():
    """Returns the arguments of the task that are no flags, as a dict.

    Raises:
        ValueError: If one is wrong.
    """
    from kerazoo.models.dqn import config

    check_text_game()
    return {
        **parts(),
        "game": arguments(config.TextGameConfig),
        "house": arguments(config.HouseConfig),
        "network": arguments(config.TextNetworkConfig),
    }


def look(given):
    """Refuses what can be known to fail, before TensorFlow is imported.

    Args:
        given: What `read` returned.
    """
    with errors.user_errors(ImportError), errors.user_packages("dqn"):
        from kerazoo.models.dqn.text_games.loading import look_at_text_game
        from kerazoo.models.dqn.text_games.loading import make_text_game

        for split in ("train", "test"):
            game = make_text_game(given["game"], given["house"], split)
            look_at_text_game(game, text_flags.TEXT_GAME.value)
            game.close()


def name():
    """Returns what the run's folders are called after."""
    from kerazoo.models.dqn.text_games.loading import name_of_text_game

    return name_of_text_game(text_flags.TEXT_GAME.value)


def load():
    """Imports the task.

    Returns:
        Its class.
    """
    from kerazoo.tasks.dqn import TextGame

    return TextGame


def make(kind, given):
    """Makes the task.

    Args:
        kind: What `load` returned.
        given: What `read` returned.
    """
    return arguments(kind, **given)
