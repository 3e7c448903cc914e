"""Tables of sound files, with a text or a label for each."""

import pathlib
import typing

from kerazoo.data.sound.sound_names import is_sound
from kerazoo.data.sound.sound_splits import SPLITS
from kerazoo.data.table_file import read_table

_FILE_NAMES = (
    *("file", "path", "filename", "file_name", "audio", "wav", "sound", "recording"),
    *("audio_file", "audio_path", "file_path", "wav_path", "audio_filepath"),
)
_SPLIT_NAMES = ("split", "set", "subset", "part")
_SPEAKER_NAMES = ("speaker", "speaker_id", "spk", "client_id", "voice", "reader")
_SPLIT_OF = {name: split for split, names in SPLITS.items() for name in names}


class SoundRow(typing.NamedTuple):
    """A row of a table of sounds.

    Attributes:
        path: The file.
        value: Its text or label.
        split: `"train"`, `"validation"` or `"test"`; None without a column.
        speaker: Who speaks; None without a column.
        place: File and line of the row, for errors.
    """

    path: pathlib.Path
    value: str
    split: str | None
    speaker: str | None
    place: str


def splits_of(rows: typing.Sequence[SoundRow]) -> list[str] | None:
    """Returns the split of each row; None where there is no column of them."""
    splits = [row.split for row in rows if row.split is not None]
    return splits or None


def speakers_of(rows: typing.Sequence[SoundRow]) -> list[str] | None:
    """Returns the speaker of each row; None where there is no column of them."""
    speakers = [row.speaker for row in rows if row.speaker is not None]
    return speakers or None


def read_sound_table(
    path: pathlib.Path, value_names: typing.Sequence[str], what: str
) -> list[SoundRow]:
    """Reads a table of sound files, which lie in its folder or in folders of that.

    The first row is a header where it names a column of files and one of values. It may
    name columns `split` and `speaker`, too. Without one, the first column has files and
    the second the values, or the other way round. A file may lack its ending, or its
    folder where there is only one of its name.

    Args:
        path: The table.
        value_names: Names of the column of texts or labels, in lower case.
        what: What a value is in errors, such as `"transcript"`.

    Returns:
        List of `SoundRow`.

    Raises:
        OSError: If the table cannot be read.
        ValueError: If the path is a sound, a row has no value or a split that is none,
            a file is missing or stands in two rows, or columns cannot be found.

    Example:

    ```python
    import pathlib

    path = pathlib.Path("said/transcripts.tsv")
    read_sound_table(path, ["text"], "transcript")[0].value  # "yes"
    ```
    """
    if is_sound(path):
        raise ValueError(
            f"Expected a table of sound files and of a {what} each, or its folder. "
            f"Received: {path}, a sound"
        )
    table = read_table(path, of_texts=True)
    files = _SoundFiles(path.parent)
    header = table.rows[0]
    file, value, split, speaker = (
        _named_column(header, names)
        for names in (_FILE_NAMES, value_names, _SPLIT_NAMES, _SPEAKER_NAMES)
    )
    has_header = not (file is None or value is None or files.find(header[file]))
    if file is None or value is None or not has_header:
        file, value = _unnamed(table, files, what)
        split = speaker = None
    table = table.below(has_header)
    if not table.rows:
        raise ValueError(f"{path}: expected rows below the header. Received: none")
    rows = []
    lines: dict[pathlib.Path, int] = {}
    for cells, line in zip(table.rows, table.lines):
        place = f"{path}, line {line}"
        found = files.find(cells[file])
        if found is None:
            raise ValueError(
                f"{place}: expected a sound file in {path.parent}. "
                f"Received: {cells[file] or 'no name'}, which is not there"
            )
        if lines.setdefault(found, line) != line:
            raise ValueError(
                f"{place}: expected each sound once. Received: {cells[file]}, which "
                f"line {lines[found]} has, too"
            )
        if not cells[value]:
            raise ValueError(f"{place}: expected a {what}. Received: none")
        rows.append(
            SoundRow(
                found,
                " ".join(cells[value].split()),
                None if split is None else _split(cells[split], place),
                None if speaker is None else cells[speaker],
                place,
            )
        )
    return rows


def _named_column(header, names):
    """Returns the column that has the first of some names, in any case, or None."""
    cells = [cell.lower() for cell in header]
    return next((cells.index(name) for name in names if name in cells), None)


def _unnamed(table, files, what):
    first = table.rows[0]
    for file in range(min(2, table.width)):
        if files.find(first[file]) is not None or is_sound(first[file]):
            return file, 1 - file
    raise ValueError(
        f"{table.path}: expected columns of sound files and of a {what}, with a header "
        f"that names them file and {what}, or a sound file in the first row. "
        f"Received: the first row {first}"
    )


def _split(cell, place):
    split = _SPLIT_OF.get(cell.lower() or "train")
    if split is None:
        raise ValueError(
            f"{place}: `split` must be train, validation or test. "
            f"Received: split={cell}"
        )
    return split


class _SoundFiles:
    """The sound files of a folder, by the names that tables give them."""

    def __init__(self, folder):
        self._folder = folder
        self._by_name = None

    def find(self, name):
        """Returns the path of a file; None where it is not there."""
        if not name:
            return None
        path = self._folder / name
        if path.is_file():
            return path
        if self._by_name is None:
            self._by_name = self._named()
        found = self._by_name.get(name, [])
        return found[0] if len(found) == 1 else None

    def _named(self):
        """Returns lists of paths by their names, with and without folder and ending."""
        by_name = {}
        for path in self._folder.rglob("*"):
            if not is_sound(path):
                continue
            short = path.relative_to(self._folder).with_suffix("").as_posix()
            for name in {short, path.name, path.stem}:
                by_name.setdefault(name, []).append(path)
        return by_name
