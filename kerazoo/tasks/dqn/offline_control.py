"""Acting in an environment, learnt from what others did there."""

import dataclasses
import functools
import typing

import tensorflow as tf

from kerazoo.models.dqn.config import AgentConfig
from kerazoo.models.dqn.config import ReplayConfig
from kerazoo.models.dqn.config import make_replay
from kerazoo.models.dqn.logged_data import TransitionSpecs
from kerazoo.models.dqn.logged_data import Unplayable
from kerazoo.models.dqn.logged_data import load_transitions
from kerazoo.models.dqn.offline_learning import OfflineLearning
from kerazoo.tasks.dqn.discrete_control import DiscreteControl
from kerazoo.training.model_card import ModelCard
from kerazoo.training.task import Best


@dataclasses.dataclass
class OfflineControl(DiscreteControl):
    """Learns to act from logged transitions alone, see `DiscreteControl`.

    Nothing is played in training. Evaluations play, and choose the best model; of a
    system that is known by its logs alone there are none, and the model is that of the
    last step.

    Args:
        env: As of `DiscreteControl`, or `""` for such a system.
        offline_data: Folder of transitions, of `TransitionLog` or of the same form.
        agent: `AgentConfig`; with `cql_alpha` values of actions that are not in the
            logs are kept low.
        replay: `ReplayConfig`; its capacity is that of the logs.

    Example:

    ```python
    from kerazoo.tasks.dqn import DiscreteControl  # Before TensorFlow.
    from kerazoo.tasks.dqn import OfflineControl
    import kerazoo
    from kerazoo.training import Schedule

    schedule = Schedule(train_steps=64, eval_every=64)
    task = DiscreteControl("CartPole-v1", log_transitions="/tmp/pole", eval_episodes=5)
    kerazoo.run(task, "runs/logged_pole", schedule)
    task = OfflineControl("CartPole-v1", offline_data="/tmp/pole", eval_episodes=5)
    kerazoo.run(task, "runs/offline_pole", schedule)
    ```
    """

    offline_data: str = ""
    steps_class: typing.ClassVar[type[OfflineLearning]] = OfflineLearning
    agent: AgentConfig = dataclasses.field(
        default_factory=lambda: AgentConfig(cql_alpha=1.0)
    )
    # Returns of several steps are those of whoever was logged.
    replay: ReplayConfig = dataclasses.field(
        default_factory=lambda: ReplayConfig(n_step=1)
    )

    @property
    def name(self) -> str:
        return super().name or "logged"

    @property
    def evaluates(self) -> bool:
        """Whether the environment is played in evaluations."""
        return bool(self.env)

    @property
    def objective(self) -> str | None:  # type: ignore[override]
        """The mean return, unless nothing is played."""
        return "mean_return" if self.evaluates else None

    @property
    def target(self) -> float | None:
        return super().target if self.evaluates else None

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        if not self.evaluates and self.videos:
            raise ValueError(
                "`videos` needs an environment that can be played. Received: env="
            )
        super().build(strategy, train_steps, seed)

    def describe_data(self) -> str:
        loaded = self._loaded
        mean = ""
        if loaded.mean_return is not None:
            mean = f" of {loaded.num_episodes:,} episodes, mean return "
            mean += f"{loaded.mean_return:.4g}"
        known = super().describe_data()
        if not self.evaluates:
            known = f"logs{known}"
        return f"{known}; {loaded.num_transitions:,} logged transitions{mean}"

    def evaluate(self, step: int) -> dict[str, float]:
        return super().evaluate(step) if self.evaluates else {}

    def measure(self, best: Best) -> dict[str, typing.Any]:
        logged = {
            "logged_transitions": self._loaded.num_transitions,
            "logged_mean_return": self._loaded.mean_return,
        }
        if self.evaluates:
            return {**super().measure(best), **logged}
        self.q_values.refresh()
        return {"score": 0.0, "best_step": None, **logged}

    def card(self) -> ModelCard:
        card = super().card()
        learnt = "It learnt from logs; what they do not show it could not try."
        card = dataclasses.replace(
            card,
            limitations=(learnt, *card.limitations),
            licence="not known: that of the logs",
        )
        if self.evaluates:
            return card
        return dataclasses.replace(
            card,
            summary=(
                "Acts in a system that is known by its logs alone: the action of the "
                "highest value each time."
            ),
            intended_use="Acting in this system, by people who watch what it does.",
            limitations=(learnt, "How well it acts was never tried."),
            measured_on="",
        )

    def _maker(self):
        if self.evaluates:
            return self.env
        specs = TransitionSpecs.read(self.offline_data)
        return functools.partial(Unplayable, specs)

    def _specs(self):
        env = self._env_id() if self.evaluates else None
        return TransitionSpecs.of(self.environment, env)

    def _exact_results(self):
        return super()._exact_results() if self.evaluates else None

    def _make_training_environment(self, seed):
        return self._make_environment(1, seed=seed)  # For its specs.

    def _make_replay(self):
        # Stretches may begin in the midst of an episode: frames are kept in stacks.
        make = functools.partial(
            make_replay, self.environment, discount=self.agent.discount
        )
        self._loaded = load_transitions(
            self.offline_data,
            self._specs(),
            lambda capacity: make(
                replay=dataclasses.replace(self.replay, replay_capacity=capacity)
            ),
            self.replay.n_step,
        )
        return self._loaded.replay
