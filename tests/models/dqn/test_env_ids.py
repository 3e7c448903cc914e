import pytest

from kerazoo.models.dqn.env_ids import check_env
from kerazoo.models.dqn.env_ids import parse_env_kwargs


@pytest.mark.parametrize(
    "env", ["CartPole-v1", "CartPole", "gymnasium.envs.classic_control:CartPole-v1"]
)
def test_environments_that_are_there(env):
    check_env(env)


@pytest.mark.parametrize("env", ["CartPool-v1", "no_such_module:CartPole-v1"])
def test_environments_that_are_not(env):
    with pytest.raises(ValueError, match=f"Received: env={env}"):
        check_env(env)


def test_keyword_arguments():
    assert parse_env_kwargs("{}") == {}
    assert parse_env_kwargs('{"a": [1, "b"]}') == {"a": [1, "b"]}
    for wrong in ("[1]", "{", "a=1", "3"):
        with pytest.raises(ValueError, match="JSON object"):
            parse_env_kwargs(wrong)
