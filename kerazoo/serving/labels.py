"""Names of a served model's versions, such as `stable`, kept beside the versions.

Importing this imports nothing heavy: what is wrong with a label can be said at once.
"""

import dataclasses
import json
import os
import pathlib
import re
import warnings

from kerazoo.atomic_files import read_json
from kerazoo.atomic_files import write_text
from kerazoo.serving.exported import versions

LABELS_FILE = "labels.json"  # Servers look at folders whose name is a number only.
_NAME = re.compile(r"\w+", re.ASCII)  # What the paths of the REST API take.


@dataclasses.dataclass(frozen=True)
class Label:
    """Which version of a model a label names.

    TensorFlow Serving moves a label to a version that it has loaded already, and to no
    other. So it is made to load the version that a label had before, for the way back,
    and one that a label is going to have.

    Args:
        version: int. The version.
        previous: int or None. The version before.
        next: int or None. The version that is to be loaded before the label moves.
    """

    version: int
    previous: int | None = None
    next: int | None = None

    def moved(self, version: int) -> "Label":
        """Returns the label of another version.

        Args:
            version: int.
        """
        if version == self.version:
            return dataclasses.replace(self, next=None)
        return Label(version, previous=self.version)

    def versions(self) -> set[int]:
        """Returns the versions that a server must have loaded, a set of ints."""
        found = (self.version, self.previous, self.next)
        return {version for version in found if version is not None}


def read_labels(directory: str | os.PathLike) -> dict[str, Label]:
    """Returns the labels of a model, a dict of name to `Label`, sorted by name.

    Args:
        directory: path. Folder of the model.

    Raises:
        ValueError: If the file is damaged.
    """
    path = pathlib.Path(directory, LABELS_FILE)
    if not path.exists():
        return {}
    remedy = "restore it, or remove it and set the labels again"
    try:
        return {
            name: _checked(fields)
            for name, fields in sorted(read_json(path, remedy).items())
        }
    except (TypeError, AttributeError) as error:
        raise ValueError(f"{path} is damaged ({error}): {remedy}.") from None


def write_labels(directory: str | os.PathLike, labels: dict[str, Label]) -> None:
    """Replaces the labels of a model.

    Args:
        directory: path. Folder of the model.
        labels: dict of name to `Label`.

    Raises:
        ValueError: If a name is none that a server takes.

    Example:

    ```python
    export(module, {"serving_default": module.serve}, "saved_models/double")
    write_labels("saved_models/double", {"stable": Label(1)})
    read_labels("saved_models/double")["stable"].version  # 1
    ```
    """
    for name in labels:
        check_label(name)
    fields = {
        name: {key: value for key, value in vars(label).items() if value is not None}
        for name, label in sorted(labels.items())
    }
    write_text(
        pathlib.Path(directory, LABELS_FILE), json.dumps(fields, indent=1) + "\n"
    )


def check_label(name: str) -> None:
    """Refuses what TensorFlow Serving does not take for a label.

    Args:
        name: str.

    Raises:
        ValueError: If it has other characters than letters, digits and underscores.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(
            "`label` must be of letters, digits and underscores. "
            f"Received: label={name}"
        )


def valid_labels(directory: str | os.PathLike) -> dict[str, Label]:
    """Returns the labels whose versions are there; warns of the others.

    Args:
        directory: path. Folder of the model.

    Raises:
        ValueError: If the file of labels is damaged.
    """
    there = versions(directory)
    found = {}
    for name, label in read_labels(directory).items():
        if label.version in there:
            found[name] = label
        else:
            warnings.warn(
                f"{directory} has no version {label.version} any more, which is "
                f"labelled {name}: servers will not know the label.",
                stacklevel=2,
            )
    return found


def loaded_versions(directory: str | os.PathLike) -> list[int]:
    """Returns the versions that a server is made to load, ascending ints.

    They are the newest, those with labels, and those that labels had before.

    Args:
        directory: path. Folder of the model.

    Raises:
        ValueError: If the file of labels is damaged.
    """
    there = versions(directory)
    wanted = set(there[-1:])
    for label in read_labels(directory).values():
        wanted |= label.versions()
    return sorted(wanted.intersection(there))


def _checked(fields):
    label = Label(**fields)
    for value in vars(label).values():
        if value is not None and type(value) is not int:
            raise TypeError(f"{value!r} is no version")
    return label
