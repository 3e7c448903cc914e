"""Reading texts and sounds for their mistakes alone."""

import logging
import os
import pathlib
import typing
import warnings

_SMALL = 8_000_000  # Bytes, which are read in a fraction of a second.


def read_early(load: typing.Callable[[], typing.Any], path: str | os.PathLike) -> None:
    """Reads texts or sounds that will be read again, and says their mistakes alone.

    What takes long to read is left for then. TensorFlow need not be imported.

    Args:
        load: Function that reads them.
        path: Their file or folder.

    Raises:
        OSError: If files are missing or cannot be read.
        ValueError: If they are not as they should be.

    Example:

    ```python
    read_early(lambda: parallel_files("multi30k", "de", "en"), "multi30k")
    ```
    """
    logger = logging.getLogger("kerazoo.data")
    level = logger.level
    if _num_bytes(pathlib.Path(path)) > _SMALL:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger.setLevel(logging.WARNING)
        try:
            load()
        finally:
            logger.setLevel(level)


def _num_bytes(path):
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
