"""Writes what is played into files, whole shards at a time."""

import os
import pathlib
import secrets
import typing

import numpy as np
import tensorflow as tf
from tf_agents.trajectories import time_step as ts

from kerazoo.atomic_files import write_text
from kerazoo.models.dqn.actor import split_action_mask
from kerazoo.models.dqn.logged_data.specs import FILE
from kerazoo.models.dqn.logged_data.specs import TransitionSpecs
from kerazoo.models.dqn.logged_data.stretch import Stretch

_ROWS = 1_000  # Steps of every copy kept in memory, and longest stretch.
_NAME = "transition_log.txt"  # In a run's folder: what its shards are called.


class TransitionLog:
    """Logs the steps of N environments as TFRecords of `tf.train.Example`s.

    Each record is a `Stretch` of one environment. A shard appears when it is whole, at
    `commit`: a run that commits with its checkpoints and was killed goes on, after
    `rewind`, with neither gaps nor doubles. Runs may share a folder: each names its
    shards by a word of its own.

    Args:
        folder: Folder of the shards and of `specs.json`; made if missing.
        specs: `TransitionSpecs` of the environment.
        compress: Compresses the shards, whose names then end with `.gz`.

    Attributes:
        shards: int. Shards committed.
        num_transitions: int. Transitions committed.

    Raises:
        ValueError: If the folder has transitions of another environment.

    Example:

    ```python
    from kerazoo.models.dqn.logged_data import TransitionLog
    from kerazoo.models.dqn.logged_data import TransitionSpecs

    log = TransitionLog("/tmp/logs", TransitionSpecs.of(environment))
    time_step = environment.reset()
    for _ in range(10):
        action = np.zeros(1, np.int64)
        next_time_step = environment.step(action)
        log.add(time_step, action, next_time_step)
        time_step = next_time_step
    log.commit()
    ```
    """

    def __init__(
        self, folder: str | os.PathLike, specs: TransitionSpecs, compress: bool = False
    ):
        self.folder = pathlib.Path(folder)
        self.specs = specs
        if (self.folder / FILE).exists():
            specs.check(TransitionSpecs.read(self.folder), self.folder)
        self.shards = 0
        self.num_transitions = 0
        self._ending = ".tfrecord.gz" if compress else ".tfrecord"
        self._options = "GZIP" if compress else ""
        self._word = secrets.token_hex(4)
        self._rows: list[tuple[ts.TimeStep, np.ndarray, ts.TimeStep]] = []
        self._writer: typing.Any = None
        self._written = 0

    def begin(self, run: str | os.PathLike) -> None:
        """Takes the name of the shards of a run, and drops what it has not committed.

        Args:
            run: The run's folder, which keeps that name.
        """
        file = pathlib.Path(run, _NAME)
        if file.exists():
            self._word = file.read_text().strip()
        else:
            write_text(file, f"{self._word}\n")
        for path in self.folder.glob(f"*{self._word}-*"):
            number = path.name.partition(f"{self._word}-")[2].partition(".")[0]
            if path.name.startswith(".") or int(number) >= self.shards:
                path.unlink()

    def add(
        self, time_step: ts.TimeStep, action: np.ndarray, next_time_step: ts.TimeStep
    ) -> None:
        """Logs one step of every environment.

        Args:
            time_step: Batched `TimeStep` that was acted on.
            action: int `(N, ...)`. Ignored where `time_step` is the last of its
                episode.
            next_time_step: Batched `TimeStep` that followed.
        """
        self._rows.append((time_step, action, next_time_step))
        if len(self._rows) >= _ROWS:
            self._flush()

    def commit(self) -> dict[str, int]:
        """Makes a shard of what was logged since the last one.

        Returns:
            dict of `shards` and `num_transitions`, for `rewind`.
        """
        self._flush()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
            os.replace(self._part(), self._path())
            self.shards += 1
            self.num_transitions += self._written
            self._written = 0
        return {"shards": self.shards, "num_transitions": self.num_transitions}

    def rewind(self, shards: int, num_transitions: int) -> None:
        """Goes on from an earlier `commit`; before `begin`.

        Args:
            shards, num_transitions: What it returned.
        """
        self.shards, self.num_transitions = shards, num_transitions

    def _flush(self):
        rows, self._rows = self._rows, []
        for stretch in _stretches(rows):
            if self._writer is None:
                if not (self.folder / FILE).exists():
                    self.specs.write(self.folder)
                self._writer = tf.io.TFRecordWriter(str(self._part()), self._options)
            self._writer.write(stretch.encode())
            self._written += len(stretch.action)

    def _path(self):
        name = f"transitions-{self._word}-{self.shards:05}{self._ending}"
        return self.folder / name

    def _part(self):
        return self.folder / f".{self._path().name}"


def _stretches(rows):
    """Yields the stretches of each environment in rows of consecutive steps."""
    if not rows:
        return
    steps = [row[0] for row in rows] + [rows[-1][2]]
    parts = [split_action_mask(step.observation) for step in steps]
    observations = np.stack([observation for observation, _ in parts])
    masks = None if parts[0][1] is None else np.stack([mask for _, mask in parts])
    actions = np.stack([np.asarray(row[1], np.int64) for row in rows])
    rewards = np.stack([row[2].reward for row in rows])
    discounts = np.stack([row[2].discount for row in rows])
    kinds = np.stack([step.step_type for step in steps])
    for copy in range(kinds.shape[1]):
        begin = 0
        last = kinds[:, copy] == ts.StepType.LAST
        for end in [*np.flatnonzero(last[:-1]), len(rows)]:
            if end > begin:
                yield Stretch(
                    observations[begin : end + 1, copy],
                    actions[begin:end, copy],
                    rewards[begin:end, copy],
                    discounts[begin:end, copy],
                    None if masks is None else masks[begin : end + 1, copy],
                    bool(kinds[begin, copy] == ts.StepType.FIRST),
                )
            begin = end + 1
