"""Games between two players, and what came of them."""

import dataclasses
import typing

import numpy as np

from kerazoo.models.dqn.boards.board_game import BoardGame
from kerazoo.models.dqn.boards.players import Player


@dataclasses.dataclass(frozen=True)
class Tally:
    """Games won, drawn and lost, by whether the player was the first to move.

    Args:
        first: Wins, draws and losses of the games that the player began.
        second: The same of the games that the opponent began.
    """

    first: tuple[int, int, int]
    second: tuple[int, int, int]

    @property
    def wins(self) -> int:
        return self.first[0] + self.second[0]

    @property
    def draws(self) -> int:
        return self.first[1] + self.second[1]

    @property
    def losses(self) -> int:
        return self.first[2] + self.second[2]

    @property
    def games(self) -> int:
        return self.wins + self.draws + self.losses

    @property
    def win_rate(self) -> float:
        """Share of the games that were won, draws counted as half."""
        return (self.wins + self.draws / 2) / self.games


def play_match(
    game: BoardGame, player: Player, opponent: Player, num_games: int
) -> Tally:
    """Lets two players play, every other game begun by the opponent.

    All games go on together, so that a network sees many positions at once.

    Args:
        game: `BoardGame`.
        player: Whose wins are counted.
        opponent: The other one.
        num_games: Games.

    Returns:
        `Tally`.

    Example:

    ```python
    game = BoardGame("tic_tac_toe")
    tally = play_match(game, RandomPlayer(0), RandomPlayer(1), num_games=10)
    tally.games, tally.win_rate  # (10, 0.5), or so
    ```
    """
    states = [game.new_state() for _ in range(num_games)]
    seats = np.arange(num_games) % 2  # Of the player: who moves first is 0.
    running = list(range(num_games))
    while running:
        # Mover by mover, as the order of their moves decides what chance gives them.
        for who, is_player in ((player, True), (opponent, False)):
            turns = [
                i
                for i in running
                if (states[i].current_player() == seats[i]) == is_player
            ]
            if turns:
                actions = who([states[i] for i in turns])
                for i, action in zip(turns, actions, strict=True):
                    states[i].apply_action(action)
            running = [i for i in running if not states[i].is_terminal()]
    returns = [
        state.player_return(int(seat))
        for state, seat in zip(states, seats, strict=True)
    ]
    return Tally(_counts(returns[::2]), _counts(returns[1::2]))


def _counts(returns: typing.Sequence[float]) -> tuple[int, int, int]:
    signs = np.sign(returns)
    return (
        int((signs > 0).sum()),
        int((signs == 0).sum()),
        int((signs < 0).sum()),
    )
