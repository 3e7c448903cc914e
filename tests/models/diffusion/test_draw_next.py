import numpy as np
import pytest

from kerazoo.models.diffusion.schedules import CosineSchedule
from kerazoo.models.diffusion.schedules import LinearSchedule


@pytest.mark.parametrize("schedule", [CosineSchedule(), LinearSchedule()])
def test_next_level_is_the_one_below_and_clean_at_last(schedule):
    uniform = (np.array([0, 1, 500, 999], "float32") + 0.5) / 1000
    alpha, sigma = map(np.asarray, schedule.draw_next(uniform))
    np.testing.assert_array_equal(alpha[0], 1)
    np.testing.assert_array_equal(sigma[0], 0)
    below = schedule.draw(uniform[1:] - 0.001)
    np.testing.assert_array_equal(alpha[1:], below[0])
    np.testing.assert_array_equal(sigma[1:], below[1])
