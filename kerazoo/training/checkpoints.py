"""Checkpoints that are either whole or not there."""

import json
import os
import pathlib
import shutil
import typing
import warnings
import zlib

import numpy as np

from kerazoo.training.chunk_files import read_chunks
from kerazoo.training.chunk_files import write_chunks
from kerazoo.training.chunked_array import ChunkedArray
from kerazoo.training.interruption import held_back


class Checkpoints:
    """Saves and restores everything a run needs to go on, in one folder per step.

    A checkpoint is written beside its final place and renamed when all of it is on
    the disk, so that a killed run leaves the one before. Each holds a manifest of
    sizes and checksums; a damaged one is passed over for the newest that is whole.

    Chunks of a `ChunkedArray` that have not changed since the checkpoint before are not
    written again: the file is a hard link to that one's, which damages both if it is
    damaged.

    Args:
        directory: path. Where the checkpoints lie, created if missing.
        max_to_keep: int. Newest checkpoints kept.

    Example:

    ```python
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    checkpoints = Checkpoints("runs/example")
    checkpoints.save(100, tf.train.Checkpoint(model=model), state={"epoch": 3})
    step, arrays, state = checkpoints.restore(tf.train.Checkpoint(model=model))
    ```
    """

    def __init__(self, directory: str | os.PathLike, max_to_keep: int = 2):
        self.directory = pathlib.Path(directory)
        self.max_to_keep = max_to_keep
        # What this run's next checkpoint has its unchanged chunks from.
        self._before: pathlib.Path | None = None
        self.directory.mkdir(parents=True, exist_ok=True)
        for left in self.directory.glob(".*-*"):  # By a process that was killed.
            kind, _, name = left.name.partition("-")
            if kind == ".replaced" and not (self.directory / name).exists():
                left.rename(self.directory / name)
            else:
                shutil.rmtree(left)

    def save(
        self,
        step: int,
        checkpoint: typing.Any,
        arrays: typing.Mapping[str, np.ndarray | ChunkedArray] | None = None,
        state: dict[str, typing.Any] | None = None,
    ) -> pathlib.Path:
        """Saves one checkpoint and drops the oldest.

        Checkpoints of later steps are of a future that a resumed run has left, and
        go too.

        Args:
            step: int. Training step.
            checkpoint: `tf.train.Checkpoint` of the variables.
            arrays: dict of name to NumPy array or `ChunkedArray`, such as a replay's.
            state: dict that JSON can hold: counters, random states, names.

        Returns:
            path of the checkpoint.
        """
        with held_back():
            return self._save(step, checkpoint, arrays, state)

    def _save(self, step, checkpoint, arrays, state):
        path = self.path(step)
        partial = self.directory / f".partial-{path.name}"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        checkpoint.write(str(partial / "variables"))
        arrays = dict(arrays or {})
        chunked = {
            name: arrays.pop(name)
            for name, array in list(arrays.items())
            if isinstance(array, ChunkedArray)
        }
        known = write_chunks(partial, chunked, self._before)
        np.savez(partial / "arrays.npz", **arrays)
        (partial / "state.json").write_text(json.dumps(state or {}))
        manifest = {
            file.name: known.get(file.name) or _checksum(file)
            for file in sorted(partial.iterdir())
        }
        (partial / "manifest.json").write_text(json.dumps(manifest, indent=1))
        for file in partial.iterdir():
            _sync(file)
        replaced = self.directory / f".replaced-{path.name}"
        if path.exists():
            path.rename(replaced)
        partial.rename(path)
        _sync(self.directory)
        shutil.rmtree(replaced, ignore_errors=True)
        self._before = path
        past = [old for old in self.paths() if int(old.name) <= step]
        for old in self.paths():
            if old not in past[-self.max_to_keep :]:
                shutil.rmtree(old)
        return path

    def restore(
        self, checkpoint: typing.Any, step: int | None = None
    ) -> tuple[int, dict[str, typing.Any], dict[str, typing.Any]] | None:
        """Restores the newest whole checkpoint.

        Args:
            checkpoint: `tf.train.Checkpoint` of the variables to assign.
            step: int or None. Restores the checkpoint of this step instead.

        Returns:
            The triple of step, arrays and state as saved, or None if there is no
            whole checkpoint. The chunks of a `ChunkedArray` are read when they are
            used: use them before the next `save`.
        """
        path = self.find(step)
        if path is None:
            return None
        status = checkpoint.read(str(path / "variables"))
        status.assert_existing_objects_matched().expect_partial()
        with np.load(path / "arrays.npz") as file:
            arrays: dict[str, typing.Any] = dict(file)
        arrays |= read_chunks(path)
        self._before = path
        return int(path.name), arrays, json.loads((path / "state.json").read_text())

    def find(self, step: int | None = None) -> pathlib.Path | None:
        """Returns the path of a step's checkpoint, None if it is not there and whole.

        Args:
            step: int, or None for the newest that is whole.
        """
        if step is None:
            return self.latest()
        path = self.path(step)
        return path if path.exists() and _is_whole(path) else None

    def latest(self) -> pathlib.Path | None:
        """Returns the path of the newest whole checkpoint, or None.

        A damaged one is renamed to `<step>.damaged` with a warning.
        """
        return next((p for p in reversed(self.paths()) if _is_whole(p)), None)

    def paths(self) -> list[pathlib.Path]:
        """Returns the paths of all checkpoints, oldest first."""
        return sorted(p for p in self.directory.iterdir() if p.name.isdigit())

    def path(self, step: int) -> pathlib.Path:
        """Returns the path of a step's checkpoint."""
        return self.directory / folder_name(step)


def folder_name(step: int) -> str:
    """Returns the name of the folder of a step's checkpoint."""
    return f"{step:012d}"


def newest(directory: str | os.PathLike) -> pathlib.Path | None:
    """Returns the path of the newest checkpoint of a folder, or None; only reads."""
    paths = (p for p in pathlib.Path(directory).glob("*") if p.name.isdigit())
    return max(paths, default=None)


def _is_whole(path):
    """Sets a damaged checkpoint aside, with a warning."""
    fault = _fault(path)
    if fault is None:
        return True
    damaged = path.with_suffix(".damaged")
    shutil.rmtree(damaged, ignore_errors=True)
    path.rename(damaged)
    warnings.warn(
        f"Checkpoint {path} is damaged ({fault}): set aside as {damaged.name}, going "
        "on without it.",
        stacklevel=3,
    )
    return False


def _fault(path):
    """Says what is wrong with a checkpoint, or None."""
    try:
        manifest = json.loads((path / "manifest.json").read_text())
        for name, checksum in manifest.items():
            if _checksum(path / name) != checksum:
                return f"{name} has changed"
    except (OSError, ValueError) as error:
        return str(error)
    return None


def _checksum(path):
    checksum = 0
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            checksum = zlib.crc32(block, checksum)
    return [path.stat().st_size, checksum]


def _sync(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
