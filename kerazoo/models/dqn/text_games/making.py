"""The words of a game of text, and its environment of tokens."""

import typing

import gymnasium
import numpy as np

from kerazoo.models.dqn.config.text_game_config import TextGameConfig
from kerazoo.models.dqn.text_games.playing import attempt
from kerazoo.models.dqn.text_games.text_environment import TextEnvironment
from kerazoo.text.words import WordTokenizer

_MOST_COMMANDS = 64  # Of games that do not say it.
_MOST_STATE_TOKENS = 96
_STEPS_OF_A_WALK = 300


def words_of(game: gymnasium.Env) -> tuple[str, ...]:
    """Returns the words of a game: its own, or those of random walks.

    Args:
        game: See `make_text_game`.

    Raises:
        EnvironmentFailure: If the game raises an error.

    Example:

    ```python
    from kerazoo.models.dqn.text_games import TextHouse, words_of

    "fridge" in words_of(TextHouse())  # True
    ```
    """
    words = getattr(game, "words", None)
    if words is not None:
        return tuple(words)
    random = np.random.default_rng(0)
    texts: set[str] = set()
    walks = getattr(game, "episodes", None) or 10
    for walk in range(walks):
        text, info = attempt(game, "reset", game.reset, seed=walk)
        for step in range(max(_STEPS_OF_A_WALK // walks, 30)):
            texts.update((text, *info["commands"]))
            command = str(random.choice(info["commands"]))
            text, _, terminated, truncated, info = attempt(
                game, f"step {step + 1}", game.step, command
            )
            if terminated or truncated or not info["commands"]:
                texts.update((text, *info["commands"]))
                text, info = attempt(game, "reset", game.reset, seed=walk)
    return WordTokenizer.of(sorted(texts)).words


def make_text_environment(
    make_game: typing.Callable[[], gymnasium.Env],
    tokenizer: WordTokenizer,
    config: TextGameConfig | None = None,
    num_envs: int = 1,
    seed: int | None = None,
) -> TextEnvironment:
    """Makes the environment of copies of a game, of the sizes that suit it.

    Args:
        make_game: Function without arguments that returns a game.
        tokenizer: `WordTokenizer` of its words.
        config: `TextGameConfig`.
        num_envs: Copies stepped together.
        seed: Of the first copy; the next has the next.

    Example:

    ```python
    from kerazoo.models.dqn.text_games import TextHouse, make_text_environment
    from kerazoo.text import WordTokenizer

    make_text_environment(TextHouse, WordTokenizer(TextHouse.words), num_envs=2)
    ```
    """
    config = config or TextGameConfig()
    made: list[gymnasium.Env] = [make_game()]
    game = made[0]
    commands = getattr(game, "max_commands", _MOST_COMMANDS)
    state = getattr(game, "max_state_tokens", _MOST_STATE_TOKENS)
    return TextEnvironment(
        lambda: made.pop() if made else make_game(),
        tokenizer,
        num_envs,
        config.max_state_tokens or state,
        config.max_commands or commands,
        config.max_command_tokens,
        seed,
    )
