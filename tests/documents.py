"""What the tests of the README, of the pages and of the notebooks have in common."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[1]
# Classifiers of images are not trained for long, as in tests/apps/conftest.py.
_PROGRAM = """
import os, runpy, sys
if sys.argv[1] == "images":
    from kerazoo.evaluation.images import classifier_features
    classifier_features._EXAMPLES = 60_000
for path in sys.argv[2:]:
    os.chdir(os.path.dirname(path))
    runpy.run_path(path, run_name="__main__")
"""


def run_files(paths, cache, makes_images=False):
    """Runs Python files one after the other in one process, each in its own folder.

    Args:
        paths: list of absolute paths.
        cache: path. Folder of trained classifiers, which tests share.
        makes_images: bool. Whether images are measured.

    Raises:
        AssertionError: With what the process said, if a file fails.
    """
    kind = "images" if makes_images else "others"
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, kind, *map(str, paths)],
        cwd=ROOT,
        env={
            **{k: v for k, v in os.environ.items() if k != "TF_USE_LEGACY_KERAS"},
            "PYTHONPATH": str(ROOT),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "XDG_CACHE_HOME": str(cache),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3_000:]


def shared_cache(tmp_path_factory):
    """Returns the folder that tests of all processes share, see tests/apps/conftest."""
    folder = tmp_path_factory.getbasetemp()
    return (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "cache"
