import pytest
import tensorflow as tf

from kerazoo.training.profiler import Profiler


@pytest.mark.parametrize(
    ("first", "last", "steps", "recorded"),
    [
        (2, 4, [0, 1, 2, 3, 4, 5], [2, 3]),
        (100, 110, [0, 64, 128, 192], [128]),  # Blocks of 64: the one that comes next.
        (0, 1, [0, 64], [0]),
        (None, None, [0, 1, 2], []),
    ],
)
def test_records_between_the_steps(tmp_path, first, last, steps, recorded):
    profiler = Profiler(tmp_path, first, last)
    seen = []
    for step in steps:
        profiler.reached(step)
        if profiler._recording:
            seen.append(step)
            tf.reduce_sum(tf.ones((8, 8)))
    profiler.close()
    assert seen == recorded
    assert bool(list(tmp_path.rglob("*.xplane.pb"))) == bool(recorded)
