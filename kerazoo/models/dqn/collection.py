"""Training steps that come with experience: collect a block, then learn from it."""

import time
import typing

import numpy as np
import tensorflow as tf
from tf_agents.agents.dqn import dqn_agent

from kerazoo.models.dqn.actor import Actor
from kerazoo.models.dqn.config.collection_config import CollectionConfig
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.host_network import HostNetwork
from kerazoo.models.dqn.learner import Learner
from kerazoo.models.dqn.logged_data.transition_log import TransitionLog
from kerazoo.models.dqn.prioritized_replay import PrioritizedReplay
from kerazoo.models.dqn.replay import Replay
from kerazoo.training.strategy import minimum_over_workers
from kerazoo.training.strategy import worker_index


class Collection:
    """Takes environment steps and gradient steps by turns, see `Steps`.

    A vectorised actor takes a block of environment steps into the replay, then the
    gradient steps of the block run in one call on batches drawn at once. A checkpoint
    has agent, optimizer, replay, counters and random states; the episodes that run when
    a run stops are cut off as truncated when it goes on.

    Args:
        environment: `GymnasiumEnvironment` to learn in.
        agent: Agent of `create_agent`, created in the scope of `strategy`.
        q_values: `HostNetwork` of the agent's model; it always has the newest weights.
        replay: `UniformReplay`, or `PrioritizedReplay`: then losses are weighted, and
            the errors of a block become priorities after it.
        epsilon: Function of the environment steps taken to the probability of a random
            action, such as `linear_epsilon(1.0, 0.05, 10_000)`.
        strategy: `tf.distribute.Strategy`.
        batch_size: Transitions of a gradient step, over all replicas.
        config: `CollectionConfig`.
        seed: Seed of exploration and of sampling.
        jit_compile: Compiles blocks of gradient steps with XLA, on one replica.
        log: `TransitionLog` of what is played, or None.

    Attributes:
        step: int. Gradient steps taken.
        training_seconds, training_cpu_seconds: float. Wall-clock and processor time of
            all calls of `take`, over all resumptions.

    Example:

    ```python
    from kerazoo.training import strategy

    collection = Collection(
        environment,
        agent,
        HostNetwork(model),
        UniformReplay(environment.observation_spec(), capacity=10_000),
        linear_epsilon(1.0, 0.05, 10_000),
        strategy.create("one_device"),
    )
    collection.start(step=0)
    collection.take(until_event=100, until_end=1_000)  # {} until learning starts
    ```
    """

    def __init__(
        self,
        environment: GymnasiumEnvironment,
        agent: dqn_agent.DqnAgent,
        q_values: HostNetwork,
        replay: Replay,
        epsilon: typing.Callable[[int], float],
        strategy: tf.distribute.Strategy,
        batch_size: int = 64,
        config: CollectionConfig | None = None,
        seed: int = 0,
        jit_compile: bool = True,
        log: TransitionLog | None = None,
    ):
        self._entropy = [seed, worker_index(strategy)]
        exploration, sampling = map(
            np.random.default_rng, np.random.SeedSequence(self._entropy).spawn(2)
        )
        local_replicas = len(strategy.extended.worker_devices)
        self._workers = strategy.num_replicas_in_sync // local_replicas
        self._local_batch_size = batch_size // self._workers
        self.strategy = strategy
        self.q_values = q_values
        self.replay = replay
        self.config = config or CollectionConfig()
        self.random = sampling
        self.actor = Actor(
            *(environment, q_values.explore, replay, epsilon, exploration), log
        )
        self.learner = Learner(agent, q_values.model, strategy, jit_compile)
        self.checkpoint = tf.train.Checkpoint(agent=agent)
        self.step = 0
        self.training_seconds = 0.0
        self.training_cpu_seconds = 0.0
        self.compile_seconds: float | None = None
        self.first_step_time: float | None = None
        self._reported = (0.0, 0)

    def start(self, step: int) -> None:
        self.step = step
        self._reported = self.training_seconds, self.actor.num_steps

    def take(self, until_event: int, until_end: int) -> dict[str, np.ndarray]:
        begin, cpu_begin = time.perf_counter(), time.process_time()
        self.actor.collect(self.config.block_length)
        due, end = self._due_steps(), self.step + until_end
        losses = []
        steps = min(self.config.gradient_steps_per_block, until_end)
        while 0 < steps <= due - self.step:
            losses.append(self._learn(steps, end))
            steps = min(steps, end - self.step)
        self.training_seconds += time.perf_counter() - begin
        self.training_cpu_seconds += time.process_time() - cpu_begin
        return {"loss": np.concatenate(losses)} if losses else {}

    def report(self) -> dict[str, float]:
        seconds, env_steps = self._reported
        self._reported = self.training_seconds, self.actor.num_steps
        elapsed = self.training_seconds - seconds
        found = {
            "epsilon": self.actor.epsilon(self.actor.num_steps),
            "env_steps": self.actor.num_steps,
            "env_steps_per_second": (self.actor.num_steps - env_steps) / elapsed,
        }
        if self.actor.returns:
            found["train/mean_return"] = float(np.mean(self.actor.returns))
        return found

    def counters(self) -> dict[str, float]:
        return {"env_steps": self.actor.num_steps}

    def summary(self) -> dict[str, float | None]:
        env_steps = self._workers * self.actor.num_steps
        seconds = self.training_seconds
        return {
            "env_steps": env_steps,
            "env_steps_per_second": env_steps / seconds if seconds else None,
            "training_seconds": seconds,
            "training_cpu_seconds": self.training_cpu_seconds,
        }

    def state(self) -> tuple[dict[str, np.ndarray], dict[str, typing.Any]]:
        pending = enumerate(tf.nest.flatten(self.actor.time_step))
        arrays = {f"pending/{i}": array for i, array in pending}
        arrays |= {f"replay/{name}": a for name, a in self.replay.state().items()}
        state = {
            "num_env_steps": self.actor.num_steps,
            "returns": list(self.actor.returns),
            "training_seconds": self.training_seconds,
            "training_cpu_seconds": self.training_cpu_seconds,
            "exploration": self.actor.random.bit_generator.state,
            "sampling": self.random.bit_generator.state,
        }
        if self.actor.log is not None:
            state["log"] = self.actor.log.commit()
        return arrays, state

    def restore(
        self, step: int, arrays: dict[str, np.ndarray], state: dict[str, typing.Any]
    ) -> None:
        self.step = step
        self.replay.restore(part_of(arrays, "replay/"))
        self.actor.num_steps = state["num_env_steps"]
        self.actor.returns.extend(state["returns"])
        self.training_seconds = state["training_seconds"]
        self.training_cpu_seconds = state["training_cpu_seconds"]
        self.actor.random.bit_generator.state = state["exploration"]
        self.random.bit_generator.state = state["sampling"]
        if self.actor.log is not None and "log" in state:
            self.actor.log.rewind(**state["log"])
        self._resume_episodes(arrays)
        self._refresh()

    def _resume_episodes(self, arrays):
        """Begins fresh episodes, of other seeds: those that ran cannot go on."""
        pending = part_of(arrays, "pending/")
        pending = [pending[str(i)] for i in range(len(pending))]
        self.replay.cut(tf.nest.pack_sequence_as(self.actor.time_step, pending))
        fresh = np.random.SeedSequence([*self._entropy, self.step])
        self.actor.restart(fresh.generate_state(self.replay.num_envs).tolist())

    def _due_steps(self):
        """Returns how many gradient steps all workers should have taken by now."""
        can_sample = self.step or self.replay.can_sample
        ready = self.actor.num_steps if can_sample else 0
        ready -= self.config.learning_starts
        ready = minimum_over_workers(self.strategy, ready)
        return ready * self.config.gradient_steps_per_env_step

    def _learn(self, steps, end):
        """Takes gradient steps in one call; returns the loss of each."""
        prioritized = isinstance(self.replay, PrioritizedReplay)
        if prioritized:
            self.replay.anneal(self.step / end)
        drawn = self.replay.sample((steps, self._local_batch_size), self.random)
        called = time.perf_counter()
        if prioritized:
            losses, td_errors = self.learner.train(drawn.transitions, drawn.weights)
            self.replay.update(drawn.entries, td_errors)
        else:
            losses = self.learner.train(drawn).losses
        if self.compile_seconds is None:
            self.first_step_time = time.perf_counter()
            self.compile_seconds = self.first_step_time - called
        self.step += steps
        self._refresh(self.learner.weights)
        return losses

    def _refresh(self, weights=None):
        """Gives the actor the newest weights, with noise that follows from the step."""
        self.q_values.refresh(weights, [*self._entropy, self.step])


def part_of(
    arrays: typing.Mapping[str, typing.Any], prefix: str
) -> dict[str, typing.Any]:
    """Returns the arrays of a prefix, without it."""
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
