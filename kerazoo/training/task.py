"""What a run asks of a task: the one protocol of all families."""

import dataclasses
import pathlib
import typing

from kerazoo.training.model_card import ModelCard

if typing.TYPE_CHECKING:
    import keras
    import numpy as np
    import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Best:
    """The evaluation that the trained model was chosen by.

    Attributes:
        step: Optimizer steps taken until then; None where nothing was chosen.
        metrics: What `Task.evaluate` returned.
    """

    step: int | None = None
    metrics: dict[str, float] = dataclasses.field(default_factory=dict)


class Steps(typing.Protocol):
    """What takes the optimizer steps of a task: `BatchSteps`, or DQN's `Collection`.

    Attributes:
        checkpoint: `tf.train.Checkpoint` of all variables.
        compile_seconds: Time of this process's first call; None before it.
        first_step_time: `time.perf_counter()` at the end of that call, or None.
    """

    checkpoint: "tf.train.Checkpoint"
    compile_seconds: float | None
    first_step_time: float | None

    def start(self, step: int) -> None:
        """Makes ready to take the steps after `step`."""

    def take(self, until_event: int, until_end: int) -> dict[str, "np.ndarray"]:
        """Takes steps; returns float arrays `(K,)` by metric, of K >= 0 steps.

        Args:
            until_event: Steps to the next event; more may be taken where they come in
                blocks.
            until_end: Steps to the end of training, which is not passed.
        """

    def report(self) -> dict[str, float]:
        """Returns what a report has beside the metrics, since the last report."""

    def counters(self) -> dict[str, float]:
        """Returns what is noted with each evaluation."""

    def summary(self) -> dict[str, float | None]:
        """Returns counts and times of the whole training."""

    def state(self) -> tuple[dict[str, "np.ndarray"], dict[str, typing.Any]]:
        """Returns what a checkpoint needs beside the variables: arrays, and JSON."""

    def restore(
        self, step: int, arrays: dict[str, "np.ndarray"], state: dict[str, typing.Any]
    ) -> None:
        """Takes up what `state` returned at a step; variables are there already."""


class Serving(typing.Protocol):
    """What a server loads.

    Attributes:
        module: `tf.Module` of all variables.
        endpoints: Concrete functions by the name of their signature.
    """

    module: "tf.Module"
    endpoints: dict[str, typing.Any]

    def example(self) -> dict[str, dict[str, "np.ndarray"]]:
        """Returns a request of each signature, for a server's warm-up."""


class Task(typing.Protocol):
    """What is learnt, from what data, and how that is measured.

    A task is made of keyword arguments and is cheap to make; `build` reads the data and
    makes the model in the scope of a strategy. `kerazoo.run` calls the members in the
    order in which they stand here. `BaseTask` has all that tasks need not say.
    """

    @property
    def family(self) -> str:
        """`"transformer"`, `"gan"`, `"diffusion"`, `"gnn"` or `"dqn"`."""
        ...

    @property
    def name(self) -> str:
        """What it learns from, for folders: the dataset or environment."""
        ...

    @property
    def title(self) -> str:
        """What is trained, for reports."""
        ...

    @property
    def mistakes(self) -> tuple[type[Exception], ...]:
        """Exceptions of `build` that mean a wrong argument.

        Beside ValueError and OSError.
        """
        ...

    @property
    def model(self) -> "keras.Model":
        """The Keras model. After `build`."""
        ...

    @property
    def objective(self) -> str | None:
        """Metric of `evaluate` by which the best weights are kept, or None."""
        ...

    @property
    def mode(self) -> str:
        """`"max"` or `"min"`: which `objective` is best."""
        ...

    @property
    def target_metric(self) -> str | None:
        """Metric of `evaluate` that a target is about, or None."""
        ...

    @property
    def target(self) -> float | None:
        """Its value that ends training where `Schedule.target` is None.

        None for no such value. After `build`.
        """
        ...

    @property
    def saves_every_evaluation(self) -> bool:
        """Whether a checkpoint belongs to each evaluation."""
        ...

    def settings(self) -> dict[str, typing.Any]:
        """Returns the arguments that define model and data, as JSON can hold them."""

    def prepare(self, folder: pathlib.Path) -> None:
        """Gets the run's folder, which may hold its earlier state, before `build`."""

    def build(
        self, strategy: "tf.distribute.Strategy", train_steps: int, seed: int
    ) -> None:
        """Reads the data, makes the model and compiles it.

        Args:
            strategy: Makes the model's variables in its scope.
            train_steps: Optimizer steps in all, for schedules.
            seed: Of the order of the data and the noise; weights have their own.

        Raises:
            ValueError: If an argument is wrong, or does not fit the data.
        """

    def identity(self) -> dict[str, typing.Any]:
        """Returns digests of the data, which must not change under a run."""

    def describe_data(self) -> str:
        """Returns a line about the data: examples, classes, sizes. After `build`."""

    def steps(
        self, strategy: "tf.distribute.Strategy", jit_compile: bool | None
    ) -> Steps:
        """Returns what takes the steps; `jit_compile` None for what is faster."""

    def begin(self, folder: pathlib.Path, step: int) -> None:
        """Gets the run's folder and the step it goes on from, before training."""

    def evaluate(self, step: int) -> dict[str, float]:
        """Measures the model under training, on data that may choose the best."""

    def concern(self) -> str | None:
        """Returns what looked wrong at the last evaluation, or None."""

    def sample(self, step: int) -> dict[str, bytes | list[str]]:
        """Returns what the model makes now by name: PNG or GIF, or lines."""

    def measure(self, best: Best) -> dict[str, typing.Any]:
        """Returns the result: what the trained model does on test data, and `score`.

        `score` is better the larger it is, whatever it is of.
        """

    def pictures(self, best: Best) -> dict[str, bytes]:
        """Returns pictures of the trained model by name, as PNG."""

    def pictures_of_seeds(
        self, folders: typing.Sequence[pathlib.Path]
    ) -> dict[str, bytes]:
        """Returns pictures of several finished runs together by name, as PNG.

        The task is a fresh one, without `build`.

        Args:
            folders: Of the runs, a seed each.
        """

    def card(self) -> ModelCard:
        """Returns what is told to people who use the model."""

    def exported(self, model: "keras.Model") -> "keras.Model":
        """Returns what is exported of a copy of the model: itself, mostly."""

    def files(self) -> dict[str, bytes]:
        """Returns what stands beside the model, such as its vocabulary, by file."""

    def serving(self, model: "keras.Model") -> Serving:
        """Returns what serves a copy of the model."""

    def metadata(self) -> dict[str, typing.Any]:
        """Returns what those who use the model must know, as JSON can hold it."""

    def close(self) -> None:
        """Ends what `build` has begun, such as processes."""
