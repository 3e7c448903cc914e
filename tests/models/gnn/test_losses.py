import math

import numpy as np

from kerazoo.models.gnn import losses
from kerazoo.models.gnn.scaled_squared_error import ScaledSquaredError


def test_losses_are_one_value_per_example():
    logits = np.array([[0.0, math.log(3)], [math.log(4), 0.0]], "float32")
    np.testing.assert_allclose(
        losses.cross_entropy(np.array([1, 1]), logits),
        [math.log(4 / 3), math.log(5)],
        rtol=1e-6,
    )
    np.testing.assert_allclose(
        losses.binary_cross_entropy(
            np.array([1.0, 0.0], "float32"), np.array([math.log(3), 0.0], "float32")
        ),
        [math.log(4 / 3), math.log(2)],
        rtol=1e-6,
    )


def test_squared_error_in_units_of_a_scale():
    loss = ScaledSquaredError(2.0, name="loss")
    values = loss(np.array([1.0, 3.0], "float32"), np.array([5.0, 3.0], "float32"))
    np.testing.assert_array_equal(values, [4, 0])
    assert ScaledSquaredError.from_config(loss.get_config()).scale == 2
