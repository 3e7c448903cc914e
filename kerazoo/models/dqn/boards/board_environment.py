"""Boards on which a network plays against itself, as one TF-Agents environment."""

import typing

import gymnasium
import numpy as np
from tf_agents.environments import py_environment
from tf_agents.specs import array_spec
from tf_agents.trajectories import time_step as ts

from kerazoo.models.dqn.boards.board_game import BoardGame


class BoardEnvironment(py_environment.PyEnvironment):
    """Steps N boards of a game, a move on each, as a batched `PyEnvironment`.

    An observation is what the player to move sees, the reward is that of the player who
    moved: 0 until the game is over. The discount of a step is -1 where the opponent is
    to move next: what a position is worth to them, it costs the other. It is 1 where
    the same player goes on, and 0 when the game is over. So the n-step returns of a
    replay, and the targets of any DQN agent, are those of a game without more ado. The
    step after a game's last begins a new one and ignores its action.

    Args:
        game: `BoardGame`, or its name.
        num_envs: Boards stepped together, the batch size.

    Attributes:
        game: `BoardGame`.
        states: list of the N states of OpenSpiel.
        num_actions: int. Number of actions A.
        raw_observation_space, raw_action_space: Spaces of gymnasium, as those of
            `GymnasiumEnvironment`.

    Raises:
        ValueError: If there is no such game; later, if an action is not valid.

    Example:

    ```python
    environment = BoardEnvironment("connect_four", num_envs=8)
    time_step = environment.reset()
    time_step = environment.step(np.full(8, 3))
    time_step.discount  # -1.0 eight times
    ```
    """

    def __init__(self, game: BoardGame | str, num_envs: int = 1):
        super().__init__(handle_auto_reset=False)
        self.game = BoardGame(game) if isinstance(game, str) else game
        self.num_actions = self.game.num_actions
        self.joints = None
        self.bins = None
        self.masks_actions = True
        self.reward_threshold: float | None = None
        most = 1 if self.game.dtype == np.uint8 else np.inf
        low = 0 if self.game.dtype == np.uint8 else -np.inf
        self.raw_observation_space = gymnasium.spaces.Box(
            low, most, self.game.shape, self.game.dtype
        )
        self.raw_action_space = gymnasium.spaces.Discrete(self.num_actions)
        limits = (0, 1) if most == 1 else _limits(self.game.dtype)
        self._observation_spec = {
            "observation": array_spec.BoundedArraySpec(
                self.game.shape, self.game.dtype, *limits, "observation"
            ),
            "action_mask": array_spec.ArraySpec(
                (self.num_actions,), bool, "action_mask"
            ),
        }
        self._action_spec = array_spec.BoundedArraySpec(
            (), np.int64, 0, self.num_actions - 1, "action"
        )
        self._num_envs = num_envs
        self.states: list[typing.Any] = [self.game.new_state()] * num_envs

    @property
    def batched(self) -> bool:
        return True

    @property
    def batch_size(self) -> int:
        return self._num_envs

    @property
    def players(self) -> np.ndarray:
        """int `(N,)`. Who is to move on each board: 0, 1, or less when it is over."""
        return np.array([state.current_player() for state in self.states])

    def observation_spec(self) -> typing.Any:
        return self._observation_spec

    def action_spec(self) -> array_spec.BoundedArraySpec:
        return self._action_spec

    def discount_spec(self) -> array_spec.BoundedArraySpec:
        return array_spec.BoundedArraySpec((), np.float32, -1.0, 1.0, "discount")

    def time_step_spec(self) -> ts.TimeStep:
        spec = ts.time_step_spec(self.observation_spec(), self.reward_spec())
        return spec._replace(discount=self.discount_spec())

    def seed(self, seed: typing.Any) -> None:
        """Does nothing: a board has no chance."""

    def histories(self) -> np.ndarray:
        """Returns the actions taken on each board, int `(N, most)`, then -1."""
        histories = [state.history() for state in self.states]
        found = np.full((self.batch_size, self.game.longest), -1, np.int32)
        for row, history in zip(found, histories, strict=True):
            row[: len(history)] = history
        return found

    def set_histories(self, histories: np.ndarray) -> ts.TimeStep:
        """Puts the boards where these actions lead, and returns the step there.

        Args:
            histories: int `(N, most)`, see `histories`.
        """
        self.states = [self.game.new_state(row[row >= 0]) for row in histories]
        over = np.array([state.is_terminal() for state in self.states])
        fresh = (histories >= 0).sum(axis=1) == 0
        step_type = np.full(self.batch_size, ts.StepType.MID, np.int32)
        step_type[fresh], step_type[over] = ts.StepType.FIRST, ts.StepType.LAST
        zeros = np.zeros(self.batch_size, np.float32)
        self._current_time_step = ts.TimeStep(
            step_type, zeros, zeros + 1, self._observe()
        )
        return self._current_time_step

    def _reset(self):
        self.states = [self.game.new_state() for _ in self.states]
        return ts.TimeStep(
            step_type=np.full(self.batch_size, ts.StepType.FIRST, np.int32),
            reward=np.zeros(self.batch_size, np.float32),
            discount=np.ones(self.batch_size, np.float32),
            observation=self._observe(),
        )

    def _step(self, action):
        step_type = np.full(self.batch_size, ts.StepType.MID, np.int32)
        reward = np.zeros(self.batch_size, np.float32)
        discount = np.full(self.batch_size, -1, np.float32)
        for i, state in enumerate(self.states):
            player = state.current_player()
            if player < 0:
                self.states[i] = self.game.new_state()
                step_type[i], discount[i] = ts.StepType.FIRST, 1
                continue
            if not self._masks[i, action[i]]:  # OpenSpiel does not look.
                raise ValueError(
                    f"`action` must be valid. Received: {action[i]} on board {i}, "
                    f"where {state.legal_actions()} are"
                )
            state.apply_action(int(action[i]))
            following = state.current_player()
            if following < 0:
                reward[i] = state.player_return(player)
                step_type[i], discount[i] = ts.StepType.LAST, 0
            elif following == player:
                discount[i] = 1
        return ts.TimeStep(step_type, reward, discount, self._observe())

    def _observe(self):
        shape = (self.batch_size, *self.game.shape)
        planes = np.empty(shape, self.game.dtype)
        masks = np.empty((self.batch_size, self.num_actions), bool)
        for i, state in enumerate(self.states):
            self.game.observe_into(state, planes[i], masks[i])
        self._masks = masks
        return {"observation": planes, "action_mask": masks}


def _limits(dtype):
    limits = np.finfo(dtype)
    return limits.min, limits.max
