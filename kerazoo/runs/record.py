"""What a run was asked for, noted in its folder, so that no other goes on there."""

import json
import os
import pathlib
import typing

_MAY_CHANGE = {"train_steps"}


class Record(typing.Protocol):
    """Knows what defines a run, and tells it from others in the same folder."""

    def check(self, folder: pathlib.Path) -> bool:
        """Returns whether the folder holds this very run, in whatever state.

        Raises:
            ValueError: If it holds the states of another run.
        """

    def write(self, folder: pathlib.Path) -> None:
        """Notes in the folder what the run was asked for."""


class SettingsRecord:
    """Notes the settings of a task in `settings.json`.

    Args:
        settings: dict that JSON can hold; all but `train_steps` must stay.

    Example:

    ```python
    SettingsRecord({"batch_size": 64, "train_steps": 100}).check("runs/new")  # False
    ```
    """

    def __init__(self, settings: dict[str, typing.Any]):
        self.settings = json.loads(json.dumps(settings))

    def check(self, folder: str | os.PathLike) -> bool:
        path = pathlib.Path(folder, "settings.json")
        if not (path.exists() and has_state(path.parent)):
            return False
        before = json.loads(path.read_text())
        changed = [
            f"{name}: {before[name]} became {value}"
            for name, value in self.settings.items()
            if before.get(name, value) != value and name not in _MAY_CHANGE
        ]
        if changed:
            raise ValueError(
                f"{folder} was trained with other settings: {'; '.join(changed)}. Use "
                "the old ones again, or another `workdir`."
            )
        return before == self.settings

    def write(self, folder: str | os.PathLike) -> None:
        from kerazoo.atomic_files import write_text

        text = json.dumps(self.settings, indent=1)
        write_text(pathlib.Path(folder, "settings.json"), f"{text}\n")


def has_state(folder: pathlib.Path) -> bool:
    """Returns whether a run has left checkpoints in a folder."""
    return any(any(folder.glob(f"{name}/*")) for name in ("checkpoints", "best"))
