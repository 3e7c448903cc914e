"""The training loop of every family that learns from batches."""

import dataclasses
import math
import time

import numpy as np
import tensorflow as tf

from kerazoo.training.interruption import Interrupted
from kerazoo.training.progress import Progress
from kerazoo.training.strategy import minimum_over_workers
from kerazoo.training.workers import requested_by_any
from kerazoo.training.workers import restore_in_common

_CALL_SECONDS = 0.5  # Longest silence: signals are heard between calls.


@dataclasses.dataclass
class Schedule:
    """When things happen during training, in optimizer steps.

    Attributes:
        train_steps: Steps in all.
        eval_every: Steps between evaluations.
        checkpoint_every: Steps between checkpoints.
        log_every: Steps between reports.
        sample_every: Steps between samples, or None.
        patience: Evaluations without a better one that end training, or None.
    """

    train_steps: int
    eval_every: int = 1_000
    checkpoint_every: int = 1_000
    log_every: int = 100
    sample_every: int | None = None
    patience: int | None = None

    def next_event(self, step):
        """Returns the next step after `step` at which something happens."""
        periods = (self.eval_every, self.checkpoint_every, self.log_every)
        periods += (self.sample_every,) if self.sample_every else ()
        return min(
            self.train_steps, *((step // every + 1) * every for every in periods)
        )


class Trainer:
    """Runs a model's `train_step` under a strategy, many steps in one call.

    A run that was killed goes on from its newest checkpoint and ends with the same
    weights as one that was not: variables, optimizer and seed generators are saved,
    and the batches depend on nothing but the step.

    Args:
        model: Keras model, built and compiled in the scope of `strategy`, whose
            `train_step(batch)` returns a dict of scalars that are the same on every
            replica, `loss` among them; such as a `ReplicaModel`. NaN stands for none,
            and metrics with a `/` in their name are not shown, only logged.
        strategy: `tf.distribute.Strategy`.
        batches: Function of `(start_step, context)` to an endless `tf.data.Dataset`;
            one element is one replica's part of a step, `context` the
            `tf.distribute.InputContext` of the worker. None for a `train_step` that
            takes no batch.
        schedule: `Schedule`.
        evaluate: Function without arguments to a dict of metrics, or None.
        sample: Function without arguments that shows what the model makes, or None.
        objective: str or None. Metric of `evaluate` whose best weights are kept.
        mode: `"max"` or `"min"`. Which `objective` is best.
        train_step: Function of a batch, in place of the model's own.
        variables: List of Keras variables to save, in place of those of the model and
            its optimizer.
        examples_per_step: int. Examples of a step, over all replicas.
        jit_compile: bool. Compiles the step with XLA, on one replica.
        name: str. What is being trained, for the reports.

    Attributes:
        step: int. Optimizer steps done.
        seconds: float. Wall-clock time spent in `fit`, over all resumptions.
        training_seconds: float. The same without evaluations, checkpoints and the
            first call of each process.
        compile_seconds: float or None. Time of this process's first call.
        best_step: int or None. Step of the best evaluation.
        best_metrics: dict. Metrics of the best evaluation.

    Example:

    ```python
    trainer = Trainer(model, strategy, batches, Schedule(train_steps=1_000))
    trainer.fit(workdir)
    ```
    """

    def __init__(
        self,
        model,
        strategy,
        batches,
        schedule,
        evaluate=None,
        objective=None,
        mode="max",
        train_step=None,
        variables=None,
        examples_per_step=1,
        jit_compile=False,
        name="training",
        sample=None,
    ):
        if mode not in ("max", "min"):
            raise ValueError(f"`mode` must be max or min. Received: mode={mode}")
        self.model = model
        self.strategy = strategy
        self.batches = batches
        self.schedule = schedule
        self.evaluate = evaluate
        self.sample = sample
        self.objective = objective
        self.sign = 1 if mode == "max" else -1
        self.examples_per_step = examples_per_step
        self.name = name
        self.step = 0
        self.seconds = 0.0
        self.training_seconds = 0.0
        self.compile_seconds = None
        self.first_step_time = None
        self.best_step = None
        self.best_metrics = {}
        self._best_weights = None
        self._evaluations_since_best = 0
        self._train_step = train_step or model.train_step
        if variables is None:
            variables = [*model.variables, *model.optimizer.variables]
        self._checkpoint = tf.train.Checkpoint(values=[v.value for v in variables])
        if jit_compile and strategy.num_replicas_in_sync == 1:
            self._train_step = tf.function(self._train_step, jit_compile=True)
        self._timed_steps = 0
        self._names = []
        self._steps_per_call = 1
        self._call = tf.function(self._take_steps)

    @property
    def finished(self):
        """Whether `train_steps` are done or `patience` has run out."""
        patience = self.schedule.patience
        tired = patience is not None and self._evaluations_since_best >= patience
        return tired or self.step >= self.schedule.train_steps

    def fit(self, workdir, interruption=None, profiler=None):
        """Trains to the end, going on where it stopped.

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
        progress = Progress(schedule.train_steps, self.step, self.name)
        if self.step:
            progress.say(f"Going on from step {self.step} of {workdir.path}.")
        if self.step and self.finished and self.objective and not self._has_best():
            self._evaluate(workdir, progress)  # The best model was damaged.
            self._save(workdir)
        start = time.perf_counter() - self.seconds
        iterator = None if self.finished else self._iterator()
        recent = []
        logged_seconds, logged_step = self.training_seconds, self._timed_steps
        while not self.finished:
            if requested := requested_by_any(self.strategy, interruption):
                self._save(workdir)
                raise Interrupted(requested)
            if profiler is not None:
                profiler.reached(self.step)
            recent.append(self._run(iterator, workdir))
            progress.update(self.step)
            if self.sample and self._is_time(schedule.sample_every):
                self.sample()
            if self._is_time(schedule.eval_every) and self.evaluate:
                self._evaluate(workdir, progress)
            if self._is_time(schedule.log_every):
                metrics = self._means(np.concatenate(recent))
                elapsed = self.training_seconds - logged_seconds or math.inf
                rate = (self._timed_steps - logged_step) / elapsed
                recent = []
                logged_seconds, logged_step = self.training_seconds, self._timed_steps
                workdir.log(self.step, {**metrics, "steps_per_second": rate})
                shown = {name: v for name, v in metrics.items() if "/" not in name}
                progress.report(self.step, {**shown, "steps/s": rate})
            self.seconds = time.perf_counter() - start
            if self._is_time(schedule.checkpoint_every) or self.finished:
                self._save(workdir)
        self.seconds = time.perf_counter() - start
        progress.close()

    def load_best(self):
        """Gives the model the weights of the best evaluation, if there was one."""
        if self._best_weights is not None:
            self.model.set_weights(self._best_weights)

    def summary(self):
        """Returns counts and times of the whole training as a dict."""
        rate = self._timed_steps / (self.training_seconds or math.inf)
        return {
            "train_steps": self.step,
            "steps_per_second": rate or None,
            "examples_per_second": rate * self.examples_per_step or None,
            "wall_seconds": self.seconds,
            "training_seconds": self.training_seconds,
            "compile_seconds": self.compile_seconds,
        }

    def _means(self, history):
        """Returns the mean of each metric over the steps that had one."""
        means = np.ma.masked_invalid(history).mean(axis=0).filled(np.nan)
        metrics = dict(zip(self._names, means.tolist(), strict=True))
        return {name: value for name, value in metrics.items() if np.isfinite(value)}

    def _has_best(self):
        """Returns whether all workers know a best model."""
        return minimum_over_workers(self.strategy, self.best_step is not None)

    def _is_time(self, every):
        return self.step % every == 0 or self.finished

    def _iterator(self):
        if self.batches is None:
            return None
        distributed = self.strategy.distribute_datasets_from_function(
            lambda context: self.batches(self.step, context)
        )
        return iter(distributed)

    def _take_steps(self, iterator, steps):
        history = tf.TensorArray(tf.float32, steps, infer_shape=False)
        for i in tf.range(steps):
            batch = () if iterator is None else (next(iterator),)
            metrics = self.strategy.run(self._train_step, args=batch)
            history = history.write(i, self._row(metrics))
        return history.stack()

    @tf.autograph.experimental.do_not_convert
    def _row(self, metrics):
        """Returns the metrics of a step as a vector; notes the order of their names."""
        self._names = sorted(metrics)
        local = self.strategy.experimental_local_results
        values = [tf.cast(local(metrics[n])[0], tf.float32) for n in self._names]
        return tf.stack(values)

    def _run(self, iterator, workdir):
        """Takes the steps of one call; returns their metrics, one row per step."""
        until_event = self.schedule.next_event(self.step) - self.step
        steps = min(self._steps_per_call, until_event)
        begin = time.perf_counter()
        history = self._call(iterator, tf.constant(steps)).numpy()
        end = time.perf_counter()
        if self.compile_seconds is None:
            self.compile_seconds = end - begin
            self.first_step_time = end
        else:
            self.training_seconds += end - begin
            self._timed_steps += steps
            fitting = int(_CALL_SECONDS * steps / (end - begin))
            self._steps_per_call = max(min(fitting, 4 * self._steps_per_call), 1)
        losses = history[:, self._names.index("loss")]
        if not np.isfinite(losses).all():
            bad = int(np.argmin(np.isfinite(losses)))
            raise FloatingPointError(
                f"The loss became {losses[bad]} at step {self.step + bad + 1}. Last "
                f"good checkpoint: {workdir.checkpoints.latest()}. Try a lower "
                "learning rate, in another folder."
            )
        self.step += steps
        return history

    def _evaluate(self, workdir, progress):
        metrics = {name: float(value) for name, value in self.evaluate().items()}
        workdir.log(self.step, {f"eval/{name}": v for name, v in metrics.items()})
        if self.objective is None:
            return
        value = metrics[self.objective]
        best = self.best_metrics.get(self.objective, -self.sign * math.inf)
        self._evaluations_since_best += 1
        if self.best_step is None or self.sign * (value - best) > 0:
            self._evaluations_since_best = 0
            self.best_step, self.best_metrics = self.step, metrics
            self._best_weights = self.model.get_weights()
        if self.schedule.eval_every >= self.schedule.log_every or self.finished:
            shown = "  ".join(f"{name} {v:.4g}" for name, v in metrics.items())
            progress.say(f"step {self.step}: {shown}  (best at {self.best_step})")

    def _save(self, workdir):
        if self._best_weights is not None:
            arrays = {str(i): array for i, array in enumerate(self._best_weights)}
            if workdir.best.latest() != workdir.best.path(self.best_step):
                state = {"metrics": self.best_metrics}
                workdir.best.save(self.best_step, tf.train.Checkpoint(), arrays, state)
        state = {
            "seconds": self.seconds,
            "training_seconds": self.training_seconds,
            "timed_steps": self._timed_steps,
            "evaluations_since_best": self._evaluations_since_best,
            "best_step": self.best_step,
        }
        workdir.checkpoints.save(self.step, self._checkpoint, state=state)

    def _resume(self, workdir):
        restored = restore_in_common(self.strategy, workdir, self._checkpoint)
        if restored is None:
            return
        self.step, _, state = restored
        self.seconds = state["seconds"]
        self.training_seconds = state["training_seconds"]
        self._timed_steps = state["timed_steps"]
        self._evaluations_since_best = state["evaluations_since_best"]
        if state["best_step"] is None:
            return
        best = workdir.best.restore(tf.train.Checkpoint(), state["best_step"])
        if best is not None:
            self.best_step, arrays, state = best
            self.best_metrics = state["metrics"]
            self._best_weights = [arrays[str(i)] for i in range(len(arrays))]
