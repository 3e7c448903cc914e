"""Moves of a network on many boards, for both sides."""

import collections
import typing

import numpy as np
from tf_agents.trajectories import time_step as ts

from kerazoo.models.dqn.actor import Actor
from kerazoo.models.dqn.actor import greedy_action
from kerazoo.models.dqn.actor import random_action
from kerazoo.models.dqn.actor import split_action_mask
from kerazoo.models.dqn.boards.board_environment import BoardEnvironment
from kerazoo.models.dqn.boards.past_selves import PastSelves
from kerazoo.models.dqn.boards.self_play_replay import BaseSelfPlayReplay


class SelfPlayActor(Actor):
    """Plays both sides of every board, on some of them one side as an earlier self.

    Args:
        environment: `BoardEnvironment`.
        q_values: Function of planes `(N, H, W, C)` that returns float `(N, A)`.
        replay: `SelfPlayReplay`.
        epsilon: Function of the environment steps taken so far that returns the
            probability of an exploring move.
        random: `numpy.random.Generator` of all that is left to chance.
        pool: `PastSelves`.
        opponent_share: Share of the boards on which a past self has one side, which
            one changes by chance from game to game.
        opening_moves: Moves at the beginning of a game that are random, at most: of
            each game from 0 to this many.
        temperature: Of the softmax of the values from which exploring moves are
            drawn; 0 draws any move.

    Attributes:
        lengths: deque of the moves of the last 100 games.
        draws: deque of whether they were drawn.

    Example:

    ```python
    environment = BoardEnvironment("tic_tac_toe", num_envs=8)
    model = keras.Sequential(
        [keras.Input((3, 3, 2)), keras.layers.Flatten(), keras.layers.Dense(9)]
    )
    replay = SelfPlayReplay(environment.observation_spec(), 1_000, num_envs=8)
    actor = SelfPlayActor(
        *(environment, HostNetwork(model), replay, linear_epsilon(1, 0.1, 1_000)),
        np.random.default_rng(0),
        PastSelves(model, size=4),
    )
    actor.collect(200)
    ```
    """

    def __init__(
        self,
        environment: BoardEnvironment,
        q_values: typing.Callable[[typing.Any], np.ndarray],
        replay: BaseSelfPlayReplay,
        epsilon: typing.Callable[[int], float],
        random: np.random.Generator,
        pool: PastSelves,
        opponent_share: float = 0.0,
        opening_moves: int = 0,
        temperature: float = 0.0,
    ):
        self.pool = pool
        self.opening_moves = opening_moves
        self.temperature = temperature
        num_envs = environment.batch_size
        self._has_opponent = np.arange(num_envs) < round(opponent_share * num_envs)
        self.lengths: collections.deque[int] = collections.deque(maxlen=100)
        self.draws: collections.deque[bool] = collections.deque(maxlen=100)
        super().__init__(environment, q_values, replay, epsilon, random)

    def restart(self, seed: typing.Any = None) -> None:
        super().restart(seed)
        num_envs = self.environment.batch_size
        self._opponent_side = np.zeros(num_envs, np.int64)
        self._opening = np.zeros(num_envs, np.int64)
        self._moves = np.zeros(num_envs, np.int64)
        self._begin_games(np.ones(num_envs, bool))

    def collect(self, num_steps: int) -> None:
        end = self.num_steps + num_steps
        while self.num_steps < end:
            action, is_other = self._choose(self.time_step.observation)
            next_time_step = self.environment.step(action)
            self.replay.add(self.time_step, action, next_time_step, is_other)
            self._count(next_time_step)
            self.time_step = next_time_step

    def state(self) -> dict[str, np.ndarray]:
        """Returns the games that go on, as a dict of arrays."""
        return {
            "histories": self.environment.histories(),
            "opponent_side": self._opponent_side,
            "opening": self._opening,
            "lengths": np.array(self.lengths, np.int64),
            "draws": np.array(self.draws, bool),
        }

    def restore(self, state: typing.Mapping[str, np.ndarray]) -> None:
        """Goes on with the games that `state` returned."""
        histories = np.asarray(state["histories"])
        self.time_step = self.environment.set_histories(histories)
        self._opponent_side = np.array(state["opponent_side"])
        self._opening = np.array(state["opening"])
        self._moves = (histories >= 0).sum(axis=1)
        self.lengths.extend(np.asarray(state["lengths"]).tolist())
        self.draws.extend(np.asarray(state["draws"]).tolist())

    def _choose(self, observation):
        """Returns the moves, and whether they are others than the best."""
        planes, mask = split_action_mask(observation)
        values = self.q_values(planes)
        best = greedy_action(values, mask)
        action = best.copy()
        num_envs = len(best)
        if len(self.pool):
            players = self.environment.players
            is_past = self._has_opponent & (self._opponent_side == players)
            if is_past.any():
                past = self.pool(planes[is_past])
                action[is_past] = greedy_action(past, mask[is_past])
        explores = self.random.random(num_envs) < self.epsilon(self.num_steps)
        explores |= self._moves < self._opening
        if explores.any():
            random = self._exploring_action(values, mask)
            action = np.where(explores, random, action)
        return action, action != best

    def _exploring_action(self, values, mask):
        if not self.temperature:
            return random_action(self.random, len(mask), mask.shape[1], mask)
        # The largest of the values with Gumbel noise is a draw from their softmax.
        noise = self.random.gumbel(size=mask.shape)
        return greedy_action(values / self.temperature + noise, mask)

    def _count(self, time_step):
        first = time_step.step_type == ts.StepType.FIRST
        self.num_steps += int((~first).sum())
        self._moves += 1
        over = time_step.step_type == ts.StepType.LAST
        self.lengths.extend(self._moves[over].tolist())
        self.draws.extend((time_step.reward[over] == 0).tolist())
        if first.any():
            self._begin_games(first)

    def _begin_games(self, which):
        count = int(which.sum())
        self._moves[which] = 0
        self._opponent_side[which] = self.random.integers(0, 2, count)
        self._opening[which] = self.random.integers(0, self.opening_moves + 1, count)
