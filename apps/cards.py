r"""Lists the exported models of a folder, or shows the card of one.

    python -m apps.cards
    python -m apps.cards dqn_cartpole
    python -m apps.cards exports
    python -m apps.cards exports dqn_cartpole
    python -m apps.cards saved_models/dqn_cartpole/1

The card says what a model does, how good it is, how it was trained, what it must not be
relied on for, and how to ask it. Of a model with several versions it is the newest's.
"""

import pathlib
import sys

from apps.cli import errors
from apps.cli.launch import launch

DEFAULTS: dict = {}
TABLES = {"words": 2}
_FOLDER = pathlib.Path("saved_models")


def main(folder=_FOLDER, name=None):
    with errors.user_errors():
        folder = pathlib.Path(folder)
        if not folder.exists() and is_model(_FOLDER / folder):
            folder = _FOLDER / folder
        if name is None and not is_model(folder):
            print("\n".join(listing(folder)))
        else:
            sys.stdout.write(read_card(folder / (name or "")))


def is_model(path):
    """Returns whether a folder is of a served model, or of a version of one."""
    from kerazoo.serving.exported import versions

    return (path / "saved_model.pb").exists() or bool(versions(path))


def listing(folder):
    """Returns the lines of a table of the exports of a folder.

    Raises:
        ValueError: If there are none.
    """
    from kerazoo.serving.listing import list_exports

    found = list_exports(folder)
    if not found:
        raise ValueError(
            f"{folder} holds no exported model: train one, such as with python -m "
            "apps.train_dqn."
        )
    rows = [("model", "version", "family", "task", "figure", "parameters", "MB", "of")]
    rows += [
        (
            export.name,
            str(export.version),
            export.family or "-",
            export.task or "-",
            "-" if export.metric is None else "{} {:.4g}".format(*export.metric),
            "-" if export.parameters is None else f"{export.parameters:,}",
            f"{export.size / 1e6:,.1f}",
            f"{export.created:%Y-%m-%d}",
        )
        for export in found
    ]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ["  ".join(map(aligned, row, widths, range(8))).rstrip() for row in rows]


def aligned(cell, width, place):
    """Returns a cell as wide as its column; numbers stand on the right."""
    return cell.rjust(width) if place in (1, 5, 6) else cell.ljust(width)


def read_card(path):
    """Returns the card of a served model's newest version, or of a version.

    Raises:
        ValueError: If there is no such model, or it has no card.
    """
    from kerazoo.serving.exported import CARD_FILE
    from kerazoo.serving.exported import newest_version

    version = newest_version(path)
    card = version / "assets.extra" / CARD_FILE
    if not card.exists():
        raise ValueError(
            f"{version} has no card: it was exported before there were any. Export the "
            "model again."
        )
    return card.read_text()


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
