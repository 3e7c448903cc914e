"""The training loop of every family: events, checkpoints, reports, the best model."""

import math
import sys
import time
import typing
import warnings

import numpy as np
import tensorflow as tf

from kerazoo.training.batch_steps import mean_metrics
from kerazoo.training.interruption import Interrupted
from kerazoo.training.interruption import Interruption
from kerazoo.training.profiler import Profiler
from kerazoo.training.progress import Progress
from kerazoo.training.schedule import Schedule
from kerazoo.training.strategy import minimum_over_workers
from kerazoo.training.task import Best
from kerazoo.training.task import Task
from kerazoo.training.workdir import Workdir
from kerazoo.training.workdir import read_best
from kerazoo.training.workers import requested_by_any
from kerazoo.training.workers import restore_in_common


class Trainer:
    """Trains a task's model and keeps its best weights.

    A run that was killed goes on from its newest checkpoint. Where the steps depend on
    nothing but variables, batches and the step, it ends with the same weights as one
    that was not.

    Args:
        task: `Task`, built in the scope of `strategy`.
        strategy: `tf.distribute.Strategy`.
        schedule: `Schedule`.
        jit_compile: bool or None. Compiles the steps with XLA; None for the task's
            choice.

    Attributes:
        step: int. Optimizer steps done.
        seconds: float. Wall-clock time spent in `fit`, over all resumptions.
        steps: `Steps` of the task.
        target: float or None. Value that ends training, of the schedule or the task.
        best: `Best`, the best evaluation so far.

    Raises:
        ValueError: If the task's `mode` is neither `"max"` nor `"min"`.
    """

    def __init__(
        self,
        task: Task,
        strategy: tf.distribute.Strategy,
        schedule: Schedule,
        jit_compile: bool | None = None,
    ):
        if task.mode not in ("max", "min"):
            raise ValueError(f"`mode` must be max or min. Received: mode={task.mode}")
        self.task = task
        self.strategy = strategy
        self.schedule = schedule
        self.target = task.target if schedule.target is None else schedule.target
        self.steps = task.steps(strategy, jit_compile)
        self.step = 0
        self.seconds = 0.0
        self.best = Best()
        self._sign = 1 if task.mode == "max" else -1
        self._best_weights = None
        self._evaluations_since_best = 0
        self._target_value = None

    @property
    def finished(self) -> bool:
        """Whether `train_steps` are done, `patience` has run out or `target` is met."""
        schedule, since = self.schedule, self._evaluations_since_best
        is_tired = schedule.patience is not None and since >= schedule.patience
        return is_tired or self._is_on_target() or self.step >= schedule.train_steps

    def fit(
        self,
        workdir: Workdir,
        interruption: Interruption | None = None,
        profiler: Profiler | None = None,
    ) -> None:
        """Trains to the end, going on where it stopped.

        Args:
            workdir: `Workdir` for metrics and checkpoints.
            interruption: `Interruption` that may ask to stop, or None.
            profiler: `Profiler`, or None.

        Raises:
            Interrupted: After saving, if `interruption` asked to stop.
            FloatingPointError: If the loss is no longer finite.
        """
        schedule, task = self.schedule, self.task
        self._resume(workdir)
        task.begin(workdir.path, self.step)
        progress = Progress(schedule.train_steps, self.step, task.title)
        if self.step:
            progress.say(f"Going on from step {self.step} of {workdir.path}.")
        if self.step and self.finished and task.objective and not self._has_best():
            self._evaluate(workdir, progress)  # The best model was damaged.
            self._save(workdir)
        start = time.perf_counter() - self.seconds
        if not self.finished:
            self.steps.start(self.step)
        recent = []
        while not self.finished:
            if requested := requested_by_any(self.strategy, interruption):
                self._save(workdir)
                raise Interrupted(requested)
            if profiler is not None:
                profiler.reached(self.step)
            before = self.step
            history = self._advance(workdir)
            self.seconds = time.perf_counter() - start
            if not history:
                continue
            recent.append(history)
            progress.update(self.step)
            if self._is_time(before, schedule.sample_every or schedule.eval_every):
                self._sample(workdir)
            if self._is_time(before, schedule.eval_every):
                self._evaluate(workdir, progress)
            if self._is_time(before, schedule.log_every):
                self._report(recent, workdir, progress)
                recent = []
            self.seconds = time.perf_counter() - start
            if self._is_time(before, schedule.checkpoint_every) or self.finished:
                self._save(workdir)
        self.seconds = time.perf_counter() - start
        progress.close()

    def load_best(self) -> None:
        """Gives the model the weights of the best evaluation, if there was one."""
        if self._best_weights is not None:
            self.task.model.set_weights(self._best_weights)

    def summary(self) -> dict[str, typing.Any]:
        """Returns counts and times of the whole training as a dict."""
        return {
            "train_steps": self.step,
            "wall_seconds": self.seconds,
            "compile_seconds": self.steps.compile_seconds,
            **self.steps.summary(),
        }

    def last_good(self, workdir: Workdir) -> str:
        """Says which state of a folder to go back to."""
        if self.best.step is not None:
            return (
                f"The best so far, of step {self.best.step}, is kept in "
                f"{workdir.best.directory} and exported at the end."
            )
        return f"Last good checkpoint: {workdir.checkpoints.latest()}."

    def _advance(self, workdir):
        """Takes the steps of one call; returns their metrics, empty of no steps."""
        until_event = self.schedule.next_event(self.step) - self.step
        until_end = self.schedule.train_steps - self.step
        history = self.steps.take(until_event, until_end)
        if not history:
            return history
        losses = history["loss"]
        if not np.isfinite(losses).all():
            bad = int(np.argmin(np.isfinite(losses)))
            raise FloatingPointError(
                f"The loss became {losses[bad]} at step {self.step + bad + 1}. Last "
                f"good checkpoint: {workdir.checkpoints.latest()}. Try a lower "
                "learning rate, in another folder."
            )
        self.step += len(losses)
        return history

    def _is_time(self, before, every):
        return before // every < self.step // every or self.finished

    def _is_on_target(self):
        value = self._target_value
        return None not in (self.target, value) and value >= self.target

    def _has_best(self):
        """Returns whether all workers know a best model."""
        return minimum_over_workers(self.strategy, self.best.step is not None)

    def _report(self, recent, workdir, progress):
        metrics = mean_metrics(recent)
        more = self.steps.report()
        workdir.log(self.step, {**metrics, **more})
        # Those with a group in their name are only logged.
        shown = {name: v for name, v in metrics.items() if "/" not in name}
        shown |= {name.replace("_per_second", "/s"): v for name, v in more.items()}
        progress.report(self.step, shown)

    def _sample(self, workdir):
        for name, made in self.task.sample(self.step).items():
            if isinstance(made, bytes):
                workdir.write_picture(name, made, self.step)
                continue
            for line in made:
                print(f"  {line!r}", file=sys.stderr)

    def _evaluate(self, workdir, progress):
        task = self.task
        try:
            found = task.evaluate(self.step)
        except FloatingPointError as error:
            raise FloatingPointError(
                f"{error} at step {self.step}. {self.last_good(workdir)}"
            ) from error
        if not found:
            return
        metrics = {name: float(value) for name, value in found.items()}
        evaluated = {f"eval/{name}": value for name, value in metrics.items()}
        workdir.log(self.step, {**evaluated, **self.steps.counters()})
        if concern := task.concern():
            warnings.warn(
                f"step {self.step}: {concern}. {self.last_good(workdir)}", stacklevel=2
            )
        if task.target_metric is not None:
            self._target_value = minimum_over_workers(
                self.strategy, metrics[task.target_metric]
            )
        if task.objective is None:
            return
        value = metrics[task.objective]
        best = self.best.metrics.get(task.objective, -self._sign * math.inf)
        self._evaluations_since_best += 1
        if self.best.step is None or self._sign * (value - best) > 0:
            self._evaluations_since_best = 0
            self.best = Best(self.step, metrics)
            self._best_weights = task.model.get_weights()
        if self.schedule.eval_every >= self.schedule.log_every or self.finished:
            shown = "  ".join(f"{name} {v:.4g}" for name, v in metrics.items())
            progress.say(f"step {self.step}: {shown}  (best at {self.best.step})")

    def _save(self, workdir):
        if self._best_weights is not None:
            arrays = {str(i): array for i, array in enumerate(self._best_weights)}
            if workdir.best.latest() != workdir.best.path(self.best.step):
                state = {"metrics": self.best.metrics}
                workdir.best.save(self.best.step, tf.train.Checkpoint(), arrays, state)
        arrays, state = self.steps.state()
        state = {
            **state,
            "seconds": self.seconds,
            "evaluations_since_best": self._evaluations_since_best,
            "best_step": self.best.step,
            "target_value": self._target_value,
        }
        workdir.checkpoints.save(self.step, self.steps.checkpoint, arrays, state)

    def _resume(self, workdir):
        restored = restore_in_common(self.strategy, workdir, self.steps.checkpoint)
        if restored is None:
            return
        self.step, arrays, state = restored
        self.steps.restore(self.step, arrays, state)
        self.seconds = state["seconds"]
        self._evaluations_since_best = state.get("evaluations_since_best", 0)
        # Version 0.1's names, of deep Q-networks.
        self._target_value = state.get("target_value", state.get("lower_bound"))
        if state.get("best_step", 0) is None:
            return
        path = workdir.best.find(state.get("best_step"))
        if path is not None:
            step, self._best_weights, metrics = read_best(path)
            self.best = Best(step, metrics)
