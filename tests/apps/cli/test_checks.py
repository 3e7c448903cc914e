import dataclasses

import pytest
from absl import flags
from absl.testing import flagsaver

from apps.cli import checks
from apps.cli import run_flags  # noqa: F401  Its flags are used below.


@dataclasses.dataclass
class Settings:
    seed: int
    batch_size: int
    other: str = "default"


@flagsaver.flagsaver
def test_arguments_are_the_flags_of_their_names():
    flags.FLAGS(["app", "--seed=3"])
    made = checks.arguments(Settings, batch_size=7)
    assert made == Settings(seed=3, batch_size=7)
    assert checks.arguments(Settings, other="more").other == "more"


@flagsaver.flagsaver
def test_given_is_what_differs_from_the_default():
    flags.FLAGS(["app", "--seed=0", "--batch_size=3"])
    assert checks.is_given("batch_size")
    assert not checks.is_given("seed")
    assert not checks.is_given("train_steps")


@flagsaver.flagsaver
def test_flags_of_other_choices_are_refused():
    flags.FLAGS(["app", "--strategy=mirrored", "--num_devices=2"])
    checks.check_owners("strategy", {"num_devices": ("auto", "mirrored")})
    with pytest.raises(ValueError, match="--num_devices goes with --strategy=tpu or"):
        checks.check_owners("strategy", {"num_devices": ("tpu", "auto")})
    with pytest.raises(ValueError, match="--strategy=tpu, auto or one_device.$"):
        checks.check_owners("strategy", {"num_devices": ("tpu", "auto", "one_device")})
