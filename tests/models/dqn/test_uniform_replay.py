import kerazoo.models.dqn  # noqa: F401

# isort: split
import itertools

import numpy as np
import pytest
import tensorflow as tf
from tf_agents.agents import data_converter
from tf_agents.specs import array_spec
from tf_agents.trajectories import time_step as ts
from tf_agents.trajectories import trajectory

from kerazoo.models.dqn.uniform_replay import UniformReplay

FIRST, MID, LAST = (
    int(kind) for kind in (ts.StepType.FIRST, ts.StepType.MID, ts.StepType.LAST)
)
SPEC = array_spec.ArraySpec((), np.float64, "observation")
GAMMA = 0.9


class Episode:
    """What one environment showed from a reset to the end, if it came."""

    def __init__(self, observation):
        self.observations = [observation]
        self.actions = []
        self.rewards = []
        self.end = None  # "terminated" or "truncated"

    def transition(self, start, n_step):
        """(action, R, D, last observation) of `n_step` steps or fewer at the end."""
        stop = min(start + n_step, len(self.observations) - 1)
        rewards = self.rewards[start:stop]
        terminated = self.end == "terminated" and stop == len(self.observations) - 1
        return (
            self.actions[start],
            sum(GAMMA**i * reward for i, reward in enumerate(rewards)),
            0.0 if terminated else GAMMA ** (len(rewards) - 1),
            self.observations[stop],
        )


class Streams:
    """Random episodes of several environments; no observation comes twice.

    Attributes:
        rows: list of what a replay is given.
        starts: One dict per environment and row, in order, of the observation to its
            episode and its place there.
    """

    def __init__(self, num_rows, num_envs, seed=0, end_probability=0.3):
        self.random = np.random.default_rng(seed)
        self.num_envs = num_envs
        self.end_probability = end_probability
        self.count = 0
        self.rows = []
        self.episodes = [Episode(self._observe()) for _ in range(num_envs)]
        self.starts = [[(episode, 0)] for episode in self.episodes]
        self.time_step = self._time_step([(FIRST, 0.0, 1.0)] * num_envs)
        for _ in range(num_rows):
            self._step()

    def fill(self, replay, rows=slice(None)):
        for row in self.rows[rows]:
            replay.add(*row)
        return replay

    def transitions(self, n_step, num_rows=None, num_kept=None):
        """Transitions by their first observation, after so many rows.

        A transition counts once it lies `n_step` rows before the newest row.
        """
        num_rows = len(self.rows) if num_rows is None else num_rows
        oldest = 0 if num_kept is None else max(num_rows - num_kept, 0)
        return {
            episode.observations[place]: episode.transition(place, n_step)
            for starts in self.starts
            for episode, place in starts[oldest : max(num_rows - n_step, 0)]
            if not (episode.end and place == len(episode.observations) - 1)
        }

    def _observe(self):
        self.count += 1
        return float(self.count)

    def _step(self):
        action = self.random.integers(0, 5, self.num_envs)
        heads = []
        for i, episode in enumerate(self.episodes):
            if episode.end:
                self.episodes[i] = Episode(self._observe())
                heads.append((FIRST, 0.0, 1.0))
            else:
                reward = float(self.random.normal())
                episode.actions.append(int(action[i]))
                episode.rewards.append(reward)
                episode.observations.append(self._observe())
                if self.random.random() < self.end_probability:
                    episode.end = self.random.choice(["terminated", "truncated"])
                discount = 0.0 if episode.end == "terminated" else 1.0
                heads.append((LAST if episode.end else MID, reward, discount))
            episode = self.episodes[i]
            self.starts[i].append((episode, len(episode.observations) - 1))
        next_time_step = self._time_step(heads)
        self.rows.append((self.time_step, action, next_time_step))
        self.time_step = next_time_step

    def _time_step(self, heads):
        step_type, reward, discount = zip(*heads)
        return ts.TimeStep(
            step_type=np.array(step_type, np.int32),
            reward=np.array(reward, np.float32),
            discount=np.array(discount, np.float32),
            observation=np.array([e.observations[-1] for e in self.episodes]),
        )


def columns(sampled):
    """First observation, action, R, D and last observation of every sample."""
    arrays = (
        sampled.time_step.observation,
        sampled.action_step.action,
        sampled.next_time_step.reward,
        sampled.next_time_step.discount,
        sampled.next_time_step.observation,
    )
    return [array.ravel() for array in arrays]


