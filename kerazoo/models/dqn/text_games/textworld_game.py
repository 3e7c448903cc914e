"""Games of TextWorld as `TextHouse` is one."""

import importlib.util
import os
import pathlib
import string
import typing
from collections.abc import Sequence

import gymnasium
import numpy as np

ENDINGS = (".z8", ".ulx")
_IDLE = ("examine ", "look", "inventory")  # What they tell is in every state.


class TextWorldGame(gymnasium.Env):
    """Plays games that TextWorld made, one of them an episode.

    [Cote et al., 2019](https://arxiv.org/abs/1806.11532). A state is what is carried,
    the description of the room, what was answered last, and the objective. Rewards are
    shares of the highest score, so that 1 is a return of all of it. Commands that only
    tell what the state does, such as `look`, are not offered.

    Args:
        paths: Files of games, `.z8` or `.ulx`; the `.json` that `tw-make` writes must
            be beside each.
        max_steps: Commands of an episode before it is truncated.

    Attributes:
        episodes: int. Number of games; the seed of an episode says which.
        max_commands: int. Most commands that are ever offered.

    Raises:
        ModuleNotFoundError: If TextWorld is not installed.
        ValueError: If a file is missing or of another kind.

    Example:

    ```py
    game = TextWorldGame(["games/simple.z8"])
    text, info = game.reset(seed=0)
    text, reward, terminated, truncated, info = game.step(info["commands"][0])
    ```
    """

    observation_space = gymnasium.spaces.Text(100_000, charset=string.printable)
    action_space = gymnasium.spaces.Text(1_000, charset=string.printable)
    max_commands = 64
    max_state_tokens = 384

    def __init__(self, paths: Sequence[str | os.PathLike], max_steps: int = 50):
        self.paths = [str(path) for path in paths]
        _check_files(self.paths)
        if importlib.util.find_spec("textworld") is None:
            raise ModuleNotFoundError(
                "Games of TextWorld need textworld: pip install 'kerazoo[language]'",
                name="textworld",
            )
        self.max_steps = max_steps
        self.episodes = len(self.paths)
        self._random = np.random.default_rng()
        self._games: dict[int, typing.Any] = {}

    def reset(
        self,
        *,
        seed: int | None = None,
        options: dict[str, typing.Any] | None = None,
    ) -> tuple[str, dict[str, typing.Any]]:
        """Begins a game: the one of `seed`, or one at random."""
        if seed is None:
            number = int(self._random.integers(self.episodes))
        else:
            self._random = np.random.default_rng(seed)
            number = seed % self.episodes
        if number not in self._games:
            self._games[number] = _open(self.paths[number])
        self._game = self._games[number]
        state = self._game.reset()
        self._steps = self._score = 0
        self._objective = state["objective"]
        self._most = state["max_score"] or 1
        return self._observe(state, "")

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, typing.Any]]:
        """Takes one of the commands that are offered."""
        state, score, done = self._game.step(action)
        reward, self._score = (score - self._score) / self._most, score
        self._steps += 1
        text, info = self._observe(state, state["feedback"])
        return text, reward, done, self._steps >= self.max_steps and not done, info

    def close(self) -> None:
        for game in self._games.values():
            game.close()
        self._games = {}

    def _observe(self, state, feedback):
        texts = (state["inventory"], state["description"], feedback, self._objective)
        offered = state["admissible_commands"] or []
        commands = [c for c in offered if not c.startswith(_IDLE)]
        info = {"commands": commands or offered, "won": state["won"]}
        return "\n".join(" ".join((text or "").split()) for text in texts), info


def _check_files(paths):
    for path in paths:
        if not path.endswith(ENDINGS):
            raise ValueError(
                f"Games of TextWorld end in {' or '.join(ENDINGS)}. Received: {path}"
            )
        for file in (pathlib.Path(path), pathlib.Path(path).with_suffix(".json")):
            if not file.is_file():
                raise ValueError(
                    f"There is no file {file}: tw-make writes it. Received: {path}"
                )


def _open(path):
    import textworld

    told = ("admissible_commands", "description", "feedback", "inventory")
    told += ("max_score", "objective", "score", "won")
    return textworld.start(path, textworld.EnvInfos(**dict.fromkeys(told, True)))
