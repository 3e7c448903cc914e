"""The folder of one training run: metrics, checkpoints, the result."""

import fcntl
import json
import os
import pathlib
import typing
import warnings

import numpy as np
import tensorflow as tf

from kerazoo.atomic_files import read_json
from kerazoo.atomic_files import write_text
from kerazoo.training.checkpoints import Checkpoints
from kerazoo.training.picture import write_picture


class Workdir:
    """Holds what a run writes, so that the same run can go on after it stopped.

    `metrics.jsonl` has one JSON object per report, `tensorboard/` the same numbers,
    `checkpoints/` the newest states, `best/` the best model so far and `result.json`
    the outcome. Only one process at a time may hold a folder.

    Args:
        path: path. Created if missing.

    Raises:
        OSError: If the folder cannot be written.
        ValueError: If another process holds it.
    """

    def __init__(self, path: str | os.PathLike):
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = (self.path / ".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(
                f"Another process trains in this folder. Received: workdir={path}"
            ) from None
        self.checkpoints = Checkpoints(self.path / "checkpoints", max_to_keep=2)
        # Two: a kill may come between a new best one and the checkpoint that knows it.
        self.best = Checkpoints(self.path / "best", max_to_keep=2)
        self._metrics = self.path / "metrics.jsonl"
        self._summaries = tf.summary.create_file_writer(str(self.path / "tensorboard"))

    def log(self, step: int, metrics: typing.Mapping[str, float | None]) -> None:
        """Appends metrics of a step to `metrics.jsonl` and TensorBoard.

        Args:
            step: int. Optimizer steps done.
            metrics: dict of name to number.
        """
        with self._metrics.open("a") as file:
            file.write(json.dumps({"step": step, **metrics}) + "\n")
        with self._summaries.as_default(step=step):
            for name, value in metrics.items():
                tf.summary.scalar(name, value)

    def write_picture(self, name: str, picture: bytes, step: int) -> None:
        """Writes a picture to `<name>.png` or `<name>.gif` and TensorBoard.

        Args:
            name: str.
            picture: bytes, PNG or GIF.
            step: int. Optimizer steps done.
        """
        write_picture(self.path, self._summaries, name, picture, step)

    def rewind(self, step: int) -> None:
        """Drops the metrics of steps that a resumed run will take again."""
        if not self._metrics.exists():
            return
        text = self._metrics.read_text(errors="replace")
        lines = text.splitlines(keepends=True)
        steps = [_step(line) for line in lines]
        if None in steps[:-1]:  # A kill cuts off the last one.
            warnings.warn(
                f"{self._metrics} is damaged: {steps.count(None)} of its lines are "
                "left out.",
                stacklevel=2,
            )
        kept = [
            line
            for line, found in zip(lines, steps, strict=True)
            if found is not None and found <= step
        ]
        if len(kept) < len(lines):
            write_text(self._metrics, "".join(kept))

    def read_result(self) -> dict[str, typing.Any] | None:
        """Returns the result of a finished run as a dict, or None.

        Raises:
            ValueError: If the file is damaged.
        """
        path = self.path / "result.json"
        if not path.exists():
            return None
        return read_json(path, "delete it, and the run is measured again")

    def write_result(self, result: dict[str, typing.Any]) -> None:
        """Writes the outcome to `result.json`, whole or not at all."""
        write_text(self.path / "result.json", json.dumps(result) + "\n")

    def __enter__(self) -> typing.Self:
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        """Lets another process have the folder."""
        self._summaries.close()
        self._lock.close()


def read_best(path: pathlib.Path) -> tuple[int, list[np.ndarray], dict[str, float]]:
    """Reads the best model so far of a run; only reads.

    Args:
        path: path of its folder in `best/`, that of the step of its evaluation.

    Returns:
        The triple of the step, its weights as a list of arrays and the metrics of its
        evaluation.
    """
    state = json.loads((path / "state.json").read_text())
    with np.load(path / "arrays.npz") as file:
        weights = [file[str(i)] for i in range(len(file.files))]
    if not weights:  # Version 0.1 kept those of deep Q-networks as variables.
        weights = _variables(path)
    return int(path.name), weights, state.get("metrics", state)


def _variables(path):
    reader = tf.train.load_checkpoint(str(path / "variables"))
    names = [n for n in reader.get_variable_to_shape_map() if n.startswith("weights/")]
    names.sort(key=lambda name: int(name.split("/")[1]))
    return [reader.get_tensor(name) for name in names]


def _step(line):
    """Returns the step of a line of metrics, None for a damaged one."""
    try:
        return float(json.loads(line)["step"])
    except (ValueError, TypeError, KeyError):
        return None
