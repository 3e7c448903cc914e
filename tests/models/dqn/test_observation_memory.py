import kerazoo.models.dqn  # noqa: F401

# isort: split
import gymnasium
import numpy as np
import pytest
import tensorflow as tf
from tf_agents.specs import array_spec

from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.prioritized_replay import PrioritizedReplay
from kerazoo.models.dqn.uniform_replay import UniformReplay
from kerazoo.training import chunked_array
from kerazoo.training.checkpoints import Checkpoints

STACK = 4


class Screens(gymnasium.Env):
    """Pictures of 2 x 3, each of its own; episodes of 1 to 6 steps, ended both ways."""

    observation_space = gymnasium.spaces.Box(0, 255, (2, 3), np.uint8)
    action_space = gymnasium.spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.left = int(self.np_random.integers(1, 7))
        return self._observe(), {}

    def step(self, action):
        self.left -= 1
        done = self.left == 0
        truncated = bool(self.np_random.random() < 0.5)
        return self._observe(), 1.0, done and not truncated, done and truncated, {}

    def _observe(self):
        return self.np_random.integers(0, 256, (2, 3), np.uint8)


def played(num_rows, num_envs, seed=0):
    """Rows of an environment whose stacks gymnasium makes."""
    environment = GymnasiumEnvironment(Screens, num_envs, seed=seed, frame_stack=STACK)
    time_step, rows = environment.reset(), []
    for _ in range(num_rows):
        action = np.zeros(num_envs, np.int64)
        next_time_step = environment.step(action)
        rows.append((time_step, action, next_time_step))
        time_step = next_time_step
    return environment.observation_spec(), rows


def fill(replay, rows):
    for row in rows:
        replay.add(*row)
    return replay


@pytest.mark.parametrize("n_step", [1, 3])
@pytest.mark.parametrize("num_envs", [1, 3])
@pytest.mark.parametrize("length", [20, 50, 100], ids=["wrapped", "full", "not full"])
@pytest.mark.parametrize("kind", [UniformReplay, PrioritizedReplay])
def test_stacks_are_those_of_the_environment(kind, length, num_envs, n_step):
    spec, rows = played(50, num_envs)
    frames = fill(kind(spec, length * num_envs, num_envs, n_step, 0.9, STACK), rows)
    whole = fill(UniformReplay(spec, 100 * num_envs, num_envs, n_step, 0.9), rows)
    drawn = frames.sample((8, 400), np.random.default_rng(0))
    if kind is PrioritizedReplay:
        drawn = drawn.transitions
    known = {}
    for start in range(100 * num_envs):
        entry = whole._transitions(np.array([start]))
        known[entry.time_step.observation.tobytes()] = entry
    firsts = drawn.time_step.observation
    assert firsts.shape == (8, 400, STACK, 2, 3)
    assert firsts.dtype == np.uint8
    starts = set()
    for i, j in np.ndindex(8, 400):
        entry = known[firsts[i, j].tobytes()]
        starts.add(firsts[i, j].tobytes())
        step = drawn.next_time_step
        assert np.array_equal(
            step.observation[i, j], entry.next_time_step.observation[0]
        )
        assert step.reward[i, j] == entry.next_time_step.reward[0]
        assert step.discount[i, j] == entry.next_time_step.discount[0]
    # All but those whose oldest frames have gone.
    first = 0 if length == 100 else 50 - length + STACK - 1
    complete = [row[0] for row in rows[first : 50 - n_step]]
    expected = {
        step.observation[env].tobytes()
        for step in complete
        for env in range(num_envs)
        if step.step_type[env] != 2
    }
    assert starts == expected


