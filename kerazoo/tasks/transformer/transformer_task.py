"""What the tasks of Transformers have in common."""

import dataclasses
import os
import pathlib
import typing

from kerazoo.models.transformer.config import FineTuningConfig
from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.config import TrainingConfig
from kerazoo.serving.limits import Limits
from kerazoo.tasks.transformer.starting_task import StartingTask
from kerazoo.training.base_task import free
from kerazoo.training.snapshots import Snapshots

# Default of a field that depends on the data: `__post_init__` puts another in place.
SUITED: typing.Any = None


@dataclasses.dataclass(kw_only=True)
class TransformerTask(StartingTask):
    """Base class of the tasks of Transformers.

    A subclass reads its data and makes its model; it has `kind`, `objective`,
    `validate` and `test`.

    Args:
        network: `NetworkConfig`, which network learns.
        training: `TrainingConfig`, how it learns.
        limits: `kerazoo.serving.Limits`, what a request to the served model may ask
            for.
        init_from: Folder of a run or of an export of a Transformer, or None. Its
            vocabulary and the sizes of its network are taken, and every weight that
            fits by place and shape. A run that goes on does not need it.
        fine_tuning: `FineTuningConfig`, how what it has taken goes on learning.
    """

    network: NetworkConfig = dataclasses.field(default_factory=NetworkConfig)
    training: TrainingConfig = dataclasses.field(default_factory=TrainingConfig)
    limits: Limits = free(Limits())
    init_from: str | os.PathLike | None = None
    fine_tuning: FineTuningConfig = dataclasses.field(default_factory=FineTuningConfig)

    family: typing.ClassVar[str] = "transformer"
    _limited: typing.ClassVar[str] = "max_text_bytes"  # Beside the examples.

    @property
    def title(self):
        return f"{self.family} {self.kind}"

    @property
    def saves_every_evaluation(self):
        # One snapshot at most is taken again after a kill: none that counts is gone.
        return self.training.takes_snapshots

    def begin(self, folder: pathlib.Path, step: int) -> None:
        if not step:
            self.say_start()
        if self.training.takes_snapshots:
            count = self.training.num_snapshots
            self._snapshots = Snapshots(folder / "snapshots", count)
            self._snapshots.rewind(step)

    def evaluate(self, step):
        if self.training.takes_snapshots:
            self._snapshots.take(step, self.model.network.get_weights())
            self.model.average_network.set_weights(self._snapshots.mean())
        return self.validate()

    def measure(self, best):
        sign = 1 if self.mode == "max" else -1
        return {
            **best.metrics,
            **self.test(),
            "parameters": self.model.network.count_params(),
            "score": sign * best.metrics[self.objective],
            "best_step": best.step,
        }

    def validate(self) -> dict[str, float]:
        """Measures the model, or its average, on data that may choose the best."""
        raise NotImplementedError

    def test(self) -> dict[str, typing.Any]:
        """Measures the model, or its average, on data for the result."""
        raise NotImplementedError

    def metadata(self):
        return {
            "task": self.kind,
            "dataset": self.name,
            "limits": self.limits.describe("max_examples", self._limited),
            **super().metadata(),
        }
