r"""Gives labels such as `stable` and `canary` to versions of an exported model.

    python -m apps.promote --saved_model=saved_models/dqn_cartpole/3 --label=canary
    python -m apps.promote --saved_model=saved_models/dqn_cartpole/3 --label=stable \
        --address=localhost:8501
    python -m apps.promote --saved_model=saved_models/dqn_cartpole --label=canary \
        --remove
    python -m apps.promote --list

A folder of a model means its newest version. Labels are kept in `labels.json` of the
model, and written to `models.config` and `models.container.config` beside the model:
TensorFlow Serving reads them again with --model_config_file_poll_wait_seconds. With
--address a label moves once that server has loaded the version.
"""

import pathlib
import sys

from absl import flags

from apps.cli import errors
from apps.cli import exports
from apps.cli.checks import is_given
from apps.cli.launch import launch
from apps.cli.parsers import adopt
from apps.cli.parsers import declare
from apps.cli.sections import MODEL
from apps.cli.sections import RUN
from apps.cli.sections import section
from apps.generation import picture_flags
from apps.serving import connection
from apps.serving import tables
from apps.serving.folder import served_models
from apps.shared_flags import server

adopt(exports)
section(MODEL)
declare(picture_flags.LABEL)
_REMOVE = flags.DEFINE_boolean("remove", False, "Takes the labels from the model.")
_LIST = flags.DEFINE_boolean(
    "list",
    False,
    "Lists versions and labels of --saved_model, or of all models in saved_models.",
)
adopt(server)
section(RUN)
_WAIT = flags.DEFINE_float(
    "wait_seconds",
    300.0,
    "How long the server of --address may take to load the version.",
    lower_bound=0,
)

DEFAULTS: dict = {}
TABLES = {
    "texts": {
        "address": (
            "host:port of a server that reads models.config again and again: the label "
            "moves once it has loaded the version. Default: none is asked."
        ),
        "label": "Labels of the version, of letters, digits and underscores.",
    },
    "headings": {"label": MODEL},
}


def main():
    with errors.user_errors():
        check_flags()
    if _LIST.value:
        with errors.user_errors():
            found = listed()
        show_models(found)
        return
    with errors.user_errors():
        directory, version = find_version()
    for label in picture_flags.LABEL.value:
        if _REMOVE.value:
            remove(directory, label)
        else:
            promote(directory, version, label)
    show_models([directory])


def check_flags():
    """Refuses flags that have no meaning with others."""
    for name in ("label", "remove", "address") if _LIST.value else ():
        if is_given(name):
            raise ValueError(f"--{name} does not go with --list.")
    if _LIST.value:
        return
    if not picture_flags.LABEL.value:
        raise ValueError("--label is missing: name one, such as --label=stable.")
    if _REMOVE.value and server.ADDRESS.value:
        raise ValueError("--address does not go with --remove.")


def find_version():
    """Returns the folder of the model of `--saved_model`, and a version of it.

    Raises:
        ValueError: If there is none.
    """
    from kerazoo.serving.exported import versions

    if exports.SAVED_MODEL.value is None:
        raise ValueError(
            "--saved_model is missing: name a version, such as "
            "saved_models/dqn_cartpole/1."
        )
    path = pathlib.Path(exports.SAVED_MODEL.value)
    if path.name.isdigit() and versions(path.absolute().parent):
        return path.parent, int(path.name)
    if not versions(path):
        raise ValueError(
            f"--saved_model={path} holds no exported version: train one with a command "
            "such as python -m apps.train_dqn."
        )
    return path, versions(path)[-1]


def listed():
    """Returns the folders of the models to be listed.

    Raises:
        ValueError: If there is none.
    """
    if exports.SAVED_MODEL.value:
        return [find_version()[0]]
    return served_models("--saved_model")


def promote(directory, version, name):
    """Gives a label to a version."""
    from kerazoo.serving.promotion import promote

    if server.ADDRESS.value is None:
        with errors.user_errors():
            label = promote(directory, version, name)
    else:
        with connection.connected() as client, errors.user_errors():
            label = promote(directory, version, name, client, _WAIT.value)
    if label.next is not None:
        print(
            f"Servers load version {label.next} now; {name} stays with version "
            f"{label.version}. When it is AVAILABLE (python -m apps.client --status "
            f"--model={directory.absolute().name}), the same command moves the label.",
            file=sys.stderr,
        )


def remove(directory, name):
    """Takes a label from a model."""
    from kerazoo.serving.promotion import remove_label

    with errors.user_errors():
        remove_label(directory, name)


def show_models(directories):
    """Prints versions and labels."""
    from kerazoo.serving.exported import versions
    from kerazoo.serving.labels import loaded_versions
    from kerazoo.serving.labels import read_labels

    rows, results = [], []
    for directory in directories:
        name, there = directory.absolute().name, versions(directory)
        with errors.user_errors():
            loaded, labels = loaded_versions(directory), read_labels(directory)
        for version in there:
            found = [key for key, label in labels.items() if label.version == version]
            remarks = ["newest"] if version == there[-1] else []
            is_loaded = "yes" if version in loaded else "no"
            rows.append((name, version, is_loaded, ", ".join(found + remarks)))
        numbers = {key: label.version for key, label in labels.items()}
        results.append(
            {"model": name, "versions": there, "loaded": loaded, "labels": numbers}
        )
    tables.show(("model", "version", "loaded", "labels"), rows, results)


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
