"""What most tasks have in common."""

import dataclasses
import pathlib
import typing

from kerazoo.training.batch_steps import BatchSteps
from kerazoo.training.model_card import ModelCard
from kerazoo.training.task import Best
from kerazoo.training.task import Steps


class BaseTask:
    """Base class of tasks that learn from batches, see `Task`.

    A subclass is a dataclass of keyword arguments, with `build`, `evaluate`, `measure`,
    `serving` and `metadata`; `batches` and, where it is not the model's own,
    `train_step`.

    Attributes:
        batches: Function of `(start_step, context)` to an endless `tf.data.Dataset`;
            one element is one replica's part of a step, `context` the
            `tf.distribute.InputContext` of the worker. None for a `train_step` that
            takes no batch.
        train_step: Function of a batch; None for the model's.
        examples_per_step: float. Examples of a step, over all replicas.
    """

    family: typing.ClassVar[str]
    mistakes: typing.ClassVar[tuple[type[Exception], ...]] = ()
    target_metric: typing.ClassVar[str | None] = None
    saves_every_evaluation: typing.ClassVar[bool] = False
    model: typing.Any
    objective: str | None = None
    mode: str = "max"
    batches: typing.Any = None
    train_step: typing.Any = None
    examples_per_step: float = 1

    @property
    def title(self) -> str:
        return self.family

    @property
    def target(self) -> float | None:
        return None

    def settings(self) -> dict[str, typing.Any]:
        return {
            field.name: describe(getattr(self, field.name))
            # A subclass is a dataclass.
            for field in dataclasses.fields(self)  # type: ignore[arg-type]
            if field.metadata.get("defines", True)
        }

    def identity(self) -> dict[str, typing.Any]:
        return {}

    def describe_data(self) -> str:
        return str(getattr(self, "name", self.title))

    def variables(self) -> list:
        """Returns all Keras variables that a checkpoint holds."""
        return [*self.model.variables, *self.model.optimizer.variables]

    def steps(self, strategy: typing.Any, jit_compile: bool | None) -> Steps:
        return BatchSteps(
            self.train_step or self.model.train_step,
            strategy,
            self.batches,
            self.variables(),
            examples_per_step=self.examples_per_step,
            jit_compile=bool(jit_compile),
        )

    def prepare(self, folder: pathlib.Path) -> None:
        pass

    def begin(self, folder: pathlib.Path, step: int) -> None:
        pass

    def concern(self) -> str | None:
        return None

    def sample(self, step: int) -> dict[str, bytes | list[str]]:
        return {}

    def pictures(self, best: Best) -> dict[str, bytes]:
        return {}

    def pictures_of_seeds(
        self, folders: typing.Sequence[pathlib.Path]
    ) -> dict[str, bytes]:
        return {}

    def card(self) -> ModelCard:
        return ModelCard()

    def exported(self, model: typing.Any) -> typing.Any:
        return model

    def files(self) -> dict[str, bytes]:
        return {}

    def close(self) -> None:
        pass


def describe(value: typing.Any) -> typing.Any:
    """Returns a value as JSON can hold it; objects that it cannot by their type."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        if hasattr(value, "describe"):
            return value.describe()
        fields = dataclasses.fields(value)
        return {field.name: describe(getattr(value, field.name)) for field in fields}
    if isinstance(value, (list, tuple)):
        return [describe(item) for item in value]
    if isinstance(value, dict):
        return {str(key): describe(item) for key, item in value.items()}
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    if isinstance(value, pathlib.Path):
        return str(value)
    return type(value).__name__


def free(default: typing.Any) -> typing.Any:
    """Returns a field that a resumed run may change: it defines no model, no data."""
    return dataclasses.field(default=default, metadata={"defines": False})
