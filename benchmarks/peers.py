"""Programs of other libraries, which run in turn with ours.

They run with the Python of the environment variable `KERAZOO_PEERS_PYTHON`, from the
folder of `KERAZOO_PEERS` (default ../shared/peers).
"""

import os
import pathlib

from absl import flags

from benchmarks.processes import report

PAIRS = flags.DEFINE_integer("pairs", 3, "Runs of each side.", lower_bound=1)
PYTHON = os.environ.get("KERAZOO_PEERS_PYTHON")
FOLDER = pathlib.Path(os.environ.get("KERAZOO_PEERS", "../shared/peers"))


def note_missing() -> None:
    """Says so if there are no peers."""
    if not PYTHON or not FOLDER.is_dir():
        report("peers", note="peer not installed: set KERAZOO_PEERS_PYTHON")


def find(script: str) -> pathlib.Path | None:
    """Returns the path of a peer's script, None if it cannot be run."""
    path = FOLDER / script
    return path if PYTHON and path.exists() else None


def command(*arguments: object) -> list[str]:
    """Returns the command that runs the peers' Python with arguments."""
    assert PYTHON is not None
    return [PYTHON, "-W", "ignore", *map(str, arguments)]
