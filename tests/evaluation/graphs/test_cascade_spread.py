"""Spread of seeds, with its error."""

import numpy as np
import pytest

from kerazoo.data.graphs.cascades import Cascades
from kerazoo.evaluation.graphs import influence_spread


def test_mean_and_its_standard_error_are_of_a_binomial():
    cascades = Cascades(np.zeros(4, int), np.arange(1, 5), 0.25, 5)
    found = influence_spread(cascades, [0], 4_000)
    deviation = (4 * 0.25 * 0.75) ** 0.5
    assert found["spread_error"] == pytest.approx(deviation / 4_000**0.5, rel=0.05)
    assert abs(found["spread"] - 2) < 4 * found["spread_error"]
