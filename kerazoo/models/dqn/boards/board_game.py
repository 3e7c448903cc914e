"""Board games of OpenSpiel, seen by the player to move."""

import re
import typing

import numpy as np

from kerazoo.models.dqn.boards.loading import load_game
from kerazoo.models.dqn.boards.symmetries import Symmetries
from kerazoo.models.dqn.boards.symmetries import symmetries_of

# Of games whose observations have planes of stones: that of the player and that of the
# opponent, for the first player and for the second.
_STONES = {
    "connect_four": ((0, 1), (1, 0)),
    "go": ((0, 1), (1, 0)),
    "othello": ((1, 2), (1, 2)),
    "tic_tac_toe": ((2, 1), (1, 2)),
}
_OWN = ("own stones", "the opponent's stones")


class BoardGame:
    """A two-player game, its positions as planes that look alike to both players.

    Of Connect Four, Go, Othello and tic-tac-toe, the first two planes are the stones of
    the player to move and those of the opponent, so that one network plays both sides.
    Go has two more: ones where the opponent has just passed, and ones where White is to
    move, who gets the komi. Of other games the planes are OpenSpiel's own, and one of
    ones where the second player is to move.

    Args:
        name: str. OpenSpiel's name of the game and its parameters, such as
            `"connect_four"` or `"go(board_size=5,komi=7.5)"`.

    Attributes:
        name: str.
        short_name: str. Without its parameters.
        game: Game of OpenSpiel.
        num_actions: int. Number of actions A.
        shape: tuple. Of the planes, `(H, W, C)`; `(F,)` where a game has no board.
        dtype: Of the planes: uint8, or float32 where they are not of zeros and ones.
        plane_names: tuple of str. What the planes are; empty where OpenSpiel knows.
        symmetries: `Symmetries` of the board, at least that which changes nothing.

    Raises:
        ValueError: If there is no such game, or it is not one of two players who take
            turns, see the whole position, throw no dice, and win what the other loses.
        ModuleNotFoundError: If OpenSpiel is not installed.

    Example:

    ```python
    game = BoardGame("connect_four")
    state = game.game.new_initial_state()
    state.apply_action(3)
    planes, mask = game.observe(state)  # (6, 7, 2), (7,)
    ```
    """

    def __init__(self, name: str):
        self.name = name
        self.game = load_game(name)
        self.short_name = self.game.get_type().short_name
        self.num_actions = int(self.game.num_distinct_actions())
        self._observe = _Observer(self.game)
        size = self._observe.shape
        self._stones = _STONES.get(self.short_name)
        if self._stones is not None:
            self._is_go = self.short_name == "go"
            self.dtype: typing.Any = np.uint8
            self.plane_names: tuple[str, ...] = _OWN
            if self._is_go:
                self.plane_names += ("opponent passed", "White to move")
            self.shape = (*size[1:], len(self.plane_names))
        else:
            self.dtype = np.float32
            self.plane_names = ()
            flat = (int(np.prod(size)) + 1,)
            self.shape = (*size[1:], size[0] + 1) if len(size) == 3 else flat
        self.symmetries: Symmetries = symmetries_of(
            self.short_name, self.shape, self.num_actions
        )

    @property
    def longest(self) -> int:
        """Most moves that a game takes."""
        return int(self.game.max_game_length())

    def new_state(self, history: typing.Iterable[int] = ()) -> typing.Any:
        """Returns OpenSpiel's state after these actions, the first by default."""
        state = self.game.new_initial_state()
        for action in history:
            state.apply_action(int(action))
        return state

    def action_names(self) -> list[str]:
        """Returns what OpenSpiel calls each action of the first player.

        Of a game whose planes are OpenSpiel's own, those that are not valid at the
        beginning have their number alone: some games end the process if they are asked
        what a move is called that the position does not have.
        """
        state = self.new_state()
        known = set(range(self.num_actions) if self._stones else state.legal_actions())
        return [
            state.action_to_string(0, action) if action in known else str(action)
            for action in range(self.num_actions)
        ]

    def observe(self, state: typing.Any) -> tuple[np.ndarray, np.ndarray]:
        """Returns what the player to move sees.

        Args:
            state: State of OpenSpiel. Of a game that is over any action is said to be
                valid.

        Returns:
            The pair of the planes, `(H, W, C)`, and a bool `(A,)`, True where an action
            is valid.
        """
        planes = np.empty(self.shape, self.dtype)
        mask = np.zeros(self.num_actions, bool)
        self.observe_into(state, planes, mask)
        return planes, mask

    def observe_into(
        self, state: typing.Any, planes: np.ndarray, mask: np.ndarray
    ) -> None:
        """Writes what `observe` returns into two arrays."""
        player = max(state.current_player(), 0)  # Negative when the game is over.
        seen = self._observe(state, player)
        if self._stones is not None:
            own, other = self._stones[player]
            planes[..., 0], planes[..., 1] = seen[own], seen[other]
            if self._is_go:
                planes[..., 2] = _passed(state, self.num_actions - 1)
                planes[..., 3] = player
        else:
            planes[..., :-1] = (
                np.moveaxis(seen, 0, -1) if seen.ndim == 3 else seen.ravel()
            )
            planes[..., -1] = player
        mask[:] = False
        mask[state.legal_actions()] = True
        if state.is_terminal():
            mask[:] = True

    def move_of(self, state: typing.Any, text: str) -> int:
        """Returns the action that a person means.

        Args:
            state: State of OpenSpiel.
            text: What OpenSpiel calls a move, such as `"x3"`, `"B c3"` or `"x(0,2)"`;
                the player, brackets and capitals may be left out: `3`, `c3`, `0,2`.

        Raises:
            ValueError: If it is no move, or not a valid one now.
        """
        player = state.current_player()
        valid = {a: state.action_to_string(player, a) for a in state.legal_actions()}
        # Most closely first: `1,12` is not `11,2`, nor a bishop's `Bc3` a pawn's `bc3`.
        for reads in (str.strip, _words, lambda said: "".join(_words(said))):
            wanted = reads(text)
            exact = [a for a, move in valid.items() if reads(move) == wanted]
            short = [a for a, move in valid.items() if reads(_short(move)) == wanted]
            found = exact or short
            if len(found) == 1 and wanted:
                return found[0]
        some = ", ".join(_short(move) for move in list(valid.values())[:10])
        more = ", ..." if len(valid) > 10 else ""
        raise ValueError(f"{text.strip() or 'Nothing'} is no move now: {some}{more}")


class _Observer:
    """Reads OpenSpiel's observation of a state without making lists of it."""

    def __init__(self, game):
        from open_spiel.python import observation

        self._observation = observation.make_observation(game)
        self.shape = tuple(game.observation_tensor_shape())
        self._view = self._observation.tensor.reshape(self.shape)

    def __call__(self, state, player):
        self._observation.set_from(state, player)
        return self._view


def _passed(state, pass_action):
    history = state.history()
    return bool(history) and history[-1] == pass_action


def _short(move):
    """Returns a move without its player: `3` of `x3`, `c3` of `B c3`, `0,2` of
    `x(0,2)`.
    """
    move = re.sub(r"^[BWxo] (?=\w)", "", move)
    move = re.sub(r"^[xo](?=[\d(])", "", move)
    return move.strip("()")


def _words(text):
    return re.sub(r"[\s(),]+", " ", text).lower().split()
