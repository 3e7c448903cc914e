import kerazoo.models.dqn  # noqa: F401

# isort: split
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.dqn.prioritized_replay import PrioritizedReplay
from kerazoo.models.dqn.uniform_replay import UniformReplay
from tests.models.dqn.test_uniform_replay import GAMMA
from tests.models.dqn.test_uniform_replay import SPEC
from tests.models.dqn.test_uniform_replay import Streams
from tests.models.dqn.test_uniform_replay import columns

ALPHA = 0.7


def make(capacity=60, num_envs=2, n_step=2, **options):
    return PrioritizedReplay(
        SPEC, capacity, num_envs, n_step, GAMMA, priority_exponent=ALPHA, **options
    )


def starts_of(drawn):
    return drawn.transitions.time_step.observation


@pytest.mark.parametrize("num_rows", [12, 30, 47, 100])
def test_what_can_be_drawn_are_the_transitions_of_a_uniform_replay(num_rows):
    streams = Streams(num_rows=num_rows, num_envs=2)
    replay = make()
    random = np.random.default_rng(0)
    for i in range(num_rows):
        streams.fill(replay, slice(i, i + 1))
        if i > 10 and i % 7 == 0:  # What is settled between draws is any number.
            drawn = replay.sample((2, 8), random)
            replay.update(drawn.entries, 1 + random.random((2, 8)))
    expected = streams.transitions(2, num_kept=30)
    for _ in range(3):
        drawn = replay.sample((10, 100), random)
        replay.update(drawn.entries, np.ones((10, 100)))
    wanted = np.array([expected[start] for start in starts_of(drawn).ravel()])
    found = np.stack(columns(drawn.transitions)[1:], 1)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)
    assert set(starts_of(drawn).ravel()) == set(expected)


def test_draws_are_in_proportion_to_the_errors_and_weights_take_that_back():
    streams = Streams(num_rows=25, num_envs=2)
    replay = streams.fill(make(importance_exponent=1.0))
    random = np.random.default_rng(0)
    drawn = replay.sample((1, 400), random)
    errors = np.sin(starts_of(drawn)) * 3  # Of each transition one of its own.
    replay.update(drawn.entries, errors)
    eligible = np.array(sorted(streams.transitions(2)))
    assert set(starts_of(drawn).ravel()) == set(eligible)
    priorities = (np.abs(3 * np.sin(eligible)) + 1e-6) ** ALPHA
    probability = priorities / priorities.sum()

    batches, size = 400, 50
    drawn = replay.sample((batches, size), random)
    places = np.searchsorted(eligible, starts_of(drawn))
    counts = np.bincount(places.ravel(), minlength=len(eligible))
    expected = batches * size * probability
    chi_square = ((counts - expected) ** 2 / expected).sum()
    freedom = len(eligible) - 1  # Drawn from equal shares, it is below its mean.
    assert chi_square < freedom + 4 * np.sqrt(2 * freedom)

    # (N P)^-1, but for the largest of a batch: of all, the mean of any function is
    # that of uniform draws.
    weights = 1 / (len(eligible) * probability[places])
    largest = weights.max(axis=1, keepdims=True)
    np.testing.assert_allclose(drawn.weights, weights / largest, rtol=1e-4)
    found, mean = np.abs(np.sin(starts_of(drawn))), np.abs(np.sin(eligible)).mean()
    assert (drawn.weights * largest * found).mean() == pytest.approx(mean, rel=0.03)
    assert found.mean() > 1.1 * mean


def test_the_importance_exponent_rises_to_one():
    replay = Streams(num_rows=25, num_envs=2).fill(make(importance_exponent=0.4))
    drawn = replay.sample((1, 64), np.random.default_rng(0))
    replay.update(drawn.entries, np.arange(64.0)[None])
    full = []
    for progress, exponent in ((0, 0.4), (0.5, 0.7), (1, 1.0)):
        replay.anneal(progress)
        assert replay.importance_exponent == pytest.approx(exponent)
        weights = replay.sample((1, 64), np.random.default_rng(1)).weights
        full.append(weights.astype(np.float64) ** (1 / exponent))
    np.testing.assert_allclose(full[0], full[2], rtol=1e-4)
    np.testing.assert_allclose(full[1], full[2], rtol=1e-4)


