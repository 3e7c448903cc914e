"""The layers' tests again, on the other backends of Keras where they are installed."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
EXAMPLES = "tests/test_docstring_examples.py"  # Of layers alone.


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_layers_pass_on(backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed: pip install '.[backends]'")
    done = subprocess.run(
        [*(sys.executable, "-m", "pytest", "-q", "-n0"), "tests/layers", EXAMPLES],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
