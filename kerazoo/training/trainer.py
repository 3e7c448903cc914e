"""The training loop of every family: events, checkpoints, reports, the best model."""

import contextlib
import time
import typing
import warnings

import numpy as np
import tensorflow as tf

from kerazoo.training.batch_steps import mean_metrics
from kerazoo.training.divergence import likely_cause
from kerazoo.training.interruption import Interrupted
from kerazoo.training.interruption import Interruption
from kerazoo.training.profiler import Profiler
from kerazoo.training.progress import Progress
from kerazoo.training.schedule import Schedule
from kerazoo.training.selection import Selection
from kerazoo.training.session import Session
from kerazoo.training.strategy import minimum_over_workers
from kerazoo.training.task import Best
from kerazoo.training.task import Task
from kerazoo.training.workdir import Workdir
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
        self.task = task
        self.strategy = strategy
        self.schedule = schedule
        self.target = task.target if schedule.target is None else schedule.target
        self.steps = task.steps(strategy, jit_compile)
        self.step = 0
        self.seconds = 0.0
        self._selection = Selection(task.objective, task.mode)
        self._target_value = None
        self._events_since = None

    @property
    def best(self) -> Best:
        """The best evaluation so far."""
        return self._selection.best

    @property
    def finished(self) -> bool:
        """Whether `train_steps` are done, `patience` has run out or `target` is met."""
        schedule, since = self.schedule, self._selection.age
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
        self._resume(workdir)
        self.task.begin(workdir.path, self.step)
        progress = Progress(self.schedule.train_steps, self.step, self.task.title)
        if self.step:
            progress.say(f"Going on from step {self.step} of {workdir.path}.")
        session = Session(workdir, progress, self.strategy, interruption, profiler)
        with contextlib.closing(progress):
            self._make_up(session)
            start = time.perf_counter() - self.seconds
            if not self.finished:
                self.steps.start(self.step)
            is_first = True
            while not self.finished:
                self._take_steps(session, start, is_first)
                is_first = False
            self.seconds = time.perf_counter() - start

    def load_best(self) -> None:
        """Gives the model the weights of the best evaluation, if there was one."""
        self._selection.give(self.task.model)

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

    def _make_up(self, session):
        """Does what the process before was stopped in the midst of."""
        if self._events_since is not None:
            self._do_events(self._events_since, session)
            self._save(session.workdir)
        is_due = self.step and self.finished and self.task.objective
        if is_due and not self._has_best():  # The best model was damaged.
            self._evaluate(session)
            self._save(session.workdir)

    def _take_steps(self, session, start, is_first):
        """Takes the steps of one call, and does what is due after them."""
        if requested := requested_by_any(self.strategy, session.interruption):
            self._save(session.workdir)
            raise Interrupted(requested)
        if session.profiler is not None:
            session.profiler.reached(self.step)
        before = self.step
        # The first call compiles for long. It may be given up: nothing is new yet.
        with session.heard() if is_first else contextlib.nullcontext():
            history = self._advance(session.workdir)
        self.seconds = time.perf_counter() - start
        if not history:
            return
        session.recent.append(history)
        session.progress.update(self.step)
        self._do_events(before, session)
        self.seconds = time.perf_counter() - start
        if self._is_time(before, self.schedule.checkpoint_every) or self.finished:
            self._save(session.workdir)

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
            step = self.step + bad + 1
            raise FloatingPointError(
                f"The loss became {losses[bad]} at step {step}. Last good checkpoint: "
                f"{workdir.checkpoints.latest()}. {likely_cause(step)}"
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

    def _do_events(self, before, session):
        """Samples, evaluates and reports where it is time to.

        A signal ends the first two at once. What they are of is saved, and the next
        start does them again.
        """
        schedule = self.schedule
        self._events_since = before
        try:
            if self._is_time(before, schedule.sample_every or schedule.eval_every):
                self._sample(session)
            if self._is_time(before, schedule.eval_every):
                self._evaluate(session)
        except Interrupted:
            self._report(before, session)
            self._save(session.workdir)
            raise
        self._events_since = None
        self._report(before, session)

    def _report(self, before, session):
        if not (session.recent and self._is_time(before, self.schedule.log_every)):
            return
        metrics = mean_metrics(session.recent)
        session.recent.clear()
        more = self.steps.report()
        session.workdir.log(self.step, {**metrics, **more})
        # Those with a group in their name are only logged.
        names = sorted(metrics, key=lambda name: name != "loss")
        shown = {name: metrics[name] for name in names if "/" not in name}
        shown |= {name.replace("_per_second", "/s"): v for name, v in more.items()}
        session.progress.report(self.step, shown, is_last=self.finished)

    def _sample(self, session):
        with session.heard():
            made = self.task.sample(self.step)
        for name, sample in made.items():
            if isinstance(sample, bytes):
                session.workdir.write_picture(name, sample, self.step)
                continue
            for line in sample:
                session.progress.say(f"  {line!r}")

    def _evaluate(self, session):
        task, workdir = self.task, session.workdir
        try:
            with session.heard():
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
        self._selection.see(self.step, metrics, task.model)
        if self.schedule.eval_every >= self.schedule.log_every or self.finished:
            session.progress.say(f"step {self.step}: {self._in_words(metrics)}")

    def _in_words(self, metrics):
        # What is of one level, such as error_0.06, is only logged.
        shown = {name: v for name, v in metrics.items() if "." not in name}
        text = "  ".join(f"{name} {value:.4g}" for name, value in shown.items())
        return text if self.best.step is None else f"{text}  (best at {self.best.step})"

    def _save(self, workdir):
        chosen = self._selection.save(workdir)
        arrays, state = self.steps.state()
        state = {
            **state,
            **chosen,
            "seconds": self.seconds,
            "target_value": self._target_value,
        }
        if self._events_since is not None:
            state["events_since"] = self._events_since
        workdir.checkpoints.save(self.step, self.steps.checkpoint, arrays, state)

    def _resume(self, workdir):
        restored = restore_in_common(self.strategy, workdir, self.steps.checkpoint)
        if restored is None:
            return
        self.step, arrays, state = restored
        self.steps.restore(self.step, arrays, state)
        self.seconds = state["seconds"]
        self._events_since = state.get("events_since")
        # Version 0.1's names, of deep Q-networks.
        self._target_value = state.get("target_value", state.get("lower_bound"))
        self._selection.restore(workdir, state)