def test_new_transitions_have_the_highest_priority_so_far():
    streams = Streams(num_rows=40, num_envs=2, end_probability=0.1)
    replay = streams.fill(make(200), slice(20))
    random = np.random.default_rng(0)
    first = set(starts_of(replay.sample((1, 500), random)).ravel())
    drawn = replay.sample((1, 500), random)
    errors = np.full((1, 500), 1e-3)
    errors[0, 7] = 50.0  # Drawn once more behind: the last one counts.
    replay.update(drawn.entries[:, ::-1], errors[:, ::-1])
    replay.update(drawn.entries, np.full((1, 500), 1e-3))
    streams.fill(replay, slice(20, None))
    later = starts_of(replay.sample((10, 500), random))
    assert np.isin(later, list(first)).mean() < 0.01


def test_the_last_error_of_a_transition_counts():
    replay = Streams(num_rows=12, num_envs=2).fill(make())
    entries = replay.sample((1, 200), np.random.default_rng(0)).entries
    entry = entries[0, 0]
    replay.update(np.array([[entry, entry]]), np.array([[4.0, 2.0]]))
    assert replay._tree.leaves[entry] == pytest.approx((2 + 1e-6) ** ALPHA)


def test_what_has_left_the_ring_takes_no_priority():
    streams = Streams(num_rows=80, num_envs=2, end_probability=0.0)
    replay = streams.fill(make(), slice(29))
    old = replay.sample((1, 300), np.random.default_rng(0)).entries
    streams.fill(replay, slice(29, 57))
    replay.sample((1, 1), np.random.default_rng(0))
    newest = (56 % 30) * 2  # Its transition has no end yet.
    replay.update(old, np.full(old.shape, 9.0))
    assert newest in old
    assert replay._tree.leaves[newest] == 0


@pytest.mark.parametrize("num_rows", [20, 70], ids=["not wrapped", "wrapped"])
def test_a_restored_replay_goes_on_as_the_original_to_the_last_bit(num_rows):
    streams = Streams(num_rows=num_rows + 9, num_envs=2)
    replay = streams.fill(make(), slice(num_rows - 3))
    random = np.random.default_rng(0)
    drawn = replay.sample((3, 20), random)
    replay.update(drawn.entries, random.normal(size=(3, 20)) * 10)
    streams.fill(replay, slice(num_rows - 3, num_rows))  # Not settled yet.
    state = {name: np.copy(array) for name, array in replay.state().items()}
    restored = make()
    restored.restore(state)
    for _ in range(2):
        samples = [
            each.sample((4, 30), np.random.default_rng(1))
            for each in (replay, restored)
        ]
        tf.nest.map_structure(np.testing.assert_array_equal, *samples)
        for ours, theirs in zip(replay._tree._levels, restored._tree._levels):
            assert ours.tobytes() == theirs.tobytes()
        for each in (replay, restored):
            each.update(samples[0].entries, samples[0].weights)
            streams.fill(each, slice(num_rows, None))


def test_an_exponent_of_zero_draws_uniformly_with_weights_of_one():
    streams = Streams(num_rows=25, num_envs=2)
    replay = PrioritizedReplay(SPEC, 60, 2, 2, GAMMA, priority_exponent=0.0)
    streams.fill(replay)
    drawn = replay.sample((1, 500), np.random.default_rng(0))
    replay.update(drawn.entries, np.linspace(0, 9, 500)[None])
    drawn = replay.sample((100, 50), np.random.default_rng(1))
    np.testing.assert_array_equal(drawn.weights, 1)
    _, counts = np.unique(starts_of(drawn), return_counts=True)
    assert len(counts) == len(streams.transitions(2))
    assert counts.max() < 1.3 * counts.min()


def test_memory_is_that_of_the_steps_and_of_the_tree():
    uniform = UniformReplay(SPEC, 60, 2, 2)
    assert uniform.nbytes == 60 * (8 + 8 + 4 + 4 + 1)
    assert make().nbytes == uniform.nbytes + 8 * (64 + 63)
