"""`--task=board`: a board game, learnt by playing against itself."""

from apps.cli import errors
from apps.cli.checks import arguments
from apps.dqn import board_flags
from apps.dqn.parts import parts


def read():
    """Returns the arguments of the task that are no flags, as a dict.

    Raises:
        ValueError: If one is wrong.
    """
    from kerazoo.models.dqn import config

    return {"self_play": arguments(config.SelfPlayConfig), **parts()}


def look(given):
    """Refuses what can be known to fail, before TensorFlow is imported.

    Args:
        given: What `read` returned.
    """
    with errors.user_errors(), errors.user_packages("boards"):
        from kerazoo.models.dqn.boards.loading import load_game

        load_game(board_flags.GAME.value)


def name():
    """Returns what the run's folders are called after."""
    from kerazoo.models.dqn.boards.loading import name_of_game

    return name_of_game(board_flags.GAME.value)


def load():
    """Imports the task.

    Returns:
        Its class.
    """
    from kerazoo.tasks.dqn import BoardSelfPlay

    return BoardSelfPlay


def make(kind, given):
    """Makes the task.

    Args:
        kind: What `load` returned.
        given: What `read` returned.
    """
    return arguments(kind, **given)
