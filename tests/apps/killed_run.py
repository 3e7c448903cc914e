"""Runs of an app that are killed, against runs that are not."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import tensorflow as tf


def assert_ends_the_same(app, folder, steps, *arguments, metric):
    """Asserts that a run killed at step 20 and continued ends as a whole one does.

    Args:
        app: str, such as `"apps.train_gan"`.
        folder: path of an empty folder.
        steps: int. Training steps, so many that the kill comes before the last.
        *arguments: Of the app.
        metric: str. What must be equal in both results.
    """

    def command(name):
        return [
            *(sys.executable, "-m", app, *arguments, "--noexport"),
            *(f"--train_steps={steps}", f"--eval_every={steps}"),
            *("--checkpoint_every=10", "--log_every=10", f"--workdir={folder}/{name}"),
        ]

    whole = subprocess.run(command("whole"), capture_output=True, text=True, check=True)
    killed = subprocess.Popen(command("parts"), stderr=subprocess.PIPE, text=True)
    reached = folder / "parts" / "checkpoints" / f"{20:012d}"
    while killed.poll() is None and not reached.exists():
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    parts = subprocess.run(command("parts"), capture_output=True, text=True, check=True)
    assert "Going on from step" in parts.stderr
    expected, found = (
        _variables_of(folder / name / "checkpoints" / f"{steps:012d}")
        for name in ("whole", "parts")
    )
    assert found.keys() == expected.keys() and len(found) > 40
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)
    results = [json.loads(run.stdout.splitlines()[-1]) for run in (whole, parts)]
    assert results[0][metric] == results[1][metric]


def _variables_of(folder):
    """Returns everything that a checkpoint holds, as arrays by name."""
    reader = tf.train.load_checkpoint(str(folder / "variables"))
    names = {*reader.get_variable_to_shape_map()}
    # Its names are of what else the process has made, too, such as a pretrained model.
    names.discard("_CHECKPOINTABLE_OBJECT_GRAPH")
    return {name: reader.get_tensor(name) for name in names}
