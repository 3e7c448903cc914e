"""Acting in an environment, one of a few actions at a time."""

import dataclasses
import math
import pathlib
import typing

import gymnasium
import keras
import tensorflow as tf

from kerazoo.models.dqn import environments
from kerazoo.models.dqn.action_spaces import first_action
from kerazoo.models.dqn.collection import Collection
from kerazoo.models.dqn.config import AgentConfig
from kerazoo.models.dqn.config import CollectionConfig
from kerazoo.models.dqn.config import ExplorationConfig
from kerazoo.models.dqn.config import NetworkConfig
from kerazoo.models.dqn.config import ReplayConfig
from kerazoo.models.dqn.config import make_agent
from kerazoo.models.dqn.config import make_q_network
from kerazoo.models.dqn.config import make_replay
from kerazoo.models.dqn.drawing import DRAWING
from kerazoo.models.dqn.drawing import check_drawing
from kerazoo.models.dqn.env_ids import check_env
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.evaluation import play_episodes
from kerazoo.models.dqn.host_network import HostNetwork
from kerazoo.models.dqn.logged_data import TransitionLog
from kerazoo.models.dqn.logged_data import TransitionSpecs
from kerazoo.models.dqn.recording import record_episode
from kerazoo.models.dqn.returns_file import ReturnsFile
from kerazoo.models.dqn.serving_policy import ServingPolicy
from kerazoo.models.dqn.torsos.compiling import compiles_well
from kerazoo.serving.limits import Limits
from kerazoo.tasks.dqn.exact_results import exact_results
from kerazoo.tasks.dqn.learning_curves import draw_learning_curves
from kerazoo.training.base_task import BaseTask
from kerazoo.training.base_task import describe
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard
from kerazoo.training.strategy import check_batch_size
from kerazoo.training.strategy import worker_index
from kerazoo.training.task import Best

# Seeds of evaluation episodes lie far from those of training and of each other.
_SELECTION_SEED = 1_000_000_000
_TEST_SEED = 2_000_000_000
_EVALUATION_COPIES = 50  # Of the environment, at most.


