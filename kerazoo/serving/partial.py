"""The folder of a version while it is written."""

import contextlib
import fcntl
import os
import pathlib
import shutil
import typing
import uuid

_PREFIX = ".partial-"


@contextlib.contextmanager
def partial_folder(directory: pathlib.Path) -> typing.Iterator[pathlib.Path]:
    """Makes a folder that is gone after an error or a signal, and found after a kill.

    What killed processes have left is removed: a folder that is written to is locked,
    and a lock ends with its process, also on another machine of the same disk.

    Args:
        directory: Folder of the model. Made if missing.
    """
    directory.mkdir(parents=True, exist_ok=True)
    _remove_left(directory)
    folder, lock = _make(directory)
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            directory.rmdir()  # Of no other version.
        raise
    finally:
        os.close(lock)


def _make(directory):
    """Returns a new folder and its lock."""
    while True:
        folder = directory / f"{_PREFIX}{os.getpid()}-{uuid.uuid4().hex[:8]}"
        folder.mkdir()
        try:
            lock = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:  # Another process took it for one that was left.
            continue
        with contextlib.suppress(OSError):  # A disk without locks.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if folder.exists():
            return folder, lock
        os.close(lock)


def _remove_left(directory):
    """Removes the folders that no process writes to."""
    for folder in directory.glob(f"{_PREFIX}*"):
        try:
            lock = os.open(folder, os.O_RDONLY)
        except OSError:  # Just renamed, or removed by another.
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # In use, or a disk without locks.
            continue
        finally:
            os.close(lock)
