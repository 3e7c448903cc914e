import gymnasium
import imageio.v3 as imageio
import numpy as np
import pytest

from kerazoo.models.dqn import recording
from kerazoo.models.dqn.environment import GymnasiumEnvironment


class Corridor(gymnasium.Env):
    """Ends after as many steps as the seed; its picture is as bright as the place."""

    observation_space = gymnasium.spaces.Box(0, 1, (1,), np.float32)
    action_space = gymnasium.spaces.Discrete(2)

    def __init__(self, render_mode=None, width=8):
        self.render_mode, self.width = render_mode, width

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.place, self.length = 0, seed or 3
        return np.zeros(1, np.float32), {}

    def step(self, action):
        self.place += 1
        return np.zeros(1, np.float32), 1.0, self.place == self.length, False, {}

    def render(self):
        return np.full((4, self.width, 3), 8 * self.place, np.uint8)


def record(speed, width=8, seed=6):
    environment = GymnasiumEnvironment(Corridor, width=width, render_mode="rgb_array")
    gif = recording.record_episode(
        lambda observation: np.zeros((len(observation), 2)),
        *(environment, seed),
        pictures_per_second=speed,
    )
    return imageio.imread(gif, extension=".gif"), imageio.immeta(gif, extension=".gif")


def test_every_step_is_a_picture():
    frames, about = record(speed=20)
    assert frames.shape == (6, 4, 8, 3)
    assert frames[:, 0, 0, 0].tolist() == [0, 8, 16, 24, 32, 40]
    assert about["duration"] == 50
    assert about["loop"] == 0


@pytest.mark.parametrize(("speed", "shown"), [(50, [0, 16, 32]), (100, [0, 32])])
def test_fast_environments_are_shown_with_fewer_pictures(speed, shown):
    frames, about = record(speed)
    assert frames[:, 0, 0, 0].tolist() == shown
    assert about["duration"] == 40


def test_wide_pictures_and_long_episodes_are_cut(monkeypatch):
    monkeypatch.setattr(recording, "_WIDTH", 5)
    monkeypatch.setattr(recording, "_MOST_PICTURES", 2)
    frames, _ = record(speed=20, width=12)
    assert frames.shape == (2, 2, 4, 3)
