"""The collect-and-train loop."""

import dataclasses
import math
import time

import numpy as np
import tensorflow as tf

from kerazoo.models.dqn import actor
from kerazoo.models.dqn import evaluation
from kerazoo.models.dqn.host_network import HostNetwork
from kerazoo.models.dqn.learner import Learner
from kerazoo.training.interruption import Interrupted
from kerazoo.training.progress import Progress
from kerazoo.training.strategy import minimum_over_workers
from kerazoo.training.strategy import worker_index
from kerazoo.training.workers import requested_by_any
from kerazoo.training.workers import restore_in_common

# Seeds of evaluation episodes lie far from those of training and of each other.
_SELECTION_SEED = 1_000_000_000
_TEST_SEED = 2_000_000_000


@dataclasses.dataclass
class Schedule:
    """When things happen during training.

    Each of several workers has an environment of its own and counts its own steps.

    Attributes:
        train_steps: Gradient steps in all.
        learning_starts: Environment steps before the first gradient step.
        block_length: Environment steps between two blocks of gradient steps; 1
            alternates strictly.
        gradient_steps_per_env_step: Gradient steps per environment step, on average.
        eval_every: Gradient steps between evaluations.
        eval_episodes: Episodes of one evaluation.
        checkpoint_every: Gradient steps between checkpoints.
        log_every: Gradient steps between reports.
        target_return: Ends training when the mean return of an evaluation, less two
            standard errors, reaches it.
    """

    train_steps: int = 50_000
    learning_starts: int = 1_000
    block_length: int = 32
    gradient_steps_per_env_step: float = 1.0
    eval_every: int = 2_000
    eval_episodes: int = 100
    checkpoint_every: int = 2_000
    log_every: int = 500
    target_return: float = math.inf

    @property
    def gradient_steps_per_block(self):
        steps = round(self.block_length * self.gradient_steps_per_env_step)
        return max(steps, 1)


