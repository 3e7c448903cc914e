"""Whether a folder or a file can be written, asked before there is anything to lose."""

import contextlib
import errno
import os
import pathlib
import shutil
import tempfile
import typing

from kerazoo.runs.errors import RunError

SMALLEST = 50_000_000  # Bytes. A run of the smallest model writes about a tenth.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def check_folder(path: str | os.PathLike, name: str, num_bytes: int = SMALLEST) -> None:
    """Refuses a folder that cannot be made or written, or whose disk is full.

    Makes what is missing, writes a file, and takes all of it away again.

    Args:
        path: path of the folder.
        name: What it is called in errors, such as `"workdir"`.
        num_bytes: What will be written there, about.

    Raises:
        ValueError: If it cannot be written, or there is less room.

    Example:

    ```python
    check_folder("runs/new", "workdir")
    ```
    """
    path = pathlib.Path(path)
    missing = []
    try:
        missing = [p for p in (path, *path.parents) if not p.exists()]
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
        free = shutil.disk_usage(path).free
    except (FileExistsError, NotADirectoryError):
        file = next(p for p in (path, *path.parents) if p.exists() and not p.is_dir())
        raise ValueError(
            f"`{name}` must be a folder, and {file} is a file: give another one. "
            f"Received: {name}={path}"
        ) from None
    except OSError as error:
        raise ValueError(
            f"`{name}` cannot be written ({error.strerror}): give a folder where you "
            f"may write. Received: {name}={path}"
        ) from None
    finally:
        for folder in missing:  # The innermost first.
            with contextlib.suppress(OSError):
                folder.rmdir()
    check_room(free, num_bytes, path, name)


def check_file(path: str | os.PathLike, name: str) -> None:
    """Refuses a file that cannot be written, see `check_folder`.

    Args:
        path: path of the file.
        name: What it is called in errors, such as `"picture"`.

    Raises:
        ValueError: If it is a folder, or its folder cannot be written.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        raise ValueError(
            f"`{name}` must be a file, and it is a folder. Received: {name}={path}"
        )
    if path.exists() and not os.access(path, os.W_OK):
        raise ValueError(
            f"`{name}` may not be written: give another one. Received: {name}={path}"
        )
    check_folder(path.parent, name, num_bytes=0)


def check_room(free: int, num_bytes: int, path: str | os.PathLike, name: str) -> None:
    """Refuses a disk with less free bytes than will be written.

    Raises:
        ValueError: If it has.
    """
    if free < num_bytes:
        raise ValueError(
            f"`{name}` is on a disk with {free / 1e6:,.0f} MB of free space, and about "
            f"{num_bytes / 1e6:,.0f} MB will be written: make room, or give a folder "
            f"on another disk. Received: {name}={path}"
        )


@contextlib.contextmanager
def full_disks(path: str | os.PathLike) -> typing.Iterator[None]:
    """Says in one line that a disk has become full while a run wrote to its folder.

    Args:
        path: path of the folder.

    Raises:
        RunError: In place of the error of the system.
    """
    import tensorflow as tf

    try:
        yield
    except (OSError, tf.errors.OpError) as error:
        number = getattr(error, "errno", None)
        reasons = map(os.strerror, _FULL)
        if number not in _FULL and not any(text in str(error) for text in reasons):
            raise
        raise RunError(
            f"`workdir` can no longer be written ({' '.join(str(error).split())}). Its "
            "newest checkpoint is kept: make room and run again. "
            f"Received: workdir={path}"
        ) from error
