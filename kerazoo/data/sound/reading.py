"""Many sound files, read at the same time."""

import concurrent.futures
import os
import pathlib
import typing

import numpy as np

from kerazoo.data.sound.mono_sound import read_mono
from kerazoo.progress import track


def read_all(
    paths: typing.Sequence[pathlib.Path], sample_rate: int, name: str
) -> list[np.ndarray]:
    """Reads sound files, mixed to one channel and brought to a rate.

    Args:
        paths: The files.
        sample_rate: Samples a second to return.
        name: What the line of progress calls them.

    Returns:
        List of float32 arrays `(T,)`.

    Raises:
        OSError, ValueError, ModuleNotFoundError: As `read_sound_file` does.

    Example:

    ```python
    import pathlib

    sounds = read_all([pathlib.Path("said/yes.wav")], 16_000, "said")
    ```
    """
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        sounds = pool.map(lambda path: read_mono(path, sample_rate), paths)
        return list(track(sounds, f"Reading {name}", len(paths), "sounds"))
