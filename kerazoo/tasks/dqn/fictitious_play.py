"""Playing a card game so that no opponent wins much, learnt from self-play."""

import dataclasses
import pathlib
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.models.dqn.boards.loading import name_of_game
from kerazoo.models.dqn.cards.average_policy import both_networks
from kerazoo.models.dqn.cards.average_policy import create_average_policy
from kerazoo.models.dqn.cards.average_policy import probabilities_of
from kerazoo.models.dqn.cards.card_game_card import describe_card_game
from kerazoo.models.dqn.cards.exploitability import expected_return
from kerazoo.models.dqn.cards.exploitability import exploitability
from kerazoo.models.dqn.cards.fictitious_play import FictitiousPlay as Steps
from kerazoo.models.dqn.cards.fictitious_play import target_model
from kerazoo.models.dqn.cards.game_tree import GameTree
from kerazoo.models.dqn.cards.serving_average_policy import ServingAveragePolicy
from kerazoo.models.dqn.config import AgentConfig
from kerazoo.models.dqn.config import CollectionConfig
from kerazoo.models.dqn.config import ExplorationConfig
from kerazoo.models.dqn.config import FictitiousPlayConfig
from kerazoo.models.dqn.config import NetworkConfig
from kerazoo.models.dqn.config import ReplayConfig
from kerazoo.models.dqn.config import make_agent
from kerazoo.models.dqn.config import make_q_network
from kerazoo.models.dqn.host_network import HostNetwork
from kerazoo.serving.limits import Limits
from kerazoo.tasks.dqn.learning_curves import draw_learning_curves
from kerazoo.training.base_task import BaseTask
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard
from kerazoo.training.strategy import check_batch_size
from kerazoo.training.task import Best


