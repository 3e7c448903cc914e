"""Training steps of a network that plays against itself."""

import typing

import numpy as np
import tensorflow as tf
from tf_agents.agents.dqn import dqn_agent

from kerazoo.models.dqn.boards.board_environment import BoardEnvironment
from kerazoo.models.dqn.boards.past_selves import PastSelves
from kerazoo.models.dqn.boards.self_play_actor import SelfPlayActor
from kerazoo.models.dqn.boards.self_play_replay import BaseSelfPlayReplay
from kerazoo.models.dqn.collection import Collection
from kerazoo.models.dqn.collection import part_of
from kerazoo.models.dqn.config.self_play_config import SelfPlayConfig
from kerazoo.models.dqn.host_network import HostNetwork


class SelfPlay(Collection):
    """Takes moves of games against itself and gradient steps by turns.

    A checkpoint has the games that go on and the pool of past selves, too: a run that
    was interrupted is the one that was not, to the last bit.

    Args:
        environment: `BoardEnvironment`.
        agent: Agent of `create_agent`, created in the scope of `strategy`.
        q_values: `HostNetwork` of the agent's model.
        replay: `SelfPlayReplay`.
        epsilon: Function of the environment steps taken to the probability of an
            exploring move.
        strategy: `tf.distribute.Strategy`.
        self_play: `SelfPlayConfig`.
        **options: See `Collection`.

    Example:

    ```python
    from kerazoo.training import strategy

    environment = BoardEnvironment("tic_tac_toe", num_envs=8)
    model = q_network(environment.observation_spec()["observation"], 9, seed=0)
    self_play = SelfPlay(
        environment,
        create_agent(environment, model),
        HostNetwork(model),
        SelfPlayReplay(environment.observation_spec(), 1_000, num_envs=8),
        linear_epsilon(1.0, 0.1, 10_000),
        strategy.create("one_device"),
    )
    self_play.start(step=0)
    self_play.take(until_event=100, until_end=1_000)  # {} until learning starts
    ```
    """

    actor: SelfPlayActor

    def __init__(
        self,
        environment: BoardEnvironment,
        agent: dqn_agent.DqnAgent,
        q_values: HostNetwork,
        replay: BaseSelfPlayReplay,
        epsilon: typing.Callable[[int], float],
        strategy: tf.distribute.Strategy,
        self_play: SelfPlayConfig | None = None,
        **options: typing.Any,
    ):
        super().__init__(
            environment, agent, q_values, replay, epsilon, strategy, **options
        )
        self.self_play = self_play or SelfPlayConfig()
        self.pool = PastSelves(q_values.model, self.self_play.pool_size)
        self.actor = SelfPlayActor(
            *(environment, q_values.explore, replay, epsilon),
            *(self.actor.random, self.pool),
            self.self_play.opponent_share,
            self.self_play.opening_moves,
            self.self_play.exploration_temperature,
        )

    def take(self, until_event: int, until_end: int) -> dict[str, np.ndarray]:
        if self.self_play.opponent_share:
            self.pool.draw(self.actor.random)
        before = self.step
        metrics = super().take(until_event, until_end)
        every = self.self_play.pool_every
        if self.self_play.opponent_share and before // every < self.step // every:
            self.pool.add()
        return metrics

    def report(self) -> dict[str, float]:
        found = super().report()
        if self.actor.lengths:
            found["train/game_length"] = float(np.mean(self.actor.lengths))
            found["train/draw_rate"] = float(np.mean(self.actor.draws))
        return found

    def state(self) -> tuple[dict[str, np.ndarray], dict[str, typing.Any]]:
        arrays, state = super().state()
        arrays |= {f"games/{key}": array for key, array in self.actor.state().items()}
        arrays |= {f"pool/{key}": array for key, array in self.pool.state().items()}
        return arrays, state

    def _resume_episodes(self, arrays):
        self.actor.restore(part_of(arrays, "games/"))
        self.pool.restore(part_of(arrays, "pool/"))
