import json
import os
import sys

import keras
import pytest
from absl import flags
from absl.testing import flagsaver

from apps.cli.launch import launch
from kerazoo.evaluation.images import classifier_features


class App:
    """Runs an app in this process, as its command line would."""

    def __init__(self, capsys):
        self._capsys = capsys

    def __call__(self, main, *arguments):
        """Returns exit code, the last line's JSON or None, and standard error."""
        code = 0
        app = sys.modules[main.__module__]
        with flagsaver.flagsaver():
            try:
                launch(
                    main,
                    getattr(app, "DEFAULTS", None),
                    getattr(app, "TASKS", None),
                    argv=["app", *map(str, arguments)],
                    **getattr(app, "TABLES", {}),
                )
            except SystemExit as stop:
                code = stop.code or 0
            finally:
                keras.config.set_dtype_policy("float32")
        out, err = self._capsys.readouterr()
        lines = out.splitlines()
        return code, json.loads(lines[-1]) if lines else None, err


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    # One for the tests of all processes.
    return (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "cache"


@pytest.fixture(autouse=True)
def cache(cache_folder, monkeypatch):
    """Keeps classifiers out of the home folder; they are not trained for long."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_folder))
    monkeypatch.setattr(classifier_features, "_EXAMPLES", 60_000)


@pytest.fixture
def app(capsys):
    if not flags.FLAGS.is_parsed():
        flags.FLAGS(sys.argv[:1])
    return App(capsys)


@pytest.fixture
def paths(tmp_path):
    """Flags of the folders of a run."""
    return f"--workdir={tmp_path}/run", f"--export_dir={tmp_path}/model"


def assert_one_line(err, *words):
    """Asserts that the last line is the error, of all these words, and no traceback."""
    last = err.splitlines()[-1]
    assert last.startswith("Error: "), err
    for word in words:
        assert word in last, err
    assert "Traceback" not in err
