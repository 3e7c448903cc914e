"""Optimizer steps on batches, many of them in one call."""

import pathlib
import time
import typing

import keras
import numpy as np
import tensorflow as tf

_CALL_SECONDS = 0.5  # Longest silence: signals are heard between calls.


class BatchSteps:
    """Takes the steps of a `train_step` under a strategy, see `Steps`.

    Args:
        train_step: Function of a batch, or of nothing where `batches` is None, that
            returns a dict of scalars that are the same on every replica, `loss` among
            them. NaN stands for none.
        strategy: `tf.distribute.Strategy`.
        batches: Function of `(start_step, context)` to an endless `tf.data.Dataset`, or
            None, see `BaseTask`.
        variables: List of Keras variables to save.
        examples_per_step: float. Examples of a step, over all replicas.
        jit_compile: bool. Compiles the step with XLA, on one replica.

    Attributes:
        training_seconds: float. Wall-clock time of the calls but the first of each
            process, over all resumptions.
        timed_steps: int. Steps of these calls.
    """

    def __init__(
        self,
        train_step: typing.Callable[..., dict[str, typing.Any]],
        strategy: tf.distribute.Strategy,
        batches: typing.Callable[..., tf.data.Dataset] | None,
        variables: typing.Sequence[keras.Variable],
        examples_per_step: float = 1,
        jit_compile: bool = False,
    ):
        self.strategy = strategy
        self.batches = batches
        self.examples_per_step = examples_per_step
        self.checkpoint = tf.train.Checkpoint(values=[v.value for v in variables])
        self.training_seconds = 0.0
        self.timed_steps = 0
        self.compile_seconds: float | None = None
        self.first_step_time: float | None = None
        if jit_compile and strategy.num_replicas_in_sync == 1:
            train_step = tf.function(train_step, jit_compile=True, autograph=False)
        # Nothing in a step is for AutoGraph, whose conversion takes seconds.
        self._train_step = tf.autograph.experimental.do_not_convert(train_step)
        self._iterator = None
        self._names: list[str] = []
        self._steps_per_call = 1
        self._reported = (0.0, 0)
        self._call = tf.function(self._take_steps)

    def start(self, step: int) -> None:
        self._reported = self.training_seconds, self.timed_steps
        if self.batches is not None:
            distributed = self.strategy.distribute_datasets_from_function(
                lambda context: _without_autotune(self.batches(step, context))
            )
            self._iterator = iter(distributed)

    def take(self, until_event: int, until_end: int) -> dict[str, np.ndarray]:
        steps = min(self._steps_per_call, until_event, until_end)
        begin = time.perf_counter()
        history = self._call(self._iterator, tf.constant(steps)).numpy()
        end = time.perf_counter()
        if self.compile_seconds is None:
            self.compile_seconds = end - begin
            self.first_step_time = end
        else:
            self.training_seconds += end - begin
            self.timed_steps += steps
            fitting = int(_CALL_SECONDS * steps / (end - begin))
            self._steps_per_call = max(min(fitting, 4 * self._steps_per_call), 1)
        return dict(zip(self._names, history.T, strict=True))

    def report(self) -> dict[str, float]:
        seconds, steps = self._reported
        self._reported = self.training_seconds, self.timed_steps
        elapsed = self.training_seconds - seconds
        rate = (self.timed_steps - steps) / elapsed if elapsed else 0.0
        return {"steps_per_second": rate}

    def counters(self) -> dict[str, float]:
        return {}

    def summary(self) -> dict[str, float | None]:
        rate = self.timed_steps / self.training_seconds if self.timed_steps else None
        return {
            "steps_per_second": rate,
            "examples_per_second": rate and rate * self.examples_per_step,
            "training_seconds": self.training_seconds,
        }

    def state(self) -> tuple[dict[str, np.ndarray], dict[str, typing.Any]]:
        state = {
            "training_seconds": self.training_seconds,
            "timed_steps": self.timed_steps,
        }
        return {}, state

    def restore(
        self, step: int, arrays: dict[str, np.ndarray], state: dict[str, typing.Any]
    ) -> None:
        self.training_seconds = state["training_seconds"]
        self.timed_steps = state["timed_steps"]

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


def restore_model(model: keras.Model, path: pathlib.Path) -> None:
    """Gives a model its weights of a checkpoint that `BatchSteps` wrote.

    The model's variables come first there, then those of its optimizers.

    Args:
        model: Keras model, built as the one that was trained.
        path: path of the checkpoint's folder.

    Raises:
        ValueError: If the files are damaged, or of another model.
    """
    values = [variable.value for variable in model.variables]
    try:
        status = tf.train.Checkpoint(values=values).read(str(path / "variables"))
        status.assert_existing_objects_matched().expect_partial()
    except (AssertionError, IndexError, ValueError, tf.errors.OpError) as error:
        raise ValueError(f"Checkpoint {path} cannot be read: {error}") from error


def mean_metrics(history: typing.Sequence[dict[str, np.ndarray]]) -> dict[str, float]:
    """Returns the mean of each metric over the steps that had one, dict of float.

    Args:
        history: List of dicts of float arrays `(K,)` by name.
    """
    joined = {
        name: np.concatenate([part[name] for part in history]) for name in history[0]
    }
    means = {
        name: float(np.ma.masked_invalid(values).mean())
        for name, values in joined.items()
        if np.isfinite(values).any()
    }
    return {name: value for name, value in means.items() if np.isfinite(value)}


def _without_autotune(dataset):
    # In about 2 of 100 cases, the thread that tunes a dataset misses the call to end,
    # and whoever lets go of its iterator waits for as long as it ran, up to a minute.
    options = tf.data.Options()
    if dataset.options().autotune.enabled is None:
        options.autotune.enabled = False
    return dataset.with_options(options)
