"""Acting in an environment, one of a few actions at a time."""

import dataclasses
import math
import typing

import gymnasium
import keras
import tensorflow as tf

from kerazoo.models.dqn.collection import Collection
from kerazoo.models.dqn.config import AgentConfig
from kerazoo.models.dqn.config import CollectionConfig
from kerazoo.models.dqn.config import ExplorationConfig
from kerazoo.models.dqn.config import NetworkConfig
from kerazoo.models.dqn.config import ReplayConfig
from kerazoo.models.dqn.config import make_agent
from kerazoo.models.dqn.config import make_q_network
from kerazoo.models.dqn.config import make_replay
from kerazoo.models.dqn.env_ids import check_env
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.evaluation import evaluate
from kerazoo.models.dqn.host_network import HostNetwork
from kerazoo.models.dqn.serving_policy import ServingPolicy
from kerazoo.serving.limits import Limits
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
        action_mask: Takes the valid actions from `info["action_mask"]`.
        batch_size: Transitions of a gradient step, over all devices.
        eval_episodes: Greedy episodes of an evaluation.
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
    action_mask: bool = False
    batch_size: int = 64
    eval_episodes: int = free(100)
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

    def __post_init__(self):
        self._environments = []

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
        if isinstance(self.env, str):
            check_env(self.env)
        # No two runs or workers share a seed of a copy.
        first = (1_000 * seed + worker_index(strategy)) * 1_000
        self.environment = self._make_environment(
            self.num_envs, asynchronous=self.asynchronous, seed=first
        )
        self._evaluation_environment = self._make_environment(
            min(self.eval_episodes, _EVALUATION_COPIES)
        )
        check_batch_size(self.batch_size, strategy)
        with strategy.scope():
            self.model = make_q_network(self.environment, self.network, seed)
            self._agent = make_agent(self.environment, self.model, self.agent)
        self.q_values = HostNetwork(self.model)
        self._replay = make_replay(self.environment, self.replay, self.agent.discount)

    def describe_data(self) -> str:
        environment = self.environment
        space = environment.envs.single_observation_space  # Flat.
        solved = "" if self.target is None else f", solved at {self.target:g}"
        return (
            f"{self._env_id()}: observations {space.shape} of {space.dtype}, "
            f"{environment.num_actions} actions{solved}; "
            f"{environment.batch_size} copies"
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

    def evaluate(self, step: int) -> dict[str, float]:
        returns = self._play(self._seeds(_SELECTION_SEED))
        mean, deviation = float(returns.mean()), float(returns.std())
        return {
            "mean_return": mean,
            "std_return": deviation,
            "lower_bound": mean - 2 * deviation / math.sqrt(len(returns)),
        }

    def measure(self, best: Best) -> dict[str, typing.Any]:
        self.q_values.refresh()
        seeds = self._seeds(_TEST_SEED)
        returns = self._play(seeds)
        mean = float(returns.mean())
        return {
            "mean_return": mean,
            "std_return": float(returns.std()),
            "episodes": len(returns),
            "seeds": [seeds[0], seeds[-1]],
            "score": mean,
            "best_step": best.step,
        }

    def serving(self, model: keras.Model) -> ServingPolicy:
        return ServingPolicy(model, self.environment, self.limits)

    def card(self) -> ModelCard:
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
            measured_on=f"{self.eval_episodes:,} episodes of seeds of their own",
            licence="none: it learns from what it does in the environment",
        )

    def metadata(self) -> dict[str, typing.Any]:
        return {
            "env": self._env_id(),
            "env_kwargs": describe(self.env_kwargs),
            "first_action": int(self.environment.raw_action_space.start),
            "limits": self.limits.describe("max_examples"),
        }

    def close(self) -> None:
        for environment in self._environments:
            environment.close()
        self._environments = []

    def _env_id(self):
        return self.env if isinstance(self.env, str) else self.env.__name__

    def _make_environment(self, num_envs, **options):
        environment = GymnasiumEnvironment(
            self.env,
            num_envs,
            action_mask=self.action_mask,
            **options,
            **self.env_kwargs,
        )
        self._environments.append(environment)
        return environment

    def _play(self, seeds):
        return evaluate(self.q_values, self._evaluation_environment, seeds)

    def _seeds(self, kind):
        first = kind + self.seed * self.eval_episodes
        return range(first, first + self.eval_episodes)
