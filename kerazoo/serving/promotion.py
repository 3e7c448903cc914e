"""Labels move from version to version, and a server follows."""

import os
import pathlib
import time
import typing

from kerazoo.serving.client.errors import ServingError
from kerazoo.serving.exported import versions
from kerazoo.serving.labels import Label
from kerazoo.serving.labels import check_label
from kerazoo.serving.labels import loaded_versions
from kerazoo.serving.labels import read_labels
from kerazoo.serving.labels import write_labels
from kerazoo.serving.models_config import write_models_config

if typing.TYPE_CHECKING:
    from kerazoo.serving.client.client import Client

_POLL_SECONDS = 1.0


def promote(
    directory: str | os.PathLike,
    version: int,
    label: str,
    client: "Client | None" = None,
    wait_seconds: float = 300.0,
) -> Label:
    """Gives a label to a version of a model, and writes the files for servers anew.

    A server refuses a file that moves a label to a version which it has not loaded.
    With a client, the version is loaded first, and the label moves when it is ready.
    Without one, a version that no file named yet is only named for loading, as `next`
    of the label that is returned: the same call moves the label when it is loaded.

    Args:
        directory: path. Folder of the model, which is in the folder of all models.
        version: int. A version that is there.
        label: str. Name of letters, digits and underscores, such as `"stable"`.
        client: `Client` of a server that reads the files again and again, or None.
        wait_seconds: float. How long the server may take to load the version.

    Returns:
        `Label`, as it is now.

    Raises:
        ValueError: If the version or the name is none, or a file is damaged.
        ServingError: If the server cannot be asked.
        TimeoutError: If it has not loaded the version in time.

    Example:

    ```python
    export(module, {"serving_default": module.serve}, "saved_models/double")
    promote("saved_models/double", 1, "stable").version  # 1
    ```
    """
    check_label(label)
    directory = pathlib.Path(directory)
    there = versions(directory)
    if version not in there:
        found = ", ".join(map(str, there)) or "none"
        raise ValueError(
            f"{directory} has the versions {found}. Received: version={version}"
        )
    before = read_labels(directory)
    old = before.get(label, Label(version))
    moves = old.version != version
    if moves and (client or version not in loaded_versions(directory)):
        loading = Label(old.version, old.previous, next=version)
        _write(directory, {**before, label: loading})
        if client is None:
            return loading
    if moves and client is not None:
        _wait(client, directory.absolute().name, version, wait_seconds)
    moved = old.moved(version)
    _write(directory, {**before, label: moved})
    return moved


def remove_label(directory: str | os.PathLike, label: str) -> None:
    """Takes a label from a model, and writes the files for servers anew.

    Args:
        directory: path. Folder of the model.
        label: str.

    Raises:
        ValueError: If the model has no such label, or a file is damaged.

    Example:

    ```python
    export(module, {"serving_default": module.serve}, "saved_models/double")
    promote("saved_models/double", 1, "canary")
    remove_label("saved_models/double", "canary")
    ```
    """
    labels = read_labels(directory)
    if label not in labels:
        found = ", ".join(labels) or "none"
        raise ValueError(f"{directory} has the labels {found}. Received: label={label}")
    del labels[label]
    _write(pathlib.Path(directory), labels)


def _write(directory, labels):
    write_labels(directory, labels)
    write_models_config(directory.absolute().parent)


def _wait(client, model, version, seconds):
    """Waits until a server has loaded a version."""
    end = time.monotonic() + seconds
    while True:
        status = _status(client, model, version)
        if status is not None and status.state == "AVAILABLE":
            return
        if status is not None and status.error_message:
            raise ValueError(
                f"The server at {client.address} cannot load version {version} of "
                f"{model}: {status.error_message}"
            )
        if time.monotonic() >= end:
            raise TimeoutError(
                f"The server at {client.address} has not loaded version {version} of "
                f"{model} in {seconds:g} seconds, and the label has not moved: the "
                "server must read models.config again and again, as it does with "
                "--model_config_file_poll_wait_seconds=10."
            )
        time.sleep(_POLL_SECONDS)


def _status(client, model, version):
    """Returns the status of a version; None of one that the server does not know."""
    try:
        found = client.status(model)
    except ServingError as error:
        if error.code != "NOT_FOUND":
            raise
        found = []
    return next((status for status in found if status.version == version), None)
