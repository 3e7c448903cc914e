"""Training steps on logged transitions alone: nothing is played."""

import time
import typing

import numpy as np

from kerazoo.models.dqn.collection import Collection
from kerazoo.models.dqn.collection import part_of
from kerazoo.models.dqn.prioritized_replay import PrioritizedReplay


class OfflineLearning(Collection):
    """Takes gradient steps on a replay that is full from the beginning, see `Steps`.

    The replay is of one environment, filled by
    `kerazoo.models.dqn.logged_data.load_transitions`. Every worker has all of it and
    draws by a seed of its own.

    Args:
        *args, **kwargs: Those of `Collection`. The environment is not stepped.

    Example:

    ```python
    from kerazoo.models.dqn.offline_learning import OfflineLearning
    from kerazoo.training import strategy

    learning = OfflineLearning(
        *(environment, agent, HostNetwork(model), replay, lambda step: 0.0),
        strategy.create("one_device"),
        batch_size=8,
    )
    learning.start(step=0)
    learning.take(until_event=100, until_end=2)["loss"].shape  # (2,)
    ```
    """

    def take(self, until_event: int, until_end: int) -> dict[str, np.ndarray]:
        begin, cpu_begin = time.perf_counter(), time.process_time()
        steps = min(self.config.gradient_steps_per_block, until_end)
        losses = self._learn(steps, self.step + until_end)
        self.training_seconds += time.perf_counter() - begin
        self.training_cpu_seconds += time.process_time() - cpu_begin
        return {"loss": losses}

    def report(self) -> dict[str, float]:
        return {}

    def counters(self) -> dict[str, float]:
        return {}

    def summary(self) -> dict[str, float | None]:
        return {
            "training_seconds": self.training_seconds,
            "training_cpu_seconds": self.training_cpu_seconds,
        }

    def state(self) -> tuple[dict[str, np.ndarray], dict[str, typing.Any]]:
        arrays: dict[str, np.ndarray] = {}
        if isinstance(self.replay, PrioritizedReplay):  # Else the files have it all.
            arrays = {f"replay/{k}": a for k, a in self.replay.state().items()}
        state = {
            "training_seconds": self.training_seconds,
            "training_cpu_seconds": self.training_cpu_seconds,
            "sampling": self.random.bit_generator.state,
        }
        return arrays, state

    def restore(
        self, step: int, arrays: dict[str, np.ndarray], state: dict[str, typing.Any]
    ) -> None:
        self.step = step
        if isinstance(self.replay, PrioritizedReplay):
            self.replay.restore(part_of(arrays, "replay/"))
        self.training_seconds = state["training_seconds"]
        self.training_cpu_seconds = state["training_cpu_seconds"]
        self.random.bit_generator.state = state["sampling"]
        self._refresh()
