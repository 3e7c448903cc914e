"""What a served player takes, told to people."""

from kerazoo.models.dqn.boards.board_game import BoardGame

_MOST_MOVES = 400  # Moves that are all named.


def describe_board(game: BoardGame) -> str:
    """Returns a text about the planes and moves of a game, with its first position.

    Args:
        game: `BoardGame`.

    Example:

    ```python
    from kerazoo.models.dqn.boards.board_card import describe_board

    describe_board(BoardGame("tic_tac_toe"))  # tic_tac_toe\\n\\nobservation ...
    ```
    """
    state = game.new_state()
    names = game.plane_names or (
        "OpenSpiel's observation of the player to move, its planes last, then ones "
        "where the second player is to move",
    )
    moves = [
        f"{a} {name}".removesuffix(f" {a}")
        for a, name in enumerate(game.action_names())
    ]
    if len(moves) > _MOST_MOVES:
        moves = [*moves[:_MOST_MOVES], "..."]
    lines = [
        game.name,
        "",
        f"observation {game.shape} of {game.dtype.__name__}, as the player to move "
        "sees the board:",
        *(f"  plane {i}: {name}" for i, name in enumerate(names)),
        f"action_mask ({game.num_actions},): which moves are valid.",
        "",
        "Moves of the first player by number:",
        f"  {', '.join(moves)}",
        "",
        "The board at the beginning:",
        str(state).rstrip(),
        "",
    ]
    return "\n".join(lines)