@pytest.mark.parametrize("num_rows", [15, 60], ids=["not wrapped", "wrapped"])
def test_a_restored_replay_composes_the_same_stacks(num_rows):
    spec, rows = played(num_rows + 9, num_envs=2)

    def new():
        return PrioritizedReplay(spec, 40, 2, 2, frame_stack=STACK)

    replay = fill(new(), rows[:num_rows])
    replay.cut(rows[num_rows][0])
    state = {name: np.copy(array) for name, array in replay.state().items()}
    assert state["00"].shape[1:] == (2, 3)  # Each frame once.
    restored = new()
    restored.restore(state)
    for each in (replay, restored):
        fill(each, rows[num_rows + 1 :])
    samples = [
        each.sample((5, 40), np.random.default_rng(0)) for each in (replay, restored)
    ]
    tf.nest.map_structure(np.testing.assert_array_equal, *samples)


def test_checkpoints_share_the_frames_that_have_not_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(chunked_array, "_SMALL", 100)
    monkeypatch.setattr(chunked_array, "_CHUNK", 4 * 6)  # Frames of two rows.
    spec, rows = played(60, num_envs=2)
    checkpoints = Checkpoints(tmp_path)
    replay = UniformReplay(spec, 40, 2, 2, frame_stack=STACK)
    written = []
    for first, last in ((0, 7), (7, 11), (11, 24), (24, 27), (27, 60)):
        fill(replay, rows[first:last])
        path = checkpoints.save(last, tf.train.Checkpoint(), replay.state())
        new = [f for f in path.glob("00-*") if f.stat().st_nlink == 1]
        written.append(len(new))
        restored = UniformReplay(spec, 40, 2, 2, frame_stack=STACK)
        _, state, _ = checkpoints.restore(tf.train.Checkpoint())
        restored.restore(state)
        for ours, theirs in zip(replay._arrays(), restored._arrays()):
            np.testing.assert_array_equal(ours, theirs)
    # Few frames as they are; rows 6 to 11, all up to row 3 of the next round, 4 to 7,
    # all of the ring.
    assert written == [0, 6, 7, 2, 10]


def test_masks_are_stored_beside_frames():
    frames = array_spec.ArraySpec((STACK, 2), np.uint8)
    spec = {"observation": frames, "action_mask": array_spec.ArraySpec((3,), bool)}
    replay = UniformReplay(spec, 20, frame_stack=STACK)
    _, rows = played(1, 1)
    time_step = rows[0][0]
    for i in range(10):
        observation = {
            "observation": np.maximum(np.arange(i - 3, i + 1), 0)[None, :, None]
            * np.ones((1, 1, 2), np.uint8),
            "action_mask": np.array([[i % 2, i % 3, 1]], bool),
        }
        step = time_step._replace(observation=observation, step_type=np.array([1]))
        replay.add(step, np.array([0]), step)
    observation = replay.sample((50,), np.random.default_rng(0)).time_step.observation
    i = observation["observation"][:, -1, 0]
    np.testing.assert_array_equal(
        observation["action_mask"], np.stack([i % 2, i % 3, i * 0 + 1], 1).astype(bool)
    )
    np.testing.assert_array_equal(
        observation["observation"][:, 0, 1], np.maximum(i.astype(int) - 3, 0)
    )


def test_a_million_frames_of_atari_take_less_than_8_gb():
    spec = array_spec.ArraySpec((4, 84, 84), np.uint8)
    replay = PrioritizedReplay(spec, 1_000_000, 8, 3, frame_stack=4)  # Not touched.
    assert 7e9 < replay.nbytes < 7.2e9


def test_other_observations_than_stacks_raise():
    with pytest.raises(
        ValueError,
        match=r"`frame_stack` must be the first size of the observations. "
        r"Received: frame_stack=4, observation \(3, 84, 84\)",
    ):
        UniformReplay(array_spec.ArraySpec((3, 84, 84), np.uint8), 100, frame_stack=4)


def test_a_capacity_that_holds_no_stack_raises():
    spec = array_spec.ArraySpec((4, 2), np.uint8)
    with pytest.raises(ValueError, match=r"num_envs \* \(n_step \+ frame_stack \+ 1\)"):
        UniformReplay(spec, 7, n_step=3, frame_stack=4)
    assert UniformReplay(spec, 8, n_step=3, frame_stack=4).length == 8
