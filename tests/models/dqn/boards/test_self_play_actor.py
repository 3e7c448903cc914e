import keras
import numpy as np
import pytest

from kerazoo.models.dqn import boards
from kerazoo.models.dqn import linear_epsilon

NUM_BOARDS = 40


class Noted:
    """A replay that keeps what it is given."""

    def __init__(self):
        self.rows = []

    def add(self, time_step, action, next_time_step, is_other):
        self.rows.append((time_step, action, is_other))


def first_cell(planes):
    return np.tile(-np.arange(9.0), (len(planes), 1))


def last_cell(planes):
    return np.tile(np.arange(9.0), (len(planes), 1))


class Past:
    """A pool of one past self, which likes the last cell."""

    def __len__(self):
        return 1

    def __call__(self, planes):
        return last_cell(planes)


def collect(steps, epsilon=0.0, values=first_cell, **options):
    environment = boards.BoardEnvironment("tic_tac_toe", NUM_BOARDS)
    replay = Noted()
    actor = boards.SelfPlayActor(
        *(environment, values, replay, linear_epsilon(epsilon, epsilon, 1)),
        np.random.default_rng(0),
        Past(),
        **options,
    )
    actor.collect(steps)
    return actor, replay.rows


def valid_cells(row):
    return row[0].observation["action_mask"]


def test_without_opponents_both_sides_are_the_network():
    actor, rows = collect(7 * NUM_BOARDS)
    assert len(rows) == 7  # First cell each: won with the seventh move.
    for row in rows:
        np.testing.assert_array_equal(row[1], valid_cells(row).argmax(axis=1))
        assert not row[2].any()
    assert list(actor.lengths) == [7] * NUM_BOARDS
    assert not any(actor.draws)


def test_past_selves_have_one_side_of_their_share():
    _, rows = collect(3 * NUM_BOARDS, opponent_share=0.5)
    cells = np.array([row[1] for row in rows])
    others = np.array([row[2] for row in rows])
    first = np.array([valid_cells(row).argmax(axis=1) for row in rows])
    last = np.array([8 - valid_cells(row)[:, ::-1].argmax(axis=1) for row in rows])
    np.testing.assert_array_equal(cells, np.where(others, last, first))
    assert not others[:, NUM_BOARDS // 2 :].any()
    sides = others[:, : NUM_BOARDS // 2]
    np.testing.assert_array_equal(sides[0], ~sides[1])  # One of the two sides,
    np.testing.assert_array_equal(sides[0], sides[2])
    assert 0 < sides[0].sum() < NUM_BOARDS // 2  # by chance which.


def test_openings_are_random_and_of_any_length_up_to_the_most():
    _, rows = collect(5 * NUM_BOARDS, opening_moves=4)
    best = np.array([valid_cells(row).argmax(axis=1) for row in rows])
    odd = np.array([row[1] for row in rows]) != best
    np.testing.assert_array_equal(odd, [row[2] for row in rows])
    assert odd[0].sum() > odd[3].sum() > 0  # Move by move fewer openings go on.
    assert not odd[4].any()


@pytest.mark.parametrize(
    ("temperature", "share"), [(0.0, 1 / 9), (1.0, 0.6322), (0.25, 0.9817)]
)
def test_exploring_moves_are_drawn_from_a_softmax(temperature, share):
    """Of values -i the first has 1 / sum exp(-i / T), over nine cells."""
    firsts = [
        row[1] for seed in range(10) for row in collect_first_moves(seed, temperature)
    ]
    found = (np.concatenate(firsts) == 0).mean()
    deviation = np.sqrt(share * (1 - share) / np.concatenate(firsts).size)
    assert abs(found - share) < 4 * deviation


def collect_first_moves(seed, temperature):
    environment = boards.BoardEnvironment("tic_tac_toe", NUM_BOARDS)
    replay = Noted()
    boards.SelfPlayActor(
        *(environment, first_cell, replay, linear_epsilon(1, 1, 1)),
        np.random.default_rng(seed),
        Past(),
        temperature=temperature,
    ).collect(NUM_BOARDS)
    return replay.rows


def test_past_selves_are_what_the_model_was():
    model = keras.Sequential([keras.Input((3, 3, 2)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(9))
    pool = boards.PastSelves(model, size=2)
    planes = np.random.default_rng(0).uniform(size=(4, 3, 3, 2)).astype("float32")
    random = np.random.default_rng(0)
    pool.draw(random)
    assert len(pool) == 0 and pool.current is None
    answers = []
    for _ in range(3):
        model.set_weights([w + 1 for w in model.get_weights()])
        answers.append(model(planes).numpy())
        pool.add()
    assert len(pool) == 2
    drawn = []
    for _ in range(20):
        pool.draw(random)
        drawn.append(pool(planes))
        np.testing.assert_allclose(drawn[-1], answers[1:][pool.current], rtol=1e-5)
    assert len({float(values.sum()) for values in drawn}) == 2

    other = boards.PastSelves(model, size=2)
    other.restore(pool.state())
    assert other.current == pool.current
    np.testing.assert_array_equal(other(planes), pool(planes))
