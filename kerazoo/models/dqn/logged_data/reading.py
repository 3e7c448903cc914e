"""Reads logged transitions, and fills a replay with them."""

import os
import pathlib
import re
import typing

import numpy as np
import tensorflow as tf
from tf_agents.trajectories import time_step as ts

from kerazoo.models.dqn.logged_data.specs import TransitionSpecs
from kerazoo.models.dqn.logged_data.stretch import Stretch
from kerazoo.models.dqn.replay import Replay


class Loaded(typing.NamedTuple):
    """What `load_transitions` has read.

    Attributes:
        replay: The filled replay.
        num_transitions: int.
        num_episodes: int. Episodes that begin in the files.
        mean_return: float or None. All rewards over that number.
    """

    replay: Replay
    num_transitions: int
    num_episodes: int
    mean_return: float | None


def read_stretches(
    folder: str | os.PathLike, specs: TransitionSpecs
) -> typing.Iterator[Stretch]:
    """Yields the stretches of all shards of a folder, in the order of their names.

    Args:
        folder: Folder of files with `.tfrecord` in their names; those that end with
            `.gz` are decompressed, those that begin with a point left out.
        specs: `TransitionSpecs` of the environment.

    Raises:
        FileNotFoundError: If there are no such files.
        ValueError: If one is damaged, or of other specs.

    Example:

    ```python
    from kerazoo.models.dqn.logged_data import TransitionLog
    from kerazoo.models.dqn.logged_data import TransitionSpecs
    from kerazoo.models.dqn.logged_data import read_stretches

    specs = TransitionSpecs.of(environment)
    log = TransitionLog("/tmp/read", specs)
    time_step = environment.reset()
    log.add(time_step, np.zeros(1, np.int64), environment.step(np.zeros(1, np.int64)))
    log.commit()
    [len(stretch.action) for stretch in read_stretches("/tmp/read", specs)]
    ```
    """
    for path in _shards(folder):
        kind = "GZIP" if path.name.endswith(".gz") else None
        records = tf.data.TFRecordDataset(str(path), kind).as_numpy_iterator()
        number = 0
        while True:
            number += 1
            try:
                record = next(records, None)
            except tf.errors.OpError as error:
                raise ValueError(
                    f"{path} is damaged at record {number} ({_said(error)}): restore "
                    "it, or take it away."
                ) from None
            if record is None:
                break
            try:
                yield Stretch.decode(record, specs)
            except ValueError as error:
                raise ValueError(f"{path}, record {number}: {error}.") from None


def load_transitions(
    folder: str | os.PathLike,
    specs: TransitionSpecs,
    make_replay: typing.Callable[[int], Replay],
    n_step: int = 1,
) -> Loaded:
    """Fills a replay with all logged transitions of a folder.

    The files are read twice: to count, then to fill.

    Args:
        folder: Folder of `specs.json` and the shards, see `read_stretches`.
        specs: `TransitionSpecs` of the environment that is learnt for.
        make_replay: Function of a capacity to a replay of one environment, such as
            `UniformReplay`.
        n_step: The replay's.

    Returns:
        `Loaded`.

    Raises:
        FileNotFoundError: If there are no files.
        ValueError: If they are of another environment, damaged or empty.

    Example:

    ```python
    import functools

    from kerazoo.models.dqn.logged_data import TransitionLog
    from kerazoo.models.dqn.logged_data import TransitionSpecs
    from kerazoo.models.dqn.logged_data import load_transitions

    specs = TransitionSpecs.of(environment)
    log = TransitionLog("/tmp/load", specs)
    time_step = environment.reset()
    for _ in range(20):
        next_time_step = environment.step(np.zeros(1, np.int64))
        log.add(time_step, np.zeros(1, np.int64), next_time_step)
        time_step = next_time_step
    log.commit()
    spec = environment.observation_spec()
    make_replay = functools.partial(UniformReplay, spec)
    loaded = load_transitions("/tmp/load", specs, make_replay)
    loaded.replay.sample((8,), np.random.default_rng(0))
    ```
    """
    specs.check(TransitionSpecs.read(folder), folder)
    rows = transitions = episodes = 0
    for stretch in read_stretches(folder, specs):
        rows += len(stretch.action) + 1
        transitions += len(stretch.action)
        episodes += stretch.is_first
    if not transitions:
        raise ValueError(f"{folder} has no transition: its files are empty.")
    # A replay draws no start whose n-step return might not be there yet.
    replay = make_replay(rows + n_step)
    total = 0.0
    for stretch in read_stretches(folder, specs):
        total += float(stretch.reward.sum())
        _add(replay, stretch)
    for _ in range(n_step - 1):
        replay.cut(_time_step(stretch, len(stretch.action), ts.StepType.LAST))
    mean_return = total / episodes if episodes else None
    return Loaded(replay, transitions, episodes, mean_return)


def _add(replay, stretch):
    step = _time_step(stretch, 0, ts.StepType.FIRST)
    for i, action in enumerate(stretch.action):
        following = _time_step(stretch, i + 1, ts.StepType.MID)
        replay.add(step, action[None], following)
        step = following
    replay.cut(step)


def _time_step(stretch, i, kind):
    """Returns the batch of one of what was seen before step i, with what led there."""
    observation = stretch.observation[i][None]
    if stretch.mask is not None:
        observation = {"observation": observation, "action_mask": stretch.mask[i][None]}
    return ts.TimeStep(
        np.full(1, kind, np.int32),
        stretch.reward[i - 1 : i] if i else np.zeros(1, np.float32),
        stretch.discount[i - 1 : i] if i else np.ones(1, np.float32),
        observation,
    )


def _shards(folder):
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(
            f"Expected a folder of logged transitions. Received: {folder}"
        )
    found = [path for path in sorted(folder.glob("[!.]*")) if ".tfrecord" in path.name]
    if not found:
        raise FileNotFoundError(
            f"Expected files with .tfrecord in their names in {folder}. Received: none"
        )
    return found


def _said(error):
    """Returns what an operation says, without where it stands in a graph."""
    return re.sub(r"\{\{.*?\}\}|\[Op:.*", "", error.message).strip()
