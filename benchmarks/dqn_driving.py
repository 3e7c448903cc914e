r"""Measures a random and a hand-written driver of CarRacing-v3, beside a trained one.

    python -m benchmarks.dqn_driving --episodes=20
    python -m benchmarks.dqn_driving --saved_model=saved_models/dqn_car_racing

Prints one JSON line for each driver: mean, deviation and number of its returns over
tracks of the same seeds, and frames a second.
"""

import json
import os
import time

import numpy as np
from absl import app
from absl import flags

_EPISODES = flags.DEFINE_integer("episodes", 20, "Tracks.", lower_bound=1)
_SEED = flags.DEFINE_integer("seed", 2_000_000_000, "Seed of the first track.")
_SAVED_MODEL = flags.DEFINE_string("saved_model", None, "Export of a trained driver.")

NOTHING, RIGHT, LEFT, GAS, BRAKE = range(5)


class RandomDriver:
    """Takes an action at random, each for as many frames as the trained one does."""

    def __init__(self, frames=4):
        self.frames = frames

    def begin(self, seed):
        self._random, self._frame = np.random.default_rng(seed), 0

    def act(self, picture):
        if self._frame % self.frames == 0:
            self._action = int(self._random.integers(5))
        self._frame += 1
        return self._action


class HandWrittenDriver:
    """Steers to the middle of the road a little ahead, slowly enough for its bends."""

    middle = 47.5  # Column of the car.
    ahead = slice(50, 62)  # Rows of the road that it looks at; its own are 66 to 78.

    def begin(self, seed):
        self._target, self._frame = self.middle, 0

    def act(self, picture):
        self._frame += 1
        pixels = picture.astype(int)
        red, green, blue = np.moveaxis(pixels, -1, 0)
        is_grey = (abs(red - green) < 15) & (abs(green - blue) < 15)
        is_road = is_grey & (red > 80) & (red < 130)
        columns = np.nonzero(is_road[self.ahead])[1]
        if len(columns):
            self._target = columns.mean()
        offset = self._target - self.middle
        # A white bar at the bottom, as high as the car is fast.
        speed = (pixels[84:, 12:14].min(axis=-1) > 200).any(axis=1).sum()
        if abs(offset) > 10 and speed > 4 and self._frame % 2:
            return BRAKE
        if abs(offset) > 3:
            return RIGHT if offset > 0 else LEFT
        return GAS if speed < 4 else NOTHING


def main(_):
    if "DISPLAY" not in os.environ:
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    import gymnasium

    env = gymnasium.make("CarRacing-v3", continuous=False, disable_env_checker=True)
    seeds = range(_SEED.value, _SEED.value + _EPISODES.value)
    for driver in (RandomDriver(), HandWrittenDriver()):
        begin, frames, returns = time.perf_counter(), 0, []
        for seed in seeds:
            played, steps = drive(env, driver, seed)
            returns.append(played)
            frames += steps
        report(type(driver).__name__, returns, frames / (time.perf_counter() - begin))
    env.close()
    if _SAVED_MODEL.value:
        play(_SAVED_MODEL.value, seeds)


def drive(env, driver, seed):
    """Drives along one track.

    Returns:
        The pair of the return and the number of frames.
    """
    picture, _ = env.reset(seed=seed)
    driver.begin(seed)
    total, frames, is_over = 0.0, 0, False
    while not is_over:
        picture, reward, terminated, truncated, _ = env.step(driver.act(picture))
        total, frames, is_over = total + reward, frames + 1, terminated or truncated
    return total, frames


def play(path, seeds):
    """Measures an export, in the environment as it was trained in."""
    import kerazoo.models.dqn  # noqa: F401  Must come before TensorFlow.

    # isort: split
    from kerazoo.models.dqn import make_trained_environment
    from kerazoo.models.dqn import play_episode
    from kerazoo.serving.exported import newest_version
    from kerazoo.serving.exported import read_metadata
    from kerazoo.serving.signatures import load_signatures

    version = newest_version(path)
    env = make_trained_environment(read_metadata(version))
    policy = load_signatures(version)["serving_default"]
    returns = [play_episode(policy, env, seed)[0] for seed in seeds]
    report("trained", returns)


def report(name, returns, frames_per_second=None):
    found = {
        "driver": name,
        "mean_return": float(np.mean(returns)),
        "std_return": float(np.std(returns)),
        "episodes": len(returns),
        "frames_per_second": frames_per_second,
    }
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    app.run(main)
