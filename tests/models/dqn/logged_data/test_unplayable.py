import kerazoo.models.dqn  # noqa: F401

# isort: split
import functools

import numpy as np
import pytest

from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.foreign_errors import EnvironmentFailure
from kerazoo.models.dqn.logged_data import TransitionSpecs
from kerazoo.models.dqn.logged_data import Unplayable


@pytest.mark.parametrize("dtype", ["float32", "uint8", "int16"])
@pytest.mark.parametrize(("actions", "mask"), [(3, True), (3, False), ((2, 5), False)])
def test_environment_has_the_specs_of_the_logs(dtype, actions, mask):
    specs = TransitionSpecs((2,), dtype, actions, mask)
    environment = GymnasiumEnvironment(
        functools.partial(Unplayable, specs), action_mask=mask
    )
    assert TransitionSpecs.of(environment) == specs


def test_it_cannot_be_stepped():
    specs = TransitionSpecs((2,), "float32", 3)
    environment = GymnasiumEnvironment(functools.partial(Unplayable, specs))
    environment.reset()
    with pytest.raises(EnvironmentFailure, match="it cannot be played"):
        environment.step(np.zeros(1, int))
