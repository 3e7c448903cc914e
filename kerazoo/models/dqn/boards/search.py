"""Looking ahead: minimax over the action values of a network."""

import typing

import numpy as np

from kerazoo.models.dqn.boards.board_game import BoardGame

_MOST_ROWS = 4_096  # Positions that the network sees at once.


class Search:
    """Values the moves of a position by all that can follow within some moves.

    A depth of 1 are the network's own values. Of a depth d, all positions that d - 1
    moves lead to are valued by the network, games that end before by their outcome, and
    each player takes what is best for them (negamax). Moves beyond that are seen by the
    network alone.

    Args:
        game: `BoardGame`.
        q_values: Function of planes `(N, H, W, C)` that returns float `(N, A)`, such as
            `HostNetwork`.
        depth: Moves to look ahead.
        discount: Gamma, by which each move on lessens a value.

    Call arguments:
        states: list of N states of OpenSpiel, none of a game that is over.

    Returns:
        float array `(N, A)`. Values for the player to move; minus infinity where an
        action is not valid.

    Example:

    ```python
    game = BoardGame("tic_tac_toe")
    network = lambda planes: np.zeros((len(planes), 9))  # Knows nothing.
    values = Search(game, network, depth=2)([game.new_state([0, 3, 1, 4])])
    values[0].argmax()  # 2, which wins at once
    ```
    """

    def __init__(
        self,
        game: BoardGame,
        q_values: typing.Callable[[np.ndarray], np.ndarray],
        depth: int = 1,
        discount: float = 1.0,
    ):
        if depth < 1:
            raise ValueError(
                f"`search_depth` must be at least 1. Received: search_depth={depth}"
            )
        self.game = game
        self.q_values = q_values
        self.depth = depth
        self.discount = discount

    def __call__(self, states: typing.Sequence[typing.Any]) -> np.ndarray:
        return self._values(states, self.depth)

    def _values(self, states, depth):
        if depth == 1:
            return self._network_values(states)
        values = np.full((len(states), self.game.num_actions), -np.inf)
        children, places, signs = [], [], []
        for i, state in enumerate(states):
            player = state.current_player()
            for action in state.legal_actions():
                child = state.child(action)
                if child.is_terminal():
                    values[i, action] = child.player_return(player)
                else:
                    children.append(child)
                    places.append((i, action))
                    signs.append(1 if child.current_player() == player else -1)
        if children:
            best = self._values(children, depth - 1).max(axis=1)
            rows, columns = zip(*places, strict=True)
            values[rows, columns] = self.discount * np.array(signs) * best
        return values

    def _network_values(self, states):
        found = np.empty((len(states), self.game.num_actions))
        for first in range(0, len(states), _MOST_ROWS):
            part = states[first : first + _MOST_ROWS]
            planes = np.empty((len(part), *self.game.shape), self.game.dtype)
            masks = np.empty((len(part), self.game.num_actions), bool)
            for state, plane, mask in zip(part, planes, masks, strict=True):
                self.game.observe_into(state, plane, mask)
            values = self.q_values(planes)
            found[first : first + len(part)] = np.where(masks, values, -np.inf)
        return found
