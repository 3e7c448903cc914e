import os

import gymnasium
import numpy as np
import pytest

from kerazoo.models.dqn.drawing import check_drawing
from kerazoo.models.dqn.drawing import draw_without_display
from kerazoo.models.dqn.drawing import picture_of


class Blind(gymnasium.Env):
    observation_space = gymnasium.spaces.Discrete(2)
    action_space = gymnasium.spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        return 0, {}

    def step(self, action):
        return 0, 0.0, False, False, {}


class Painting(Blind):
    metadata = {"render_modes": ["rgb_array"], "render_fps": 7}

    def __init__(self, render_mode=None, colour=0):
        self.render_mode, self.colour = render_mode, colour

    def render(self):
        return np.full((2, 3, 3), self.colour, np.uint8)


class Failing(Painting):
    def render(self):
        raise KeyError("brush")


class Undecided(Painting):
    def render(self):
        return None


def test_speed_of_what_draws():
    assert check_drawing(Painting, {"colour": 3}) == 7
    assert check_drawing("CartPole-v1") == 50


@pytest.mark.parametrize(
    ("env", "words"),
    [
        (Blind, "Blind, which draws nothing: TypeError"),
        (Failing, "Failing, which draws nothing: KeyError: 'brush' (test_drawing.py"),
        (Undecided, "Undecided, which draws nothing"),
    ],
)
def test_what_draws_nothing_is_refused_in_one_line(env, words):
    with pytest.raises(ValueError, match="render_mode='rgb_array'") as caught:
        check_drawing(env)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_pictures():
    assert picture_of(Painting(colour=5)).tolist() == [[[5] * 3] * 3] * 2
    assert picture_of(Undecided()) is None
    assert picture_of(Blind()) is None


@pytest.mark.parametrize(("display", "driver"), [(None, "dummy"), (":0", None)])
def test_no_display_is_needed(monkeypatch, display, driver):
    for name in ("DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.setenv(name, "")  # What it was comes back at the end.
        del os.environ[name]
    if display:
        os.environ["DISPLAY"] = display
    draw_without_display()
    assert os.environ.get("SDL_VIDEODRIVER") == driver
