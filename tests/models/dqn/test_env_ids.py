import sys

import pytest

from kerazoo.models.dqn.env_ids import check_env


@pytest.mark.parametrize(
    "env", ["CartPole-v1", "CartPole", "gymnasium.envs.classic_control:CartPole-v1"]
)
def test_environments_that_are_there(env):
    check_env(env)


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ("CartPool-v1", "Did you mean CartPole-v1?"),
        ("CartPool", "Did you mean CartPole-v1?"),
        ("cartpole-v1", "Did you mean CartPole-v1?"),
        ("CartPole-v99", "Did you mean CartPole-v1?"),
        ("Taxi-v3", "take it with `env`=Taxi-v4"),
        ("gymnasium.envs.toy_text:Taxi-v3", "`env`=gymnasium.envs.toy_text:Taxi-v4"),
        ("LunarLander-v2", "take it with `env`=LunarLander-v3"),
        ("MiniGrid-Empty-5x5-v0", "pip install minigrid"),
        ("Zzz-v0", "pprint_registry.* own ones are module:id"),
        ("no_such_module:CartPole-v1", "There is no module no_such_module"),
        ("no_such.module:CartPole-v1", "There is no module no_such.module"),
    ],
)
def test_environments_that_are_not(env, said):
    with pytest.raises(ValueError, match=f"{said}.* Received: env={env}$") as raised:
        check_env(env)
    assert "\n" not in str(raised.value)


REGISTERS = "import gymnasium\ngymnasium.register('Own-v0', entry_point='own:Own')\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import gymnasium\n\nx = np.zeros(3)\n", "NameError.*own.py, line 3"),
        ("def f(:\n", r"SyntaxError: invalid syntax \(own.py, line 1\)"),
        ("\nimport no_such_package.sub\n", "needs no_such_package, .*own.py, line 2"),
        ("import gymnasium\n", r'must call gymnasium.register\(id="Mine-v0"'),
        (REGISTERS, "in the module own.*, which has Own-v0"),
    ],
)
def test_own_modules_say_what_is_wrong_and_where(tmp_path, monkeypatch, text, said):
    import gymnasium

    monkeypatch.setattr(gymnasium.envs.registration, "registry", {})
    monkeypatch.setattr(gymnasium, "registry", gymnasium.envs.registration.registry)
    (tmp_path / "own.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "own", raising=False)
    with pytest.raises(ValueError, match=f"{said}.* Received: env=own:Mine") as raised:
        check_env("own:Mine-v0")
    assert "\n" not in str(raised.value)
    sys.modules.pop("own", None)
