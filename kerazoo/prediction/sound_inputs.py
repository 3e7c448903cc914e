"""Sounds to be asked about: files, or all of a folder."""

import os
import pathlib
from collections.abc import Sequence

from kerazoo.data.sound.finding import sound_paths
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row


def read_sounds(paths: Sequence[str | os.PathLike]) -> Inputs:
    """Finds sounds; items are their paths, which are read when they are asked about.

    Args:
        paths: Files, and folders, of which all sounds are taken, also those in folders
            inside.

    Raises:
        FileNotFoundError: If one is missing, or a folder has no sounds.

    Example:

    ```python
    from scipy.io import wavfile

    wavfile.write("silence.wav", 8_000, np.zeros(4_000, "int16"))
    read_sounds(["silence.wav"]).total  # 1
    ```
    """
    files: list[pathlib.Path] = []
    for path in map(pathlib.Path, paths):
        files += [path] if path.is_file() else sound_paths(path, "input")
    rows = [Row(str(file), [str(file)], file) for file in files]
    return Inputs(["file"], rows, len(rows), "sounds")
