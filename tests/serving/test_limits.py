import dataclasses

import pytest

from kerazoo.serving.limits import UNLIMITED
from kerazoo.serving.limits import Limits


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Limits)])
@pytest.mark.parametrize("value", [0, -1, 2**31])
def test_bounds_are_positive_int32(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must .*Received: {name}={value}"):
        Limits(**{name: value})
    assert getattr(Limits(**{name: 2**31 - 1}), name) == getattr(UNLIMITED, name)


@pytest.mark.parametrize(
    ("limits", "shape", "most"),
    [
        (Limits(max_examples=7), (10, 10, 3), 7),
        (Limits(max_pixels=1_000), (10, 20, 3), 5),
        (Limits(max_pixels=1_999), (10, 200, 1), 1),
        (Limits(max_pixels=10), (10, 20, 3), 1),  # Less would serve nothing.
    ],
)
def test_most_images(limits, shape, most):
    assert limits.max_images(shape) == most


def test_description_has_what_was_asked_for():
    limits = Limits(max_nodes=3, max_edges=5)
    assert limits.describe("max_edges", "max_nodes") == {"max_edges": 5, "max_nodes": 3}
