import subprocess
import sys

import gymnasium
import numpy as np
import pytest

from kerazoo.models.dqn.first_look import first_look


class Own(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(-1, 1, (2,), np.float32)
    action_space = gymnasium.spaces.Discrete(2, start=5)
    observation = (0.0, 0.0)
    closed = 0

    def __init__(self, **kwargs):
        for name, value in kwargs.items():
            setattr(self, name, value)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.array(self.observation, np.float32), {}

    def step(self, action):
        assert self.action_space.contains(action)
        return self.reset()[0], 1.0, False, False, {}

    def close(self):
        Own.closed += 1


class OldReset(Own):
    def reset(self, *, seed=None, options=None):
        return np.zeros(2, np.float32)


class OldStep(Own):
    def step(self, action):
        return np.zeros(2, np.float32), 1.0, False, {}


class Broken(Own):
    def step(self, action):
        return {}["speed"]


def unmade():
    raise AttributeError("no board")


def test_spaces_and_threshold():
    look = first_look("CartPole-v1")
    assert look.observation_space.shape == (4,)
    assert (look.action_space.n, look.reward_threshold) == (2, 475.0)
    before = Own.closed
    assert first_look(Own).reward_threshold is None
    assert Own.closed == before + 1


@pytest.mark.parametrize(
    ("env", "kwargs", "said"),
    [
        ("Pendulum-v1", {}, r"`action_bins` of 11.*env=Pendulum-v1.*Box\("),
        (Own, {"observation": (0, 0, 0)}, r"shape \(2,\).*env=Own, shape=\(3,\)"),
        (Own, {"observation": (0, np.nan)}, r"be finite.*observation=\[0.0, nan\]"),
        (Own, {"observation_space": gymnasium.spaces.Text(3)}, "Observations must be"),
        (OldReset, {}, r"reset must return observation, info.*env=OldReset, reset\(\)"),
        (OldStep, {}, r"step must return observation, reward.*env=OldStep, step\(\)"),
        (Broken, {}, r"its first step: KeyError: 'speed' \(test_first_look.py, line"),
        (unmade, {}, r"cannot be made: AttributeError: no board \(test_first_look.py"),
        (
            "CartPole-v1",
            {"no_such": 1, "frame_stack": 1},
            "takes no no_such.*env_kwargs={'no_such': 1}$",
        ),
        ("CartPole-v1", {"life_loss": True}, "^`life_loss` goes.*: env=CartPole-v1$"),
        ("FrozenLake-v1", {"frame_stack": 2}, r"^`frame_stack` needs.*\(16\)$"),
    ],
)
def test_mistakes_are_one_line(env, kwargs, said):
    with pytest.raises(ValueError, match=said) as raised:
        first_look(env, kwargs)
    assert "\n" not in str(raised.value)


def test_masks():
    taxi = next(n for n in ("Taxi-v4", "Taxi-v3") if n in gymnasium.envs.registry)
    first_look(taxi, action_mask=True)
    with pytest.raises(ValueError, match=r"`action_mask` needs.*env=CartPole-v1"):
        first_look("CartPole-v1", action_mask=True)


def test_missing_package_is_named(monkeypatch):
    def make(*args, **kwargs):
        raise gymnasium.error.DependencyNotInstalled("run pip install gymnasium[x]")

    monkeypatch.setattr(gymnasium, "make", make)
    with pytest.raises(ValueError, match="pip install gymnasium.x.* env=Ant-v5"):
        first_look("Ant-v5")


def test_needs_no_tensorflow():
    program = """
import sys
from kerazoo.models.dqn.first_look import first_look
first_look("CartPole-v1")
print("tensorflow" in sys.modules, "keras" in sys.modules)
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == "False False\n", done.stderr


def no_robots():
    text = "MuJoCo is not installed, run `pip install gymnasium[mujoco]`"
    raise gymnasium.error.DependencyNotInstalled(text)


def test_missing_mujoco_names_the_extra():
    with pytest.raises(ValueError, match=r"no_robots.*install 'kerazoo\[robots\]'"):
        first_look(no_robots, action_bins=5)


def test_continuous_actions_are_cut_and_stepped():
    look = first_look("BipedalWalker-v3", action_bins=5)
    assert look.action_space == gymnasium.spaces.MultiDiscrete([5] * 4)
    assert look.bins.values.shape == (4, 5)
    assert look.reward_threshold == 300


@pytest.mark.parametrize(
    ("space", "mask", "message"),
    [
        (gymnasium.spaces.MultiDiscrete([2, 2]), True, "action_mask.*needs Discrete"),
        (gymnasium.spaces.Tuple([gymnasium.spaces.Discrete(2)]), False, "MultiBinary"),
        (gymnasium.spaces.Box(-1, 1, (2,)), False, "`action_bins` of 11"),
    ],
)
def test_actions_that_are_not_finitely_many_are_refused(space, mask, message):
    with pytest.raises(ValueError, match=message):
        first_look(Own, {"action_space": space}, mask)