@dataclasses.dataclass
class FictitiousPlay(BaseTask):
    """Learns the average policy of best responses in a card game.

    By neural fictitious self-play, see `kerazoo.models.dqn.cards.FictitiousPlay`. The
    best model is the one of the least exploitability, which OpenSpiel computes exactly.

    Args:
        game: OpenSpiel's name of a game and its parameters: two players, zero-sum, at
            most a million nodes; such as `"kuhn_poker"`, `"leduc_poker"`.
        num_envs: Hands played together.
        batch_size: Decisions of a gradient step, over all devices.
        network: `NetworkConfig`, of both networks.
        agent: `AgentConfig`, how the values of the best response are learnt. With
            `loss="huber"` they are no expectations, where gains are large.
        replay: `ReplayConfig`: how many of the newest decisions are remembered.
        exploration: `ExplorationConfig`, how often an action of a best response is
            random.
        collection: `CollectionConfig`, how decisions and gradient steps take turns.
        fictitious_play: `FictitiousPlayConfig`, how the average policy is learnt.
        limits: `kerazoo.serving.Limits`, what a request to the served model may ask
            for.

    Attributes:
        tree: `GameTree` of the game. After `build`.
        policy: `HostNetwork` of the average policy's logits. After `build`.

    Example:

    ```python
    from kerazoo.tasks.dqn import FictitiousPlay  # Before TensorFlow.
    import kerazoo
    from kerazoo.training import Schedule

    task = FictitiousPlay("kuhn_poker")
    result = kerazoo.run(task, "runs/kuhn", Schedule(train_steps=64, eval_every=64))
    result["exploitability"]  # 0.4 or so; 0.07 after 20,000 steps
    ```
    """

    game: str = "kuhn_poker"
    num_envs: int = 256
    batch_size: int = 128
    network: NetworkConfig = dataclasses.field(default_factory=NetworkConfig)
    agent: AgentConfig = dataclasses.field(
        default_factory=lambda: AgentConfig(agent="dqn", discount=1.0, loss="mse")
    )
    replay: ReplayConfig = dataclasses.field(
        default_factory=lambda: ReplayConfig(replay_capacity=200_000, n_step=1)
    )
    exploration: ExplorationConfig = dataclasses.field(
        default_factory=lambda: ExplorationConfig(0.06, 0.0, 1_000_000)
    )
    collection: CollectionConfig = dataclasses.field(
        default_factory=lambda: CollectionConfig(1_000, 1_024, 1 / 64)
    )
    fictitious_play: FictitiousPlayConfig = dataclasses.field(
        default_factory=FictitiousPlayConfig
    )
    limits: Limits = free(Limits())

    family: typing.ClassVar[str] = "dqn"
    # OpenSpiel is not installed, no room for the memories.
    mistakes: typing.ClassVar[tuple[type[Exception], ...]] = (ImportError, MemoryError)
    objective = "exploitability"
    mode = "min"

    def __post_init__(self):
        self._folder: pathlib.Path | None = None

    @property
    def name(self) -> str:
        """Name of the game, with its numbers."""
        return name_of_game(self.game)

    @property
    def title(self) -> str:
        return "fictitious play"

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        self.seed = seed
        self.tree = GameTree(self.game)
        check_batch_size(self.batch_size, strategy)
        specs: typing.Any = self.tree  # It has what is asked of an environment.
        with strategy.scope():
            values = make_q_network(specs, self.network, seed, self.agent)
            plain = NetworkConfig(self.network.hidden_units)
            policy = make_q_network(specs, plain, seed + 1)
            self._agent = make_agent(specs, values, self.agent, seed)
            self._policy_agent = create_average_policy(
                self.tree, policy, self.fictitious_play.policy_learning_rate
            )
            target = target_model(self._agent)
            self.model = both_networks(policy, target)
        self.policy, self.values = HostNetwork(policy), HostNetwork(target)

    def describe_data(self) -> str:
        tree = self.tree
        return (
            f"{self.game}: {len(tree.names):,} information states of "
            f"{tree.tensors.shape[1]} numbers, {tree.num_actions} actions, "
            f"{len(tree.player):,} nodes; {self.num_envs} hands together"
        )

    def steps(
        self, strategy: tf.distribute.Strategy, jit_compile: bool | None
    ) -> Steps:
        return Steps(
            self.tree,
            self._agent,
            self._policy_agent,
            self.policy,
            self.values,
            self.model,
            self.exploration.make(),
            strategy,
            batch_size=self.batch_size,
            num_hands=self.num_envs,
            anticipation=self.fictitious_play.anticipation,
            replay_capacity=self.replay.replay_capacity,
            reservoir_capacity=self.fictitious_play.reservoir_capacity,
            config=self.collection,
            seed=self.seed,
            jit_compile=jit_compile is not False,
        )

    def begin(self, folder: pathlib.Path, step: int) -> None:
        self._folder = folder

    def probabilities(self) -> np.ndarray:
        """Returns the average policy, float `(I, A)`. After `build`."""
        return probabilities_of(self.policy(self.tree.tensors), self.tree.masks)

    def evaluate(self, step: int) -> dict[str, float]:
        return {"exploitability": exploitability(self.tree, self.probabilities())}

    def measure(self, best: Best) -> dict[str, typing.Any]:
        self.policy.refresh()
        self.values.refresh()
        tree, policy = self.tree, self.probabilities()
        uniform = tree.masks / tree.masks.sum(axis=1, keepdims=True)
        found = exploitability(tree, policy)
        as_first = expected_return(tree, policy, uniform)
        as_second = -expected_return(tree, uniform, policy)
        return {
            "exploitability": found,
            "nash_conv": 2 * found,
            "first_player_return": expected_return(tree, policy, policy),
            "return_against_random": (as_first + as_second) / 2,
            "information_states": len(tree.names),
            "score": -found,
            "best_step": best.step,
        }

    def pictures(self, best: Best) -> dict[str, bytes]:
        if self._folder is None:
            return {}
        return draw_learning_curves([self._folder], "exploitability")

    def pictures_of_seeds(
        self, folders: typing.Sequence[pathlib.Path]
    ) -> dict[str, bytes]:
        return draw_learning_curves(folders, "exploitability")

    def serving(self, model: keras.Model) -> ServingAveragePolicy:
        return ServingAveragePolicy(model, self.tree, self.limits)

    def card(self) -> ModelCard:
        return ModelCard(
            summary=(
                f"Plays {self.game}, either side, by an average policy: its actions "
                "are drawn, so that nobody can tell its cards from them."
            ),
            intended_use="Playing this game, of these parameters.",
            limitations=(
                "It does not look for the mistakes of an opponent: it wins less from a "
                "weak one than a player who does.",
                "Exploitability is that of one hand, between two players who do not "
                "change.",
                "Not for play for money.",
            ),
            measured_on="all hands there are, by OpenSpiel: the figures are exact",
            licence="none: it learns from the hands it plays against itself",
        )

    def metadata(self) -> dict[str, typing.Any]:
        game = self.tree.game
        state = game.new_initial_state()
        return {
            "task": "fictitious_play",
            "game": self.game,
            "actions": [
                state.action_to_string(0, action)
                for action in range(self.tree.num_actions)
            ],
            "limits": self.limits.describe("max_examples"),
        }

    def files(self) -> dict[str, bytes]:
        return {"game.txt": describe_card_game(self.tree).encode()}
