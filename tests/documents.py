"""What the tests of the README, of the pages and of the notebooks have in common."""

import os
import pathlib
import runpy

import keras
import pytest

ROOT = pathlib.Path(__file__).parents[1]


def run_files(paths, cache, makes_images=False):
    """Runs Python files one after the other, each in its own folder.

    In this process: TensorFlow takes as long to start as most of them to run.

    Args:
        paths: list of absolute paths.
        cache: path. Folder of trained classifiers, which tests share.
        makes_images: bool. Whether images are measured.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        if makes_images:
            from kerazoo.evaluation.images import classifier_features

            # Classifiers are not trained for long, as in tests/apps/conftest.py.
            patch.setattr(classifier_features, "_EXAMPLES", 60_000)
        for path in paths:
            patch.chdir(os.path.dirname(path))
            keras.utils.set_random_seed(0)
            runpy.run_path(str(path), run_name="__main__")


def shared_cache(tmp_path_factory):
    """Returns the folder that tests of all processes share, see tests/apps/conftest."""
    folder = tmp_path_factory.getbasetemp()
    return (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "cache"
