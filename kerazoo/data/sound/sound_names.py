"""What files of sound are called, in a moment: no package is imported."""

import os
import pathlib

_ENDINGS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aif", ".aiff")


def is_sound(path: str | os.PathLike) -> bool:
    """Returns whether the name of a file is that of a sound.

    Example:

    ```python
    is_sound("said/yes.FLAC"), is_sound("said/yes.txt")  # (True, False)
    ```
    """
    return pathlib.PurePath(path).suffix.lower() in _ENDINGS
