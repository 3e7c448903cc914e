import kerazoo.models.dqn  # noqa: F401

# isort: split
import dataclasses
import json

import pytest

from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.logged_data import TransitionSpecs

SPECS = TransitionSpecs((4,), "float32", 2, False, "CartPole-v1")


def test_specs_are_those_of_an_environment():
    environment = GymnasiumEnvironment("CartPole-v1")
    assert TransitionSpecs.of(environment, "CartPole-v1") == SPECS
    masked = GymnasiumEnvironment("Taxi-v4", action_mask=True)
    assert TransitionSpecs.of(masked) == TransitionSpecs((500,), "uint8", 6, True)


@pytest.mark.parametrize("actions", [3, (3, 5)])
def test_specs_are_read_as_they_were_written(tmp_path, actions):
    specs = dataclasses.replace(SPECS, num_actions=actions)
    specs.write(tmp_path / "logs")
    assert TransitionSpecs.read(tmp_path / "logs") == specs


@pytest.mark.parametrize(
    "change",
    [
        {"observation_shape": (5,)},
        {"observation_dtype": "uint8"},
        {"num_actions": 3},
        {"action_mask": True},
        {"env": "Acrobot-v1"},
    ],
)
def test_another_environment_is_refused_with_the_difference(change):
    ((name, value),) = change.items()
    shown = list(value) if isinstance(value, tuple) else value
    with pytest.raises(ValueError) as caught:
        SPECS.check(dataclasses.replace(SPECS, **change), "logs")
    assert f"logs are of another environment: their {name} is {shown}" in str(
        caught.value
    )


def test_system_without_a_name_may_be_any():
    SPECS.check(dataclasses.replace(SPECS, env=None), "logs")


def test_missing_file_and_missing_entry_raise(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"Expected specs\.json"):
        TransitionSpecs.read(tmp_path)
    (tmp_path / "specs.json").write_text(json.dumps({"num_actions": 2}))
    with pytest.raises(ValueError, match="must have observation_shape"):
        TransitionSpecs.read(tmp_path)
    (tmp_path / "specs.json").write_text("{")
    with pytest.raises(ValueError, match="damaged"):
        TransitionSpecs.read(tmp_path)
