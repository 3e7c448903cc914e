"""Ways to turn and mirror a board that change nothing in its game."""

import dataclasses
import functools

import numpy as np

_SQUARE = ("go", "tic_tac_toe")
_MIRRORED = ("connect_four",)


@dataclasses.dataclass(frozen=True)
class Symmetries:
    """The S symmetries of a board, the first of which changes nothing.

    Args:
        cells: int `(S, H * W)`. Cell i of a turned board is cell `cells[s, i]` of the
            board. Of a game without a board `(1, 0)`.
        actions: int `(S, A)`. Action i on the turned board is action `actions[s, i]` on
            the board.

    Example:

    ```python
    game = BoardGame("connect_four")
    planes, mask = game.observe(game.new_state([0]))
    chosen = np.array([0, 1])  # As it is, and mirrored.
    boards, masks = np.stack([planes, planes]), np.stack([mask, mask])
    boards = game.symmetries.turned_boards(boards, chosen)
    boards[1, 0, 6, 1]  # 1: the opponent's stone is on the other side.
    ```
    """

    cells: np.ndarray
    actions: np.ndarray

    @functools.cached_property
    def _inverse_actions(self):
        return np.argsort(self.actions, axis=1)

    def __len__(self) -> int:
        return len(self.actions)

    def turned_boards(self, boards: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """Turns boards `(N, H, W, C)`, each by the symmetry `chosen` `(N,)` of it."""
        if len(self) == 1:
            return boards
        count, height, width, planes = boards.shape
        flat = boards.reshape(count * height * width, planes)
        cells = self.cells.take(chosen, axis=0)
        cells += (np.arange(count) * (height * width))[:, None]
        return flat.take(cells.ravel(), axis=0).reshape(boards.shape)

    def turned_masks(self, masks: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """Turns what is said of each action, `(N, A)`, such as which are valid."""
        if len(self) == 1:
            return masks
        return np.take_along_axis(masks, self.actions.take(chosen, axis=0), axis=1)

    def turned_actions(self, actions: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """Returns what actions `(N,)` are on the turned boards."""
        if len(self) == 1:
            return actions
        return self._inverse_actions[chosen, actions]


def symmetries_of(
    short_name: str, shape: tuple[int, ...], num_actions: int
) -> Symmetries:
    """Returns the symmetries of a game, at least that which changes nothing.

    Args:
        short_name: OpenSpiel's name of the game.
        shape: Of its planes, `(H, W, C)`.
        num_actions: Number of actions A. Of square boards a stone on each cell, row by
            row, then perhaps passing; of those that only mirror a stone in each column.
    """
    if len(shape) != 3:
        return Symmetries(np.zeros((1, 0), np.intp), np.arange(num_actions)[None])
    board = np.arange(shape[0] * shape[1]).reshape(shape[:2])
    boards = [board]
    if short_name in _SQUARE:
        turned = [np.rot90(board, times) for times in range(4)]
        boards = turned + [np.fliplr(one) for one in turned]
    elif short_name in _MIRRORED:
        boards = [board, np.fliplr(board)]
    cells = np.stack([one.ravel() for one in boards])
    if short_name in _SQUARE:
        passing = np.full((len(cells), num_actions - board.size), board.size)
        return Symmetries(cells, np.hstack([cells, passing]))
    if short_name in _MIRRORED:
        columns = np.arange(num_actions)
        return Symmetries(cells, np.stack([columns, columns[::-1]]))
    return Symmetries(cells, np.arange(num_actions)[None])