def row(kinds, observations, rewards=None, discounts=None):
    """A time step of environments, for streams written by hand."""
    size = len(kinds)
    return ts.TimeStep(
        step_type=np.array(kinds, np.int32),
        reward=np.array(rewards or [0] * size, np.float32),
        discount=np.array(discounts or [1] * size, np.float32),
        observation=np.array(observations),
    )


def by_start(replay, count=500):
    """Maps first observations to the set of their (R, D, last observation)."""
    sampled = columns(replay.sample((count,), np.random.default_rng(0)))
    found = {}
    for start, _, reward, discount, end in zip(*sampled):
        found.setdefault(start, set()).add(
            (round(float(reward), 5), round(float(discount), 5), end)
        )
    return found


@pytest.mark.parametrize("length", [12, 64], ids=["wrapped", "not wrapped"])
@pytest.mark.parametrize("n_step", [1, 2, 3, 5])
@pytest.mark.parametrize("num_envs", [1, 3])
def test_transitions_equal_the_definition(num_envs, n_step, length):
    ends = set()
    for seed in range(3):
        streams = Streams(num_rows=40, num_envs=num_envs, seed=seed)
        replay = UniformReplay(SPEC, length * num_envs, num_envs, n_step, GAMMA)
        streams.fill(replay)
        expected = streams.transitions(n_step, num_kept=length)
        sampled = columns(replay.sample((40, 50), np.random.default_rng(seed)))
        assert set(sampled[0]) == set(expected)
        wanted = np.array([expected[start] for start in sampled[0]])
        np.testing.assert_array_equal(sampled[1], wanted[:, 0])
        np.testing.assert_allclose(sampled[2], wanted[:, 1], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(sampled[3], wanted[:, 2], rtol=1e-5)
        np.testing.assert_array_equal(sampled[4], wanted[:, 3])
        ends.update(episode.end for s in streams.starts for episode, _ in s)
    assert {"terminated", "truncated"} <= ends


@pytest.mark.parametrize("num_rows", [6, 7, 8, 11, 12, 13, 23, 24, 25])
def test_transitions_equal_the_definition_as_the_ring_fills(num_rows):
    streams = Streams(num_rows=25, num_envs=2, end_probability=0.2)
    replay = UniformReplay(SPEC, 16, num_envs=2, n_step=3, discount=GAMMA)
    streams.fill(replay, slice(num_rows))
    expected = streams.transitions(3, num_rows, num_kept=8)
    sampled = columns(replay.sample((500,), np.random.default_rng(0)))
    assert set(sampled[0]) == set(expected)
    wanted = np.array([expected[start] for start in sampled[0]])
    np.testing.assert_allclose(np.stack(sampled[1:], 1), wanted, rtol=1e-5, atol=1e-6)


def episode_then_next(discount, n_step):
    """Observations 0, 1, 2 of an episode that ends, then 10, 11, 12, 13."""
    replay = UniformReplay(SPEC, 20, n_step=n_step, discount=GAMMA)
    steps = [
        row([FIRST], [0.0]),
        row([MID], [1.0], [5]),
        row([LAST], [2.0], [7], [discount]),
        row([FIRST], [10.0]),
        row([MID], [11.0], [1]),
        row([MID], [12.0], [2]),
        row([MID], [13.0], [3]),
        row([MID], [14.0], [4]),
    ]
    for before, after in itertools.pairwise(steps):
        replay.add(before, np.array([0]), after)
    return replay


def test_nothing_is_bootstrapped_after_termination():
    found = by_start(episode_then_next(discount=0, n_step=3))
    assert found[0.0] == {(round(5 + 0.9 * 7, 5), 0.0, 2.0)}
    assert found[1.0] == {(7.0, 0.0, 2.0)}


def test_a_truncated_episode_bootstraps_from_its_own_last_observation():
    found = by_start(episode_then_next(discount=1, n_step=3))
    # Two steps and one step: an agent multiplies D by one more gamma.
    assert found[0.0] == {(round(5 + 0.9 * 7, 5), 0.9, 2.0)}
    assert found[1.0] == {(7.0, 1.0, 2.0)}


@pytest.mark.parametrize("discount", [0, 1])
def test_the_last_observation_of_an_episode_starts_no_transition(discount):
    found = by_start(episode_then_next(discount, n_step=2))
    assert sorted(found) == [0, 1, 10, 11]  # 12 and 13 have no 2 rows after them.
    assert found[10.0] == {(round(1 + 0.9 * 2, 5), 0.9, 12.0)}


def test_n_step_transitions_of_tf_agents_reach_into_the_next_episode():
    spec = ts.time_step_spec(tf.TensorSpec((), tf.float64))
    context = data_converter.DataContext(
        time_step_spec=spec, action_spec=tf.TensorSpec((), tf.int64), info_spec=()
    )
    # Observations 1 and 2 of `episode_then_next`, then the next episode's first.
    theirs = data_converter.AsNStepTransition(context, gamma=GAMMA, n=2)(
        trajectory.Trajectory(
            step_type=tf.constant([[MID, LAST, FIRST]]),
            observation=tf.constant([[1.0, 2.0, 10.0]], tf.float64),
            action=tf.constant([[0, 0, 0]], tf.int64),
            policy_info=(),
            next_step_type=tf.constant([[LAST, FIRST, MID]]),
            reward=tf.constant([[7.0, 0.0, 1.0]]),
            discount=tf.constant([[1.0, 1.0, 1.0]]),
        )
    )
    assert float(theirs.next_time_step.observation[0]) == 10.0
    ours = by_start(episode_then_next(discount=1, n_step=2))
    assert ours[1.0] == {(7.0, 1.0, 2.0)}


@pytest.mark.parametrize("length", [25, 100], ids=["wrapped", "not wrapped"])
def test_sampling_is_uniform(length):
    streams = Streams(num_rows=60, num_envs=2, end_probability=0.4)
    replay = streams.fill(UniformReplay(SPEC, 2 * length, 2, n_step=2, discount=GAMMA))
    eligible = streams.transitions(2, num_kept=length)
    draws = 400 * len(eligible)
    starts = columns(replay.sample((draws,), np.random.default_rng(0)))[0]
    found, counts = np.unique(starts, return_counts=True)
    assert set(found) == set(eligible)
    chi_square = np.sum((counts - 400) ** 2 / 400)
    freedom = len(eligible) - 1  # Mean of chi-square; its variance is twice that.
    assert abs(chi_square - freedom) < 4 * np.sqrt(2 * freedom)


def test_samples_have_the_shape_asked_for_and_the_dtypes_of_the_spec():
    spec = array_spec.BoundedArraySpec((2, 3), np.uint8, 0, 255)
    replay = UniformReplay(spec, 10)
    time_step = ts.restart(np.full((1, 2, 3), 200, np.uint8), batch_size=1)
    for _ in range(4):
        replay.add(time_step, np.array([1]), time_step)
    sampled = replay.sample((4, 5), np.random.default_rng(0))
    assert sampled.time_step.observation.shape == (4, 5, 2, 3)
    assert sampled.next_time_step.observation.shape == (4, 5, 2, 3)
    assert sampled.time_step.observation.dtype == np.uint8
    assert sampled.action_step.action.dtype == np.int64
    for step in (sampled.time_step, sampled.next_time_step):
        assert step.step_type.dtype == np.int32
        assert step.reward.dtype == step.discount.dtype == np.float32
        assert step.reward.shape == step.discount.shape == (4, 5)
        # Losses leave out transitions that start at a last step.
        assert (step.step_type == MID).all()


def test_length_counts_the_steps_kept():
    streams = Streams(num_rows=6, num_envs=3)
    replay = UniformReplay(SPEC, 14, num_envs=3)
    lengths = []
    for i in range(6):
        lengths.append(len(replay))
        streams.fill(replay, slice(i, i + 1))
    assert lengths == [0, 3, 6, 9, 12, 12]


def test_can_sample_once_a_transition_is_complete():
    replay = UniformReplay(SPEC, 20, n_step=2)
    seen = []
    for i in range(4):
        seen.append(replay.can_sample)
        replay.add(row([MID], [float(i)]), np.array([0]), row([MID], [i + 1.0]))
    assert seen == [False, False, False, True]


def test_last_steps_alone_cannot_be_sampled():
    replay = UniformReplay(SPEC, 20, n_step=1)
    for i in range(4):
        replay.add(row([LAST], [float(i)]), np.array([0]), row([LAST], [i + 1.0]))
    assert not replay.can_sample


@pytest.mark.parametrize("num_rows", [9, 30], ids=["not wrapped", "wrapped"])
def test_a_restored_replay_goes_on_as_the_original(num_rows):
    streams = Streams(num_rows=num_rows + 5, num_envs=2)

    def new():
        return UniformReplay(SPEC, 24, num_envs=2, n_step=2, discount=GAMMA)

    replay = streams.fill(new(), slice(num_rows))
    state = {name: np.copy(array) for name, array in replay.state().items()}
    assert all(array.size <= 24 for array in state.values())
    restored = new()
    restored.restore(state)
    for _ in range(2):
        assert len(restored) == len(replay)
        samples = [
            replay.sample((100,), np.random.default_rng(1))
            for replay in (replay, restored)
        ]
        tf.nest.map_structure(np.testing.assert_array_equal, *samples)
        for each in (replay, restored):
            streams.fill(each, slice(num_rows, None))


def test_a_cut_ends_the_running_episodes_as_truncated():
    replay = UniformReplay(SPEC, 40, num_envs=2, n_step=3, discount=GAMMA)
    steps = [
        row([FIRST, MID], [0.0, 100.0]),
        row([MID, MID], [1.0, 101.0], [1, 2]),
        row([MID, LAST], [2.0, 102.0], [3, 4], [1, 0]),
    ]
    for before, after in itertools.pairwise(steps):
        replay.add(before, np.array([0, 0]), after)
    replay.cut(steps[-1])
    kinds = [FIRST, MID, MID, MID, MID]
    steps = [row([k, k], [50.0 + i, 150.0 + i]) for i, k in enumerate(kinds)]
    for before, after in itertools.pairwise(steps):
        replay.add(before, np.array([0, 0]), after)
    found = by_start(replay)
    assert found[0.0] == {(round(1 + 0.9 * 3, 5), 0.9, 2.0)}
    assert found[1.0] == {(3.0, 1.0, 2.0)}
    assert found[100.0] == {(round(2 + 0.9 * 4, 5), 0.0, 102.0)}
    assert found[101.0] == {(4.0, 0.0, 102.0)}
    assert 2.0 not in found
    assert 102.0 not in found
    assert found[50.0] == {(0.0, 0.81, 53.0)}


def test_masks_stay_with_their_observations():
    spec = {
        "observation": array_spec.ArraySpec((2,), np.float32),
        "action_mask": array_spec.ArraySpec((3,), bool),
    }
    masks = np.random.default_rng(0).random((30, 3)) < 0.5

    def step(i):
        observation = {
            "observation": np.full((1, 2), i, np.float32),
            "action_mask": masks[i : i + 1],
        }
        return row([MID], [0])._replace(observation=observation)

    replay = UniformReplay(spec, 15, n_step=2)
    for i in range(29):
        replay.add(step(i), np.array([0]), step(i + 1))
    sampled = replay.sample((8, 20), np.random.default_rng(0))
    for time_step in sampled.time_step, sampled.next_time_step:
        observation = time_step.observation["observation"]
        assert len(np.unique(observation)) > 10
        np.testing.assert_array_equal(observation[..., 0], observation[..., 1])
        np.testing.assert_array_equal(
            time_step.observation["action_mask"],
            masks[observation[..., 0].astype(int)],
        )
    np.testing.assert_array_equal(
        sampled.next_time_step.observation["observation"],
        sampled.time_step.observation["observation"] + 2,
    )


@pytest.mark.parametrize(
    ("capacity", "num_envs", "n_step"), [(2, 1, 1), (15, 4, 2), (0, 1, 1)]
)
def test_too_little_capacity_raises(capacity, num_envs, n_step):
    with pytest.raises(
        ValueError,
        match=(
            r"at least `num_envs \* \(n_step \+ 2\)`. Received: "
            f"capacity={capacity}, num_envs={num_envs}, n_step={n_step}"
        ),
    ):
        UniformReplay(SPEC, capacity, num_envs, n_step)


def test_the_least_capacity_allowed_can_be_sampled():
    streams = Streams(num_rows=30, num_envs=3, end_probability=0.1)
    replay = streams.fill(UniformReplay(SPEC, 12, 3, n_step=2, discount=GAMMA))
    expected = streams.transitions(2, num_kept=4)
    starts = columns(replay.sample((200,), np.random.default_rng(0)))[0]
    assert set(starts) == set(expected)
