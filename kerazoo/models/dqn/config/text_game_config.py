"""Which game of text is played, and how much of it is read."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class TextGameConfig:
    """A game and its sizes, see `kerazoo.models.dqn.text_games.make_text_game`.

    Args:
        text_game: `"house"` for `TextHouse`; a file of TextWorld, `.z8` or `.ulx`, or
            several, separated by commas; or `module:Class` for one of your own.
        eval_text_game: Files of TextWorld for evaluations; None for the same ones.
        max_game_steps: Commands of an episode before it is truncated.
        max_state_tokens: Words of a state that are read; None for what suits the game.
        max_commands: Most commands that are ever offered; None for the game's own.
        max_command_tokens: Words of a command that are read.

    Raises:
        ValueError: If a number is not positive.

    Example:

    ```python
    from kerazoo.models.dqn.config import TextGameConfig

    TextGameConfig("games/simple.z8", max_game_steps=100)
    ```
    """

    text_game: str = "house"
    eval_text_game: str | None = None
    max_game_steps: int = 50
    max_state_tokens: int | None = None
    max_commands: int | None = None
    max_command_tokens: int = 8

    def __post_init__(self):
        for field in dataclasses.fields(self)[2:]:
            value = getattr(self, field.name)
            if value is not None and value < 1:
                raise ValueError(
                    f"`{field.name}` must be positive. Received: {field.name}={value}"
                )
