import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.training.checkpoints import Checkpoints


def save(checkpoints, step, value):
    variable = tf.Variable(float(value))
    return checkpoints.save(
        step,
        tf.train.Checkpoint(x=variable),
        arrays={"replay/0": np.full(3, value)},
        state={"name": f"at {step}"},
    )


def restore(checkpoints):
    variable = tf.Variable(0.0)
    restored = checkpoints.restore(tf.train.Checkpoint(x=variable))
    return restored, float(variable)


def test_restores_what_was_saved(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    save(checkpoints, 7, 2.5)
    (step, arrays, state), value = restore(Checkpoints(tmp_path))
    assert (step, state, value) == (7, {"name": "at 7"}, 2.5)
    np.testing.assert_array_equal(arrays["replay/0"], np.full(3, 2.5))


def test_nothing_to_restore(tmp_path):
    assert restore(Checkpoints(tmp_path)) == (None, 0.0)


def test_newest_wins_and_oldest_go(tmp_path):
    checkpoints = Checkpoints(tmp_path, max_to_keep=2)
    for step in (5, 90, 1000):  # By number, not as text.
        save(checkpoints, step, step)
    assert [int(path.name) for path in checkpoints.paths()] == [90, 1000]
    assert restore(checkpoints)[1] == 1000


@pytest.mark.parametrize(
    "name", ["variables.index", "variables.data-00000-of-00001", "arrays.npz"]
)
@pytest.mark.parametrize("damage", ["truncate", "flip", "remove"])
def test_damaged_newest_falls_back_and_says_so(tmp_path, name, damage):
    checkpoints = Checkpoints(tmp_path)
    save(checkpoints, 1, 10)
    file = save(checkpoints, 2, 20) / name
    content = file.read_bytes()
    if damage == "truncate":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "flip":
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    else:
        file.unlink()
    with pytest.warns(UserWarning, match=r"000002 is damaged .*without it"):
        (step, _, _), value = restore(checkpoints)
    assert (step, value) == (1, 10)


def test_later_steps_give_way_to_a_resumed_run(tmp_path):
    checkpoints = Checkpoints(tmp_path, max_to_keep=1)
    save(checkpoints, 4096, 80)
    save(checkpoints, 3072, 100)
    (step, _, _), value = restore(checkpoints)
    assert (step, value) == (3072, 100)


def test_killed_while_replacing_leaves_one_of_the_two(tmp_path):
    path = save(Checkpoints(tmp_path), 5, 50)
    path.rename(tmp_path / f".replaced-{path.name}")  # Killed between two renames.
    (tmp_path / ".partial-000000000009").mkdir()
    assert restore(Checkpoints(tmp_path))[1] == 50
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    save(Checkpoints(tmp_path), 5, 51)
    assert restore(Checkpoints(tmp_path))[1] == 51
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_killed_while_writing_leaves_the_one_before(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    save(checkpoints, 1, 10)
    program = f"""
import os, signal, numpy as np, tensorflow as tf
from kerazoo.training import checkpoints
checkpoints._sync = lambda path: os.kill(os.getpid(), signal.SIGKILL)
checkpoints.Checkpoints({str(tmp_path)!r}).save(
    2, tf.train.Checkpoint(x=tf.Variable(20.0)), {{"replay/0": np.ones(3)}})
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert done.returncode == -9
    assert any(name.startswith(".partial") for name in os.listdir(tmp_path))
    assert restore(Checkpoints(tmp_path))[1] == 10
    save(checkpoints, 2, 20)
    assert restore(checkpoints)[1] == 20
