import kerazoo.models.dqn  # noqa: F401

# isort: split
import functools

import numpy as np
import pytest
import tensorflow as tf
from tf_agents.specs import array_spec

from kerazoo.models.dqn.logged_data import Stretch
from kerazoo.models.dqn.logged_data import TransitionSpecs
from kerazoo.models.dqn.logged_data import load_transitions
from kerazoo.models.dqn.logged_data import read_stretches
from kerazoo.models.dqn.uniform_replay import UniformReplay

SPECS = TransitionSpecs((1,), "float32", 3)
SPEC = array_spec.ArraySpec((1,), np.float32)
GAMMA = 0.5


def write(folder, *shards):
    SPECS.write(folder)
    for number, stretches in enumerate(shards):
        with tf.io.TFRecordWriter(f"{folder}/logs-{number}.tfrecord") as file:
            for stretch in stretches:
                file.write(stretch.encode())


def stretch(first, steps, terminated=False, is_first=True):
    """Observations first, first + 1, ...; the reward of a step is ten times it."""
    seen = np.arange(first, first + steps + 1, dtype=np.float32)
    discount = np.ones(steps, np.float32)
    discount[-1] = not terminated
    action = np.arange(steps) % 3
    return Stretch(seen[:, None], action, 10 * seen[:-1], discount, None, is_first)


def load(folder, n_step):
    make = functools.partial(UniformReplay, SPEC, n_step=n_step, discount=GAMMA)
    return load_transitions(folder, SPECS, make, n_step)


@pytest.mark.parametrize("n_step", [1, 2, 3])
def test_replay_has_each_n_step_transition(tmp_path, n_step):
    stretches = [stretch(0, 1), stretch(100, 4, terminated=True), stretch(200, 3)]
    write(tmp_path, stretches[:2], stretches[2:])
    loaded = load(tmp_path, n_step)
    assert (loaded.num_transitions, loaded.num_episodes) == (8, 3)
    drawn = loaded.replay.sample((4_000,), np.random.default_rng(0))
    found = np.stack(
        [
            drawn.time_step.observation[:, 0],
            drawn.action_step.action,
            drawn.next_time_step.reward,
            drawn.next_time_step.discount,
            drawn.next_time_step.observation[:, 0],
        ],
        axis=1,
    )
    expected = []
    for part in stretches:
        steps = len(part.action)
        for begin in range(steps):
            end = min(begin + n_step, steps)
            reward = sum(
                GAMMA ** (i - begin) * part.reward[i] for i in range(begin, end)
            )
            carried = GAMMA ** (end - begin - 1) * np.prod(part.discount[begin:end])
            seen = part.observation[:, 0]
            row = (seen[begin], part.action[begin], reward, carried, seen[end])
            expected.append(row)
    np.testing.assert_allclose(np.unique(found, axis=0), sorted(expected))
    assert loaded.mean_return == pytest.approx(
        sum(part.reward.sum() for part in stretches) / 3
    )


def test_truncated_file_is_named_with_its_record(tmp_path):
    write(tmp_path, [stretch(0, 3), stretch(9, 3)])
    (path,) = tmp_path.glob("*.tfrecord")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match=r"logs-0\.tfrecord is damaged at record 2"):
        list(read_stretches(tmp_path, SPECS))


def test_wrong_record_is_named(tmp_path):
    write(tmp_path, [stretch(0, 3)._replace(action=np.array([0, 1, 7]))])
    with pytest.raises(ValueError, match=r"logs-0\.tfrecord, record 1: action must"):
        list(read_stretches(tmp_path, SPECS))


def test_empty_files_and_no_files_raise(tmp_path):
    with pytest.raises(FileNotFoundError, match="Expected a folder of logged"):
        list(read_stretches(tmp_path / "no", SPECS))
    SPECS.write(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"Expected files with \.tfrecord"):
        load(tmp_path, 1)
    write(tmp_path, [])
    with pytest.raises(ValueError, match="has no transition: its files are empty"):
        load(tmp_path, 1)


def test_logs_of_another_environment_are_refused(tmp_path):
    write(tmp_path, [stretch(0, 3)])
    TransitionSpecs((2,), "float32", 3).write(tmp_path)
    with pytest.raises(ValueError, match="another environment: their observation_shap"):
        load(tmp_path, 1)