class Trainer:
    """Trains an agent: a block of environment steps, a block of gradient steps.

    A vectorised actor takes `block_length` environment steps into the replay, then
    the gradient steps of the block run in one call on batches drawn at once. Saves
    agent, optimizer, replay, counters and random states; the episodes that run when
    a run stops are cut off as truncated when it resumes.

    Args:
        environment: `GymnasiumEnvironment` to learn in.
        evaluation_environment: `GymnasiumEnvironment` to evaluate in.
        agent: Agent of `create_agent`, created in the scope of `strategy`.
        strategy: `tf.distribute.Strategy`.
        replay: `UniformReplay`.
        batch_size: int. Transitions of a gradient step, over all replicas.
        epsilon: Function of the environment steps taken to the probability of a
            random action, such as `linear_epsilon(1.0, 0.05, 10_000)`.
        schedule: `Schedule`.
        seed: int. Seed of exploration, sampling and evaluation episodes.
        jit_compile: bool. Compiles blocks of gradient steps with XLA.

    Attributes:
        step: int. Gradient steps done.
        seconds: float. Wall-clock time spent in `fit`, over all resumptions.
        training_seconds, training_cpu_seconds: float. The same and the processor
            time, without evaluations and checkpoints.
        compile_seconds: float or None. Time of this process's first block.
        best_return: float. Best mean return of an evaluation.
        lower_bound: float. The last mean return less two standard errors.
    """

    def __init__(
        self,
        environment,
        evaluation_environment,
        agent,
        strategy,
        replay,
        batch_size,
        epsilon,
        schedule,
        seed=0,
        jit_compile=True,
    ):
        self._entropy = [seed, worker_index(strategy)]
        exploration, sampling = np.random.SeedSequence(self._entropy).spawn(2)
        self.strategy = strategy
        self.model = agent._q_network.keras_model
        self.q_values = HostNetwork(self.model)
        self.evaluation_environment = evaluation_environment
        self.agent = agent
        self.replay = replay
        self.schedule = schedule
        self.seed = seed
        self.random = np.random.default_rng(sampling)
        self.actor = actor.Actor(
            environment,
            self.q_values,
            replay,
            epsilon,
            np.random.default_rng(exploration),
        )
        self.learner = Learner(agent, strategy, jit_compile)
        local_replicas = len(strategy.extended.worker_devices)
        self.workers = strategy.num_replicas_in_sync // local_replicas
        self.local_batch_size = batch_size // self.workers
        self.step = 0
        self.best_return = -math.inf
        self.lower_bound = -math.inf
        self.seconds = 0.0
        self.training_seconds = 0.0
        self.training_cpu_seconds = 0.0
        self.compile_seconds = None
        self.first_step_time = None
        self._checkpoint = tf.train.Checkpoint(agent=agent)
        self._weights = tf.train.Checkpoint(
            weights=[variable.value for variable in self.model.variables]
        )

    @property
    def finished(self):
        """Whether `train_steps` are done or `target_return` is reached."""
        reached = self.lower_bound >= self.schedule.target_return
        return reached or self.step >= self.schedule.train_steps

    def fit(self, workdir, interruption=None, profiler=None):
        """Trains until `train_steps` or `target_return`, going on where it stopped.

        Args:
            workdir: `Workdir` for metrics and checkpoints.
            interruption: `Interruption` that may ask to stop, or None.
            profiler: `Profiler`, or None.

        Raises:
            Interrupted: After saving, if `interruption` asked to stop.
            FloatingPointError: If the loss is no longer finite.
        """
        schedule = self.schedule
        self._resume(workdir)
        progress = Progress(schedule.train_steps, self.step, "dqn")
        if self.step:
            progress.say(f"Going on from step {self.step} of {workdir.path}.")
        start = time.perf_counter() - self.seconds
        logged = time.perf_counter(), self.actor.num_steps
        while not self.finished:
            if requested := requested_by_any(self.strategy, interruption):
                self.save(workdir)
                raise Interrupted(requested)
            if profiler is not None:
                profiler.reached(self.step)
            before = self.step
            loss = self._train_block(workdir)
            self.seconds = time.perf_counter() - start
            progress.update(self.step)
            if loss is None:
                continue
            if _crossed(before, self.step, schedule.log_every):
                metrics = self._metrics(loss, *logged)
                logged = time.perf_counter(), self.actor.num_steps
                workdir.log(self.step, metrics)
                progress.report(self.step, metrics)
            if _crossed(before, self.step, schedule.eval_every) or self.finished:
                self._evaluate(workdir, progress)
            if _crossed(before, self.step, schedule.checkpoint_every) or self.finished:
                self.save(workdir)
            self.seconds = time.perf_counter() - start
        progress.close()

    def test(self, workdir):
        """Evaluates the best model on episodes that chose nothing.

        Args:
            workdir: `Workdir` of the finished training. Its best weights are loaded.

        Returns:
            dict of `mean_return`, `std_return`, `episodes` and the first and last
            seed of the episodes, `seeds`.
        """
        if workdir.best.restore(self._weights) is None:
            raise ValueError(f"{workdir.path}/best holds no whole checkpoint.")
        self.q_values.refresh()
        seeds = self._seeds(_TEST_SEED)
        returns = evaluation.evaluate(self.q_values, self.evaluation_environment, seeds)
        return {
            "mean_return": float(returns.mean()),
            "std_return": float(returns.std()),
            "episodes": len(returns),
            "seeds": [seeds[0], seeds[-1]],
        }

    def summary(self):
        """Returns counts and times of the whole training as a dict."""
        return {
            "env_steps": self.workers * self.actor.num_steps,
            "train_steps": self.step,
            "env_steps_per_second": self.workers
            * self.actor.num_steps
            / self.training_seconds,
            "wall_seconds": self.seconds,
            "training_seconds": self.training_seconds,
            "training_cpu_seconds": self.training_cpu_seconds,
            "compile_seconds": self.compile_seconds,
        }

    def save(self, workdir):
        """Saves all that training needs to go on."""
        time_step = self.actor.time_step
        pending = {
            f"pending/{i}": array for i, array in enumerate(tf.nest.flatten(time_step))
        }
        replay = {f"replay/{k}": v for k, v in self.replay.state().items()}
        state = {
            "lower_bound": self.lower_bound,
            "num_env_steps": self.actor.num_steps,
            "returns": list(self.actor.returns),
            "seconds": self.seconds,
            "training_seconds": self.training_seconds,
            "training_cpu_seconds": self.training_cpu_seconds,
            "exploration": self.actor.random.bit_generator.state,
            "sampling": self.random.bit_generator.state,
        }
        workdir.checkpoints.save(
            self.step, self._checkpoint, {**pending, **replay}, state
        )

    def _resume(self, workdir):
        restored = restore_in_common(self.strategy, workdir, self._checkpoint)
        if restored is None:
            return
        self.step, arrays, state = restored
        best = workdir.best.restore(tf.train.Checkpoint())
        self.best_return = best[2]["mean_return"] if best else -math.inf
        self.replay.restore(
            {
                key.removeprefix("replay/"): array
                for key, array in arrays.items()
                if key.startswith("replay/")
            }
        )
        self.lower_bound = state["lower_bound"]
        self.seconds = state["seconds"]
        self.training_seconds = state["training_seconds"]
        self.training_cpu_seconds = state["training_cpu_seconds"]
        self.actor.num_steps = state["num_env_steps"]
        self.actor.returns.extend(state["returns"])
        self.actor.random.bit_generator.state = state["exploration"]
        self.random.bit_generator.state = state["sampling"]
        pending = [arrays[f"pending/{i}"] for i in range(_count(arrays, "pending/"))]
        cut = tf.nest.pack_sequence_as(self.actor.time_step, pending)
        # The episodes that ran cannot go on: fresh ones, of other seeds, begin.
        self.replay.cut(cut)
        fresh = np.random.SeedSequence([*self._entropy, self.step])
        self.actor.restart(fresh.generate_state(self.replay.num_envs).tolist())
        self.q_values.refresh()

    def _train_block(self, workdir):
        """Takes one block of steps; returns the loss, None before learning starts."""
        schedule = self.schedule
        begin, cpu_begin = time.perf_counter(), time.process_time()
        self.actor.collect(schedule.block_length)
        can_sample = self.step or self.replay.can_sample
        ready = self.actor.num_steps if can_sample else 0
        ready = minimum_over_workers(self.strategy, ready - schedule.learning_starts)
        allowed = ready * schedule.gradient_steps_per_env_step
        steps = min(schedule.gradient_steps_per_block, schedule.train_steps - self.step)
        loss = None
        while 0 < steps <= allowed - self.step:
            loss = self._learn(steps, workdir)
            steps = min(steps, schedule.train_steps - self.step)
        self.training_seconds += time.perf_counter() - begin
        self.training_cpu_seconds += time.process_time() - cpu_begin
        return loss

    def _learn(self, steps, workdir):
        """Takes gradient steps in one call; returns their mean loss."""
        batches = self.replay.sample((steps, self.local_batch_size), self.random)
        called = time.perf_counter()
        loss = self.learner.train(batches)
        if self.compile_seconds is None:
            self.first_step_time = time.perf_counter()
            self.compile_seconds = self.first_step_time - called
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"The loss became {loss} at step {self.step}. Last good checkpoint: "
                f"{workdir.checkpoints.latest()}. Lower the learning rate or clip "
                "gradients."
            )
        self.q_values.refresh(self.learner.weights)
        self.step += steps
        return loss

    def _evaluate(self, workdir, progress):
        returns = evaluation.evaluate(
            self.q_values, self.evaluation_environment, self._seeds(_SELECTION_SEED)
        )
        mean = float(returns.mean())
        if mean > self.best_return:
            self.best_return = mean
            workdir.best.save(self.step, self._weights, state={"mean_return": mean})
        bound = mean - 2 * float(returns.std()) / math.sqrt(len(returns))
        self.lower_bound = minimum_over_workers(self.strategy, bound)
        workdir.log(
            self.step,
            {
                "eval/mean_return": mean,
                "eval/std_return": float(returns.std()),
                "env_steps": self.actor.num_steps,
            },
        )
        progress.say(
            f"step {self.step}: mean return {mean:.1f} +- {returns.std():.1f} over "
            f"{len(returns)} episodes, best {self.best_return:.1f}"
        )

    def _seeds(self, kind):
        first = kind + self.seed * self.schedule.eval_episodes
        return range(first, first + self.schedule.eval_episodes)

    def _metrics(self, loss, since, env_steps_then):
        env_steps = self.actor.num_steps
        metrics = {
            "loss": loss,
            "epsilon": self.actor.epsilon(env_steps),
            "env_steps": env_steps,
            "env_steps_per_second": (env_steps - env_steps_then)
            / (time.perf_counter() - since),
        }
        if self.actor.returns:
            metrics["train/mean_return"] = float(np.mean(self.actor.returns))
        return metrics


def _crossed(before, after, period):
    return before // period < after // period


def _count(arrays, prefix):
    return sum(key.startswith(prefix) for key in arrays)
