import numpy as np
import pytest

from kerazoo.data.gaussian_mixture import MIXTURES
from kerazoo.tasks.licences import LICENCES
from kerazoo.tasks.licences import licence_of


def test_built_in_data_have_a_licence():
    # The defaults of the apps, and what else needs no files.
    for name in ("digits", "karate_club", "dates", "python_topics", *MIXTURES):
        assert LICENCES[name] == licence_of(name)


@pytest.mark.parametrize("data", ["folder", "cora", np.zeros(3), None])
def test_of_other_data_nothing_is_known(data):
    assert licence_of(data) == "not known"
