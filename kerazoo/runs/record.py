"""What a run was asked for, noted in its folder, so that no other goes on there."""

import json
import os
import pathlib
import typing

from kerazoo.atomic_files import read_json

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
        task: Name of the class of the task, or None.

    Example:

    ```python
    SettingsRecord({"batch_size": 64, "train_steps": 100}).check("runs/new")  # False
    ```
    """

    def __init__(self, settings: dict[str, typing.Any], task: str | None = None):
        self.settings = json.loads(json.dumps(settings))
        self.task = task

    def check(self, folder: str | os.PathLike) -> bool:
        path = pathlib.Path(folder, "settings.json")
        if not has_state(path.parent):
            return False
        self._check_task(path.parent)
        if not path.exists():
            return False
        before = read_json(path)
        changed = [
            f"{name}: {before[name]} became {value}"
            for name, value in self.settings.items()
            if _differ(before.get(name, value), value) and name not in _MAY_CHANGE
        ]
        if changed:
            raise ValueError(
                f"{folder} was trained with other settings: {'; '.join(changed)}. Use "
                "the old ones again, or another `workdir`."
            )
        return before == self.settings

    def repeat(self) -> dict[str, typing.Any]:
        """Returns how to repeat the run, for the card of its export."""
        return {"task": self.task, "settings": self.settings}

    def write(self, folder: str | os.PathLike) -> None:
        from kerazoo.atomic_files import write_text

        text = json.dumps(self.settings, indent=1)
        write_text(pathlib.Path(folder, "settings.json"), f"{text}\n")

    def _check_task(self, folder):
        file = folder / "model.json"
        if not file.exists():
            return
        found = read_json(file).get("task")
        if self.task and found and found != self.task:
            raise ValueError(
                f"{folder} is a run of {found}, not of {self.task}: give another "
                "`workdir`."
            )


def _differ(before, after):
    """Returns whether settings differ, but for those that an older version had not."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return before != after
    return any(_differ(before.get(n, value), value) for n, value in after.items())


def has_state(folder: pathlib.Path) -> bool:
    """Returns whether a run has left checkpoints in a folder."""
    return any(any(folder.glob(f"{name}/*")) for name in ("checkpoints", "best"))