@dataclasses.dataclass
class DiscreteControl(BaseTask):
    """Learns to act in a gymnasium environment, from what it collects there.

    The best model is the one of the highest mean return of an evaluation. Training ends
    early where the mean return, less two standard errors, reaches the return that
    counts as solved, or `Schedule.target`.

    Args:
        env: Id of a registered environment (`"CartPole-v1"`, or `"module:Name-v0"` to
            import `module` first), or a function that returns a `gymnasium.Env`.
        env_kwargs: Keyword arguments of the environment; for one without a time limit
            such as `{"max_episode_steps": 200}`.
        num_envs: Copies of the environment stepped together.
        asynchronous: Steps every copy in a process of its own.
        env_workers: Processes that step the copies, each an equal share of them; 0
            for one per copy if `asynchronous`, else none.
        action_mask: Takes the valid actions from `info["action_mask"]`.
        action_bins: Bins that each number of a continuous action is cut into, see
            `kerazoo.models.dqn.ActionBins`.
        frame_stack: Newest observations given as one, see
            `kerazoo.models.dqn.environments.make`; the replay keeps each once. Default:
            4 of Atari, else 1.
        clip_rewards: Cuts rewards off at -1 and 1 in training.
        life_loss: Ends an episode of Atari in training when a life is lost.
        log_transitions: Folder that what is played is written into, see
            `kerazoo.models.dqn.logged_data.TransitionLog`.
        compress_transitions: Compresses these files.
        batch_size: Transitions of a gradient step, over all devices.
        eval_episodes: Greedy episodes of an evaluation.
        eval_epsilon: Probability of a random action in an evaluation.
        videos: Records an episode at each `Schedule.sample_every`; the environment
            must draw itself.
        network: `NetworkConfig`, what computes action values.
        agent: `AgentConfig`, how they are learnt.
        replay: `ReplayConfig`, what is remembered.
        exploration: `ExplorationConfig`, how often an action is random.
        collection: `CollectionConfig`, how experience and gradient steps take turns.
        limits: `kerazoo.serving.Limits`, what a request to the served model may ask
            for.

    Attributes:
        environment: `GymnasiumEnvironment` to learn in. After `build`.
        q_values: `HostNetwork`, function of observations `(N, ...)` to float `(N, A)`.
            After `build`.

    Example:

    ```python
    from kerazoo.tasks.dqn import DiscreteControl  # Before TensorFlow.
    import kerazoo
    from kerazoo.training import Schedule

    task = DiscreteControl("CartPole-v1", eval_episodes=5)
    result = kerazoo.run(task, "runs/pole", Schedule(train_steps=64, eval_every=64))
    result["mean_return"]  # 9.0 or so; 500.0 after some 10,000 steps
    ```
    """

    env: str | typing.Callable[..., gymnasium.Env] = "CartPole-v1"
    env_kwargs: dict[str, typing.Any] = dataclasses.field(default_factory=dict)
    num_envs: int = 4
    asynchronous: bool = free(False)
    env_workers: int = free(0)
    log_transitions: str | None = free(None)
    compress_transitions: bool = free(False)
    action_mask: bool = False
    action_bins: int | None = None
    frame_stack: int | None = None
    clip_rewards: bool = False
    life_loss: bool = False
    batch_size: int = 64
    eval_episodes: int = free(100)
    eval_epsilon: float = free(0.0)
    videos: bool = free(False)
    network: NetworkConfig = dataclasses.field(default_factory=NetworkConfig)
    agent: AgentConfig = dataclasses.field(default_factory=AgentConfig)
    replay: ReplayConfig = dataclasses.field(default_factory=ReplayConfig)
    exploration: ExplorationConfig = dataclasses.field(
        default_factory=ExplorationConfig
    )
    collection: CollectionConfig = dataclasses.field(default_factory=CollectionConfig)
    limits: Limits = free(Limits())

    family: typing.ClassVar[str] = "dqn"
    # No such environment, no such module or argument, no room for the replay.
    mistakes: typing.ClassVar[tuple[type[Exception], ...]] = (
        gymnasium.error.Error,
        ImportError,
        TypeError,
        MemoryError,
    )
    objective = "mean_return"
    target_metric: typing.ClassVar[str] = "lower_bound"
    steps_class: typing.ClassVar[type[Collection]] = Collection

    def __post_init__(self):
        self._environments = []
        self._returns = self._folder = self._log = None

    @property
    def name(self) -> str:
        """Id of the environment, without its module and namespace."""
        return self._env_id().rpartition(":")[2].rpartition("/")[2]

    @property
    def target(self) -> float | None:
        """Mean return that counts as solved, as registered with gymnasium."""
        return self.environment.reward_threshold

    def settings(self) -> dict[str, typing.Any]:
        return {**super().settings(), "env": self._env_id()}

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        self.seed = seed
        if not 0 <= self.eval_epsilon <= 1:
            raise ValueError(
                "`eval_epsilon` must be from 0 to 1, a probability. "
                f"Received: eval_epsilon={self.eval_epsilon:g}"
            )
        if isinstance(self.env, str) and self.env:
            check_env(self.env)
        # No two runs or workers share a seed of a copy.
        first = (1_000 * seed + worker_index(strategy)) * 1_000
        self.environment = self._make_training_environment(first)
        if self.log_transitions:
            self._log = TransitionLog(
                self.log_transitions, self._specs(), self.compress_transitions
            )
        self._evaluation_environment = self._make_environment(
            min(self.eval_episodes, _EVALUATION_COPIES)
        )
        if self.videos:
            self._pictures_per_second = check_drawing(self.env, self._kwargs)
            self._drawing_environment = self._make_environment(1, **DRAWING)
        check_batch_size(self.batch_size, strategy)
        with strategy.scope():
            network = make_q_network(self.environment, self.network, seed, self.agent)
            self._agent = make_agent(self.environment, network, self.agent, seed)
            self.model = self._agent.values_model
        self.q_values = HostNetwork(self.model)
        self._replay = self._make_replay()

    def describe_data(self) -> str:
        environment = self.environment
        space = environment.envs.single_observation_space  # Flat.
        solved = "" if self.target is None else f", solved at {self.target:g}"
        actions = f"{environment.num_actions} actions"
        if environment.joints is not None:
            actions = f"{len(environment.joints)} joints of {actions}"
        return (
            f"{self._env_id()}: observations {space.shape} of {space.dtype}, "
            f"{actions}{solved}; {environment.batch_size} copies; replay of "
            f"{_size(self._replay.nbytes)}"
        )

    def steps(
        self, strategy: tf.distribute.Strategy, jit_compile: bool | None
    ) -> Collection:
        if jit_compile is None:
            jit_compile = compiles_well(self.model)
        return self.steps_class(
            self.environment,
            self._agent,
            self.q_values,
            self._replay,
            self.exploration.make(),
            strategy,
            self.batch_size,
            self.collection,
            self.seed,
            jit_compile=jit_compile,
            log=self._log,
        )

    def begin(self, folder: pathlib.Path, step: int) -> None:
        if self._log is not None:
            self._log.begin(folder)
        self._folder = folder
        self._returns = ReturnsFile(folder, step)

    def evaluate(self, step: int) -> dict[str, float]:
        returns = self._play(self._seeds(_SELECTION_SEED), step)
        mean, deviation = float(returns.mean()), float(returns.std())
        return {
            "mean_return": mean,
            "std_return": deviation,
            "lower_bound": mean - 2 * deviation / math.sqrt(len(returns)),
        }

    def sample(self, step: int) -> dict[str, bytes | list[str]]:
        if not self.videos:
            return {}
        gif = record_episode(
            self.q_values,
            self._drawing_environment,
            self._seeds(_SELECTION_SEED)[0],
            self.eval_epsilon,
            self._pictures_per_second,
        )
        return {"episode": gif}

    def measure(self, best: Best) -> dict[str, typing.Any]:
        self.q_values.refresh()
        seeds = self._seeds(_TEST_SEED)
        returns = self._play(seeds, best.step or 0, "test")
        mean = float(returns.mean())
        return {
            "mean_return": mean,
            "std_return": float(returns.std()),
            "episodes": len(returns),
            "seeds": [seeds[0], seeds[-1]],
            "score": mean,
            "best_step": best.step,
            **(exact.measures if (exact := self._exact_results()) else {}),
        }

    def pictures(self, best: Best) -> dict[str, bytes]:
        exact = self._exact_results()
        known = exact.pictures if exact else {}
        if self._folder is None:
            return known
        curves = draw_learning_curves([self._folder], "mean_return", self.target)
        return {**curves, **known}

    def pictures_of_seeds(
        self, folders: typing.Sequence[pathlib.Path]
    ) -> dict[str, bytes]:
        return draw_learning_curves(folders)

    def serving(self, model: keras.Model) -> ServingPolicy:
        return ServingPolicy(model, self.environment, self.limits)

    def card(self) -> ModelCard:
        share = ""
        if self.eval_epsilon:
            share = f", {self.eval_epsilon:.1%} of their actions random"
        return ModelCard(
            summary=(
                f"Acts in {self._env_id()}: the action of the highest value each time."
            ),
            intended_use="Playing this environment, with the same arguments.",
            limitations=(
                "Where it has not been in training, its values and actions may be any.",
                "Returns are of the environment as it was registered; another version "
                "of it may give others.",
                "Not for the control of real machines.",
            ),
            measured_on=f"{self.eval_episodes:,} episodes of seeds of their own{share}",
            licence="none: it learns from what it does in the environment",
        )

    def metadata(self) -> dict[str, typing.Any]:
        return {
            "env": self._env_id(),
            "env_kwargs": describe(self._kwargs),
            "action_bins": self.action_bins,
            "first_action": first_action(self.environment.raw_action_space),
            "joints": self.environment.joints and list(self.environment.joints),
            "limits": self.limits.describe("max_examples"),
        }

    def close(self) -> None:
        for environment in self._environments:
            environment.close()
        self._environments = []

    @property
    def _frames(self):
        return self.frame_stack or environments.frames_of(self.env)

    @property
    def _kwargs(self):
        """Keyword arguments of the environment as it is played."""
        stack = {"frame_stack": self._frames} if self._frames > 1 else {}
        return {**self.env_kwargs, **stack}

    def _maker(self):
        return self.env

    def _specs(self):
        """Returns what is logged of the environment."""
        return TransitionSpecs.of(self.environment, self._env_id())

    def _make_training_environment(self, seed):
        return self._make_environment(
            self.num_envs,
            asynchronous=self.asynchronous,
            env_workers=self.env_workers,
            seed=seed,
            clip_rewards=self.clip_rewards,
            life_loss=self.life_loss,
        )

    def _make_replay(self):
        return make_replay(
            self.environment, self.replay, self.agent.discount, self._frames
        )

    def _env_id(self):
        return self.env if isinstance(self.env, str) else self.env.__name__

    def _make_environment(self, num_envs, **options):
        environment = GymnasiumEnvironment(
            self._maker(),
            num_envs,
            action_mask=self.action_mask,
            action_bins=self.action_bins,
            **{**self._kwargs, **options},
        )
        self._environments.append(environment)
        return environment

    def _exact_results(self):
        """Returns what can be computed of the greedy policy, or None."""
        if self.action_mask or self._frames > 1 or not isinstance(self.env, str):
            return None
        return exact_results(self.q_values, self.env, self.env_kwargs)

    def _play(self, seeds, step, split="validation"):
        """Returns the returns of episodes, which `returns.csv` notes, too."""
        played = play_episodes(
            self.q_values, self._evaluation_environment, seeds, self.eval_epsilon
        )
        if self._returns is not None:
            self._returns.write(step, seeds, *played, split)
        return played.returns

    def _seeds(self, kind):
        first = kind + self.seed * self.eval_episodes
        return range(first, first + self.eval_episodes)


def _size(nbytes):
    return f"{nbytes / 1e9:.2g} GB" if nbytes >= 1e9 else f"{nbytes / 1e6:.2g} MB"
