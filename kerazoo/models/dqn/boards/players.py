"""Who can sit at a board."""

import typing

import numpy as np

from kerazoo.models.dqn.boards.board_game import BoardGame
from kerazoo.models.dqn.boards.search import Search

# Of OpenSpiel's own example of its search.
_EXPLORATION = 2.0
_MEGABYTES = 1_000


class Player(typing.Protocol):
    """Chooses a move on each of some boards."""

    def __call__(self, states: typing.Sequence[typing.Any]) -> list[int]:
        """Returns an action for each state, none of them of a game that is over."""


class GreedyPlayer:
    """Takes the move of the highest value.

    Args:
        search: `Search` of the values.

    Example:

    ```python
    game = BoardGame("tic_tac_toe")
    network = lambda planes: np.zeros((len(planes), 9))
    GreedyPlayer(Search(game, network))([game.new_state()])  # [0]
    ```
    """

    def __init__(self, search: Search):
        self.search = search

    def __call__(self, states: typing.Sequence[typing.Any]) -> list[int]:
        return self.search(states).argmax(axis=1).tolist()


class RandomPlayer:
    """Takes any move.

    Args:
        seed: Of its moves.

    Example:

    ```python
    RandomPlayer(seed=0)([BoardGame("tic_tac_toe").new_state()])  # Of 0 to 8 any
    ```
    """

    def __init__(self, seed: int = 0):
        self._random = np.random.default_rng(seed)

    def __call__(self, states: typing.Sequence[typing.Any]) -> list[int]:
        return [int(self._random.choice(state.legal_actions())) for state in states]


class TreeSearchPlayer:
    """OpenSpiel's Monte Carlo tree search, which plays to the end at random.

    Upper confidence bounds of exploration 2, one random game a simulation, and outcomes
    that are proven are taken as such.

    Args:
        game: `BoardGame`.
        simulations: Of a move.
        seed: Of the random games.

    Example:

    ```python
    game = BoardGame("tic_tac_toe")
    player = TreeSearchPlayer(game, simulations=100)
    player([game.new_state([0, 3, 1, 4])])  # [2], which wins
    ```
    """

    def __init__(self, game: BoardGame, simulations: int = 100, seed: int = 0):
        import pyspiel

        seed %= 2**31  # OpenSpiel takes an int of C++.
        evaluator = pyspiel.RandomRolloutEvaluator(1, seed)
        self._bot = pyspiel.MCTSBot(
            *(game.game, evaluator, _EXPLORATION, simulations, _MEGABYTES),
            *(True, seed, False),
        )

    def __call__(self, states: typing.Sequence[typing.Any]) -> list[int]:
        return [self._bot.step(state) for state in states]
