import pytest

from kerazoo.runs.names import short_name


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("CartPole-v1", "cartpole"),
        ("ALE/Pong-v5", "pong"),
        ("my_module:Some-Env-v12", "some-env"),
        ("mnist", "mnist"),
        ("no-version", "no-version"),
    ],
)
def test_short_name(name, short):
    assert short_name(name) == short
