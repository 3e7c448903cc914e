"""Where sounds are among the user's own files."""

import os
import pathlib

from kerazoo.data.sound.sound_names import is_sound
from kerazoo.data.table_file import is_table
from kerazoo.data.table_file import read_table

_FIRST_ROWS = 2  # A header, and a row below it.


def holds_sounds(path: str | os.PathLike) -> bool:
    """Returns whether a folder has sound files, or a table names some.

    Of a folder, files in folders inside count, but not hidden ones; of a table, the
    cells of the first two rows.

    Args:
        path: path of the folder or file.

    Example:

    ```python
    from kerazoo.data.sound import holds_sounds

    holds_sounds("commands"), holds_sounds("said/transcripts.tsv")  # (True, True)
    ```
    """
    path = pathlib.Path(path)
    if path.is_dir():
        return any(map(is_sound, _files_of(path)))  # The first one is enough.
    if not path.is_file() or not is_table(path):
        return False
    try:
        table = read_table(path, of_texts=True, first_rows=_FIRST_ROWS)
    except (OSError, ValueError):  # Whoever reads all of it says what is wrong.
        return False
    cells = [cell for row in table.rows for cell in row]
    return any(is_sound(cell) and len(cell.split()) == 1 for cell in cells)


def sound_paths(folder: str | os.PathLike, name: str = "sounds") -> list[pathlib.Path]:
    """Returns the paths of all sounds in a folder and its folders, sorted.

    Hidden files and folders are left out.

    Args:
        folder: path of the folder.
        name: What it is called in errors.

    Raises:
        FileNotFoundError: If there is no such folder, or no sound in it.

    Example:

    ```python
    from kerazoo.data.sound import sound_paths

    len(sound_paths("commands"))  # 8
    ```
    """
    folder = pathlib.Path(folder)
    sounds = sorted(filter(is_sound, _files_of(folder)))
    if not sounds:
        found = "there is none" if folder.is_dir() else "there is no such folder"
        raise FileNotFoundError(
            f"`{name}` must be a folder of sounds (.wav, .flac, .ogg, .mp3 or the "
            f"like), and {found}. Received: {name}={folder}"
        )
    return sounds


def _files_of(folder):
    """Gives the paths of files that are not hidden."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith("."):
                yield pathlib.Path(parent, name)
