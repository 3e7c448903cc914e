"""Games of text, several copies at once, as one TF-Agents environment of tokens."""

import typing

import gymnasium
import numpy as np
from tf_agents.environments import py_environment
from tf_agents.specs import array_spec
from tf_agents.trajectories import time_step as ts

from kerazoo.models.dqn.foreign_errors import EnvironmentFailure
from kerazoo.text.special_tokens import PAD
from kerazoo.text.words import WordTokenizer


class TextEnvironment(py_environment.PyEnvironment):
    """Steps N copies of a game of text as a batched `PyEnvironment` of tokens.

    An action is the number of a command among those that are offered. Episodes end and
    begin as in `GymnasiumEnvironment`. One observation is a dict of `"observation"`, a
    dict of `"state"` `(S,)` and `"commands"` `(A, C)`, tokens padded with 0, and of
    `"action_mask"`, bool `(A,)`, True for the commands that are offered. Tokens are
    uint8 where the vocabulary has at most 256, otherwise int32.

    Args:
        make_game: Function without arguments that returns a game: a `gymnasium.Env`
            whose observations and actions are texts, and whose `info["commands"]` is a
            list of the commands that it takes, such as `TextHouse`.
        tokenizer: `WordTokenizer`.
        num_envs: Copies stepped together, the batch size N.
        max_state_tokens: Tokens S of a state; the rest of longer ones is not read.
        max_commands: Most commands A that are ever offered.
        max_command_tokens: Tokens C of a command; the rest of longer ones is not read.
        seed: Seeds the first reset: `num_envs` ints, or an int that seeds copy i with
            `seed + i`.

    Attributes:
        games: list of the N games.
        num_actions: int. A.
        lengths: pair of int, S and C.
        reward_threshold: None.

    Raises:
        EnvironmentFailure: Later, if a game raises an error, or offers no commands or
            more than `max_commands`.
        FloatingPointError: Later, if a reward is not finite.

    Example:

    ```python
    from kerazoo.models.dqn.text_games import TextEnvironment, TextHouse
    from kerazoo.text import WordTokenizer

    environment = TextEnvironment(
        TextHouse, WordTokenizer(TextHouse.words), num_envs=4, seed=0
    )
    time_step = environment.reset()
    time_step = environment.step(np.zeros(4, np.int64))
    ```
    """

    reward_threshold = None

    def __init__(
        self,
        make_game: typing.Callable[[], gymnasium.Env],
        tokenizer: WordTokenizer,
        num_envs: int = 1,
        max_state_tokens: int = 96,
        max_commands: int = 20,
        max_command_tokens: int = 8,
        seed: int | typing.Sequence[int] | None = None,
    ):
        super().__init__(handle_auto_reset=False)
        self.games = [make_game() for _ in range(num_envs)]
        self.tokenizer = tokenizer
        self.num_actions = max_commands
        self.lengths = max_state_tokens, max_command_tokens
        self._seed = seed
        self._done = np.zeros(num_envs, bool)
        self._commands: list[list[str]] = [[] for _ in range(num_envs)]
        # TF-Agents draws no numbers of the types between.
        dtype = np.uint8 if tokenizer.vocabulary_size <= 256 else np.int32
        self._state = np.zeros((num_envs, max_state_tokens), dtype)
        self._command_tokens = np.zeros(
            (num_envs, max_commands, max_command_tokens), dtype
        )
        self._name = type(self.games[0].unwrapped).__name__

    @property
    def batched(self) -> bool:
        return True

    @property
    def batch_size(self) -> int:
        return len(self.games)

    def observation_spec(self) -> typing.Any:
        def tokens(array, name):
            last = self.tokenizer.vocabulary_size - 1
            shape, dtype = array.shape[1:], array.dtype
            return array_spec.BoundedArraySpec(shape, dtype, 0, last, name)

        return {
            "observation": {
                "state": tokens(self._state, "state"),
                "commands": tokens(self._command_tokens, "commands"),
            },
            "action_mask": array_spec.ArraySpec(
                (self.num_actions,), bool, "action_mask"
            ),
        }

    def action_spec(self) -> array_spec.BoundedArraySpec:
        return array_spec.BoundedArraySpec(
            (), np.int64, 0, self.num_actions - 1, "action"
        )

    def seed(self, seed: int | typing.Sequence[int] | None) -> None:
        """Seeds the next `reset`: an int, or one int per copy."""
        self._seed = seed

    def render(self, mode: str = "ansi") -> list[str]:
        """Returns the commands that every copy offers."""
        return [", ".join(commands) for commands in self._commands]

    def close(self) -> None:
        for game in self.games:
            game.close()

    def _reset(self):
        seeds = self._seed
        if seeds is None or isinstance(seeds, int):
            copies, first = range(self.batch_size), seeds
            seeds = [None if first is None else first + copy for copy in copies]
        for copy, seed in enumerate(seeds):
            self._begin(copy, seed)
        self._seed = None
        self._done[:] = False
        return ts.TimeStep(
            step_type=np.full(self.batch_size, ts.StepType.FIRST, np.int32),
            reward=np.zeros(self.batch_size, np.float32),
            discount=np.ones(self.batch_size, np.float32),
            observation=self._observe(),
        )

    def _step(self, action):
        step_type = np.full(self.batch_size, ts.StepType.MID, np.int32)
        reward = np.zeros(self.batch_size, np.float32)
        discount = np.ones(self.batch_size, np.float32)
        for copy, number in enumerate(np.asarray(action).tolist()):
            if self._done[copy]:
                self._begin(copy, None)
                step_type[copy] = ts.StepType.FIRST
                continue
            taken = self._take(copy, self._commands[copy][number])
            reward[copy], is_end, is_cut_off = taken
            if is_end or is_cut_off:
                step_type[copy] = ts.StepType.LAST
            discount[copy] = not is_end
        self._done = step_type == ts.StepType.LAST
        if not np.isfinite(reward).all():
            raise FloatingPointError(
                f"The game {self._name} gave a reward of "
                f"{reward[~np.isfinite(reward)][0]}. Rewards must be finite: mend it."
            )
        return ts.TimeStep(step_type, reward, discount, self._observe())

    def _begin(self, copy, seed):
        game = self.games[copy]
        text, info = self._attempt("cannot be reset", lambda: game.reset(seed=seed))
        self._read(copy, text, info)

    def _take(self, copy, command):
        game = self.games[copy]
        text, reward, terminated, truncated, info = self._attempt(
            f"failed at the command {command!r}", lambda: game.step(command)
        )
        self._read(copy, text, info, terminated or truncated)
        return reward, terminated, truncated

    def _attempt(self, what, act):
        try:
            return act()
        except Exception as error:  # Whatever the code of others raises.
            doing = f"The game {self._name} {what}"
            raise EnvironmentFailure(doing, error) from error

    def _read(self, copy, text, info, ends=False):
        """Takes note of what a game says and offers now."""
        commands = list(info["commands"])
        if not commands and ends:
            commands = [""]  # None is taken, yet one must be allowed.
        if not 0 < len(commands) <= self.num_actions:
            most = ValueError(f"the most are `max_commands`={self.num_actions}")
            doing = f"The game {self._name} offered {len(commands)} commands"
            raise EnvironmentFailure(doing, most)
        self._commands[copy] = commands
        self._state[copy] = PAD
        _fill(self._state[copy], self.tokenizer.encode_text(text))
        self._command_tokens[copy] = PAD
        for place, command in zip(self._command_tokens[copy], commands):
            _fill(place, self.tokenizer.encode_text(command))

    def _observe(self):
        counts = np.array([len(commands) for commands in self._commands])
        return {
            "observation": {
                "state": self._state.copy(),
                "commands": self._command_tokens.copy(),
            },
            "action_mask": np.arange(self.num_actions) < counts[:, None],
        }


def _fill(place, tokens):
    tokens = tokens[: len(place)]
    place[: len(tokens)] = tokens
