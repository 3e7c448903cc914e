"""Playing a game of text: reading what it says, choosing among its commands."""

import dataclasses
import functools
import math
import pathlib
import typing

import keras
import tensorflow as tf

from kerazoo.models.dqn.collection import Collection
from kerazoo.models.dqn.config import AgentConfig
from kerazoo.models.dqn.config import CollectionConfig
from kerazoo.models.dqn.config import ExplorationConfig
from kerazoo.models.dqn.config import HouseConfig
from kerazoo.models.dqn.config import ReplayConfig
from kerazoo.models.dqn.config import TextGameConfig
from kerazoo.models.dqn.config import TextNetworkConfig
from kerazoo.models.dqn.config import make_agent
from kerazoo.models.dqn.config import make_replay
from kerazoo.models.dqn.evaluation import play_episodes
from kerazoo.models.dqn.host_network import HostNetwork
from kerazoo.models.dqn.returns_file import ReturnsFile
from kerazoo.models.dqn.text_games.house_policy import play_by_rules
from kerazoo.models.dqn.text_games.house_policy import shortest_plan
from kerazoo.models.dqn.text_games.loading import make_text_game
from kerazoo.models.dqn.text_games.loading import name_of_text_game
from kerazoo.models.dqn.text_games.making import make_text_environment
from kerazoo.models.dqn.text_games.making import words_of
from kerazoo.models.dqn.text_games.playing import SUCCESS
from kerazoo.models.dqn.text_games.playing import random_choice
from kerazoo.models.dqn.text_games.playing import score_text_policy
from kerazoo.models.dqn.text_games.relevance_network import RelevanceNetwork
from kerazoo.models.dqn.text_games.serving_text_policy import ServingTextPolicy
from kerazoo.models.dqn.text_games.text_house import TextHouse
from kerazoo.serving.limits import Limits
from kerazoo.tasks.dqn.learning_curves import draw_learning_curves
from kerazoo.text.words import WordTokenizer
from kerazoo.training.base_task import BaseTask
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard
from kerazoo.training.strategy import check_batch_size
from kerazoo.training.strategy import worker_index
from kerazoo.training.task import Best

_EVALUATION_COPIES = 50  # Of the game, at most.
_VALUE_AGENTS = ("dqn", "double_dqn", "munchausen")


