import dataclasses

import pytest
from absl import flags
from absl.testing import flagsaver

from apps import train_gan  # noqa: F401
from apps.cli import run_flags
from apps.shared_flags import limits
from kerazoo.serving.limits import Limits


def field_of(name):
    return name.replace("_request", "")


def test_flags_make_limits():
    given = {name: 3 + i for i, name in enumerate(limits.NAMES)}
    flags.FLAGS.mark_as_parsed()
    with flagsaver.flagsaver(**given):
        found = dataclasses.asdict(limits.request_limits())
    assert found == {field_of(name): value for name, value in given.items()}


@pytest.mark.parametrize("name", limits.NAMES)
def test_flags_are_as_of_the_library(name):
    assert flags.FLAGS[name].default == getattr(Limits(), field_of(name))
    assert name in run_flags.MAY_CHANGE
