"""What belongs to one call of `Trainer.fit`."""

import contextlib
import dataclasses

import numpy as np
import tensorflow as tf

from kerazoo.training.interruption import Interruption
from kerazoo.training.profiler import Profiler
from kerazoo.training.progress import Progress
from kerazoo.training.workdir import Workdir


@dataclasses.dataclass
class Session:
    """Where a training loop writes, and what stops it.

    Attributes:
        workdir: For metrics and checkpoints.
        progress: What a person watches.
        strategy: Of the run.
        interruption: What asks to stop, or None.
        profiler: Of the run, or None.
        recent: Metrics of the calls since the last report.
    """

    workdir: Workdir
    progress: Progress
    strategy: tf.distribute.Strategy
    interruption: Interruption | None
    profiler: Profiler | None
    recent: list[dict[str, np.ndarray]] = dataclasses.field(default_factory=list)

    def heard(self) -> contextlib.AbstractContextManager[None]:
        """Lets a signal end what is within at once, see `Interruption.heard`.

        One of several workers does not stop alone: the others would wait for it.
        """
        is_alone = not isinstance(
            self.strategy, tf.distribute.MultiWorkerMirroredStrategy
        )
        if is_alone and isinstance(self.interruption, Interruption):
            return self.interruption.heard()
        return contextlib.nullcontext()