@dataclasses.dataclass
class TextGame(BaseTask):
    """Learns to play a game whose states and commands are text.

    One network reads a state and scores each command that is offered, see
    `RelevanceNetwork`. The best model is the one of the highest mean return in houses,
    or games, that are not among those of training.

    Args:
        game: `TextGameConfig`, which game.
        house: `HouseConfig`, sizes of the houses of `TextHouse`.
        num_envs: Copies of the game stepped together.
        batch_size: Transitions of a gradient step, over all devices.
        eval_episodes: Episodes of an evaluation, where there are as many different
            ones.
        eval_epsilon: Share of random commands in evaluations, which break the rounds in
            which a player without memory may go; the test measures the best commands
            alone, too.
        network: `TextNetworkConfig`, what reads and scores.
        agent: `AgentConfig`, how values are learnt: one of `"dqn"`, `"double_dqn"`,
            `"munchausen"`.
        replay: `ReplayConfig`, what is remembered.
        exploration: `ExplorationConfig`, how often a command is random.
        collection: `CollectionConfig`, how experience and gradient steps take turns.
        limits: `kerazoo.serving.Limits`, what a request to the served model may ask
            for.

    Attributes:
        environment: `TextEnvironment` to learn in. After `build`.
        q_values: `HostNetwork` of tokens to float `(N, A)`. After `build`.

    Example:

    ```python
    from kerazoo.tasks.dqn import TextGame  # Before TensorFlow.
    import kerazoo
    from kerazoo.training import Schedule

    task = TextGame(eval_episodes=5)
    result = kerazoo.run(task, "runs/house", Schedule(train_steps=64, eval_every=64))
    result["success_rate"]  # 0.0 or so
    ```
    """

    game: TextGameConfig = dataclasses.field(default_factory=TextGameConfig)
    house: HouseConfig = dataclasses.field(default_factory=HouseConfig)
    num_envs: int = 16
    batch_size: int = 64
    eval_episodes: int = free(100)
    eval_epsilon: float = free(0.05)
    network: TextNetworkConfig = dataclasses.field(default_factory=TextNetworkConfig)
    agent: AgentConfig = dataclasses.field(default_factory=AgentConfig)
    replay: ReplayConfig = dataclasses.field(default_factory=ReplayConfig)
    exploration: ExplorationConfig = dataclasses.field(
        default_factory=ExplorationConfig
    )
    collection: CollectionConfig = dataclasses.field(default_factory=CollectionConfig)
    limits: Limits = free(Limits())

    family: typing.ClassVar[str] = "dqn"
    # TextWorld is not installed, no room for the replay.
    mistakes: typing.ClassVar[tuple[type[Exception], ...]] = (ImportError, MemoryError)
    objective = "mean_return"
    target_metric: typing.ClassVar[str] = "lower_bound"

    def __post_init__(self):
        self._environments = []
        self._returns = self._folder = None

    @property
    def name(self) -> str:
        return name_of_text_game(self.game.text_game)

    @property
    def title(self) -> str:
        return "text_game"

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        self.seed = seed
        if not 0 <= self.eval_epsilon <= 1:
            raise ValueError(
                "`eval_epsilon` must be from 0 to 1, a probability. "
                f"Received: eval_epsilon={self.eval_epsilon:g}"
            )
        if self.agent.agent not in _VALUE_AGENTS:
            raise ValueError(
                f"`agent` must be one of {', '.join(_VALUE_AGENTS)} in games of text. "
                f"Received: agent={self.agent.agent}"
            )
        self._test_game = self._make_game("test")
        episodes = getattr(self._test_game, "episodes", None) or self.eval_episodes
        self._num_episodes = min(self.eval_episodes, episodes)
        game = self._make_game("train")
        self.tokenizer = WordTokenizer(words_of(game))
        game.close()
        # No two runs or workers share a seed of a copy.
        first = (1_000 * seed + worker_index(strategy)) * 1_000
        self.environment = self._make_environment("train", self.num_envs, first)
        copies = min(self._num_episodes, _EVALUATION_COPIES)
        self._evaluation_environments = {
            split: self._make_environment(split, copies)
            for split in ("validation", "test")
        }
        check_batch_size(self.batch_size, strategy)
        with strategy.scope():
            network = self._make_network()
            self._agent = make_agent(self.environment, network, self.agent, seed)
            self.model = self._agent.values_model
        self.q_values = HostNetwork(self.model)
        self._replay = make_replay(self.environment, self.replay, self.agent.discount)

    def describe_data(self) -> str:
        environment = self.environment
        state, _ = environment.lengths
        return (
            f"{self.name}: {self.tokenizer.vocabulary_size:,} tokens, {state} of them "
            f"a state, at most {environment.num_actions} commands; {self.num_envs} "
            f"copies; replay of {self._replay.nbytes / 1e6:,.0f} MB"
        )

    def steps(
        self, strategy: tf.distribute.Strategy, jit_compile: bool | None
    ) -> Collection:
        return Collection(
            self.environment,
            self._agent,
            self.q_values,
            self._replay,
            self.exploration.make(),
            strategy,
            self.batch_size,
            self.collection,
            self.seed,
            jit_compile=jit_compile is not False,
        )

    def begin(self, folder: pathlib.Path, step: int) -> None:
        self._folder = folder
        self._returns = ReturnsFile(folder, step)

    def evaluate(self, step: int) -> dict[str, float]:
        found = self._play(step, "validation", self.eval_epsilon)
        deviation = found["std_return"] / math.sqrt(self._num_episodes)
        return {**found, "lower_bound": found["mean_return"] - 2 * deviation}

    def measure(self, best: Best) -> dict[str, typing.Any]:
        self.q_values.refresh()
        greedy = self._play(None, "test", 0.0)
        found = self._play(best.step or 0, "test", self.eval_epsilon)
        return {
            **found,
            "greedy_success_rate": greedy["success_rate"],
            "greedy_mean_steps": greedy["mean_steps"],
            "episodes": self._num_episodes,
            **self._measure_others(),
            "score": found["mean_return"],
            "best_step": best.step,
        }

    def pictures(self, best: Best) -> dict[str, bytes]:
        if self._folder is None:
            return {}
        return draw_learning_curves([self._folder], "mean_return")

    def pictures_of_seeds(
        self, folders: typing.Sequence[pathlib.Path]
    ) -> dict[str, bytes]:
        return draw_learning_curves(folders)

    def serving(self, model: keras.Model) -> ServingTextPolicy:
        state, command = self.environment.lengths
        return ServingTextPolicy(model, self.tokenizer, state, command, self.limits)

    def card(self) -> ModelCard:
        episodes = f"{self._num_episodes:,} episodes"
        which = "that were not in training" if self._is_new else "of those of training"
        share = f", {self.eval_epsilon:.1%} of their commands random"
        return ModelCard(
            summary=f"Plays {self.name}: the command of the highest value each time.",
            intended_use="Playing this game, of these sizes.",
            limitations=(
                "It remembers nothing: what a state does not say is not known.",
                "It may go round in circles: a few random commands break them.",
                "Words that were not in training are all the same to it.",
            ),
            measured_on=f"{episodes} {which}{share if self.eval_epsilon else ''}",
            licence="none: it learns from what it does in the game",
        )

    def metadata(self) -> dict[str, typing.Any]:
        return {
            "task": "text_game",
            "game": dataclasses.asdict(self.game),
            "house": dataclasses.asdict(self.house),
            "eval_epsilon": self.eval_epsilon,
            "vocabulary_size": self.tokenizer.vocabulary_size,
            "limits": self.limits.describe("max_examples", "max_text_bytes"),
        }

    def close(self) -> None:
        for environment in self._environments:
            environment.close()
        self._environments = []

    @property
    def _is_new(self):
        """Whether evaluations are in other houses or games than training."""
        is_house = isinstance(self._test_game, TextHouse)
        return is_house or self.game.eval_text_game is not None

    def _make_game(self, split):
        return make_text_game(self.game, self.house, split)

    def _make_environment(self, split, num_envs, seed=None):
        make_game = functools.partial(self._make_game, split)
        environment = make_text_environment(
            make_game, self.tokenizer, self.game, num_envs, seed
        )
        self._environments.append(environment)
        return environment

    def _make_network(self):
        network = RelevanceNetwork(
            self.tokenizer.vocabulary_size,
            self.network.embedding_size,
            self.network.hidden_units,
            self.network.text_encoder,
            self.network.interaction,
        )
        network.build()
        return network

    def _play(self, step, split, epsilon):
        seeds = range(self._num_episodes)
        if split == "validation" and self._is_endless:
            seeds = range(self.seed * len(seeds), (self.seed + 1) * len(seeds))
        environment = self._evaluation_environments[split]
        played = play_episodes(self.q_values, environment, seeds, epsilon)
        if self._returns is not None and step is not None:
            self._returns.write(step, seeds, *played, split)
        return {
            "mean_return": float(played.returns.mean()),
            "std_return": float(played.returns.std()),
            "success_rate": float((played.returns >= SUCCESS).mean()),
            "mean_steps": float(played.lengths.mean()),
        }

    @property
    def _is_endless(self):
        return getattr(self._test_game, "episodes", None) is None

    def _measure_others(self):
        """Returns what others than the model reach in the same test."""
        seeds = range(self._num_episodes)
        game, others = self._test_game, {"random": random_choice(self.seed)}
        if isinstance(game, TextHouse):
            others["rules"] = play_by_rules
        found = {
            f"{name}_{metric}": value
            for name, choose in others.items()
            for metric, value in score_text_policy(choose, game, seeds).items()
        }
        if isinstance(game, TextHouse):
            lengths = []
            for seed in seeds:
                game.reset(seed=seed)
                lengths.append(len(shortest_plan(game.house)))
            found["optimal_mean_steps"] = sum(lengths) / len(lengths)
        return found
