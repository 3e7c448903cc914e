"""Episodes of games of text, played by anything that chooses a command."""

import typing
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence

import gymnasium
import numpy as np
import tensorflow as tf

from kerazoo.models.dqn.foreign_errors import EnvironmentFailure

Choose = Callable[[str, Sequence[str]], str]
SUCCESS = 1 - 1e-6  # Return from which an episode is one, up to rounding.
_MOST_STEPS = 27_000


class TextEpisode(typing.NamedTuple):
    """What came of an episode.

    Attributes:
        score: float. The undiscounted return.
        steps: int. Commands taken.
    """

    score: float
    steps: int


def play_text_episode(
    choose: Choose,
    game: gymnasium.Env,
    seed: int,
    show: Callable[[str], None] | None = None,
) -> TextEpisode:
    """Plays one episode.

    Args:
        choose: Function of a text and a list of commands to one of them.
        game: See `make_text_game`.
        seed: Of the episode.
        show: Called with each line of what happens, or None.

    Raises:
        EnvironmentFailure: If the game raises an error.

    Example:

    ```python
    from kerazoo.models.dqn.text_games import TextHouse, play_by_rules

    play_text_episode(play_by_rules, TextHouse(), seed=0).score  # 1.0
    ```
    """
    score = 0.0
    text, info = attempt(game, "reset", game.reset, seed=seed)
    for step in range(1, _MOST_STEPS + 1):
        if show is not None:
            show(text)
        if not info["commands"]:
            none = ValueError('`info["commands"]` must not be empty')
            raise EnvironmentFailure(f"{_name(game)} failed at step {step}", none)
        command = choose(text, info["commands"])
        if show is not None:
            show(f"> {command}")
        text, reward, terminated, truncated, info = attempt(
            game, f"step {step}", game.step, command
        )
        score += float(reward)
        if terminated or truncated:
            break
    if show is not None:
        show(text)
    return TextEpisode(score, step)


def score_text_policy(
    choose: Choose, game: gymnasium.Env, seeds: Iterable[int]
) -> dict[str, float]:
    """Plays one episode per seed, and returns means.

    Args:
        choose: Function of a text and a list of commands to one of them.
        game: See `make_text_game`.
        seeds: One per episode.

    Returns:
        dict of `"mean_return"`, `"success_rate"`, the share of the episodes of a return
        of 1, and `"mean_steps"`.

    Example:

    ```python
    from kerazoo.models.dqn.text_games import TextHouse, play_by_rules

    score_text_policy(play_by_rules, TextHouse(split="test"), range(10))
    ```
    """
    played = [play_text_episode(choose, game, seed) for seed in seeds]
    scores, steps = map(np.array, zip(*played, strict=True))
    return {
        "mean_return": float(scores.mean()),
        "success_rate": float((scores >= SUCCESS).mean()),
        "mean_steps": float(steps.mean()),
    }


def random_choice(seed: int) -> Choose:
    """Returns what chooses any command, from a seed."""
    random = np.random.default_rng(seed)
    return lambda text, commands: str(random.choice(commands))


def exported_choice(policy: typing.Any, epsilon: float = 0.0, seed: int = 0) -> Choose:
    """Returns what chooses as an exported policy does.

    Args:
        policy: Signature of `ServingTextPolicy`.
        epsilon: Share of random commands.
        seed: Of these.
    """
    random = np.random.default_rng(seed)

    def choose(text, commands):
        if random.random() < epsilon:
            return str(random.choice(commands))
        found = policy(state=tf.constant([text]), commands=tf.constant([commands]))
        return commands[int(found["best"][0])]

    return choose


def attempt(
    game: gymnasium.Env,
    what: str,
    act: Callable[..., typing.Any],
    *args: typing.Any,
    **kwargs: typing.Any,
) -> typing.Any:
    """Calls a function of a game and returns what it returns.

    Args:
        game: The game.
        what: What it does, for the error.
        act: The function.
        *args, **kwargs: Of the function.

    Raises:
        EnvironmentFailure: If the game raises an error.
    """
    try:
        return act(*args, **kwargs)
    except Exception as error:  # Whatever the code of others raises.
        raise EnvironmentFailure(f"{_name(game)} failed at {what}", error) from error


def _name(game):
    return f"The game {type(game.unwrapped).__name__}"
