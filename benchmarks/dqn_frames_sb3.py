r"""Stable-Baselines3's side of the comparison, see `benchmarks.dqn_minatar`.

    T=1 PEERS_PYTHON -m benchmarks.dqn_frames_sb3 ENV SECONDS
    T=1 PEERS_PYTHON -m benchmarks.dqn_frames_sb3 ENV FRAMES SEED

Needs torch, stable-baselines3, gymnasium and MinAtar or ale-py with opencv. With a
number of seconds it prints frames per second, as `benchmarks.dqn_frames` does; with a
number of frames and a seed it trains, and prints the mean returns of its evaluations
over the frames.
"""

import json
import os
import sys
import time

import gymnasium
import numpy as np
import torch
from stable_baselines3 import DQN
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor

from benchmarks import dqn_settings

_LEARNING_STARTS = 1_000  # Of measured speed.
_WARM = 200  # Frames more, before it is measured.


class ChannelsFirst(gymnasium.ObservationWrapper):
    """Observations of MinAtar as uint8 `(C, 10, 10)`."""

    def __init__(self, env):
        super().__init__(env)
        height, width, channels = env.observation_space.shape
        self.observation_space = gymnasium.spaces.Box(
            0, 1, (channels, height, width), np.uint8
        )

    def observation(self, observation):
        return observation.transpose(2, 0, 1).astype(np.uint8)


class MinAtarCNN(BaseFeaturesExtractor):
    """16 filters of 3 x 3, then 128 units."""

    def __init__(self, space):
        super().__init__(space, 128)
        channels, height, width = space.shape
        self.layers = torch.nn.Sequential(
            torch.nn.Conv2d(channels, 16, 3),
            torch.nn.ReLU(),
            torch.nn.Flatten(),
            torch.nn.Linear(16 * (height - 2) * (width - 2), 128),
            torch.nn.ReLU(),
        )

    def forward(self, observations):
        return self.layers(observations)


class Stopwatch(BaseCallback):
    """Measures for so many seconds, once gradient steps are taken."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds
        self.start = None

    def _on_step(self):
        now = time.perf_counter()
        if self.start is None:
            if self.num_timesteps < _LEARNING_STARTS + _WARM:
                return True
            self.start, self.first = now, self.num_timesteps
            self.cpu_start = time.process_time()
        self.wall = now - self.start
        self.cpu = time.process_time() - self.cpu_start
        return self.wall < self.seconds


class Evaluations(BaseCallback):
    """Mean returns every so many frames, outside of the measured time."""

    def __init__(self, env, every):
        super().__init__()
        self.env, self.every, self.curve, self.seconds = env, every, [], 0.0

    def _on_step(self):
        if self.num_timesteps % self.every == 0:
            start = time.perf_counter()
            self.curve.append((self.num_timesteps, self.evaluate()))
            self.seconds += time.perf_counter() - start
        return True

    def evaluate(self):
        random = np.random.default_rng(0)
        returns = []
        for episode in range(dqn_settings.EVAL_EPISODES):
            observation, _ = self.env.reset(seed=1_000_000_000 + episode)
            total, done = 0.0, False
            while not done:
                action, _ = self.model.predict(observation, deterministic=True)
                if random.random() < dqn_settings.EVAL_EPSILON:
                    action = random.integers(self.env.action_space.n)
                observation, reward, terminated, truncated, _ = self.env.step(
                    int(action)
                )
                total += float(reward)
                done = terminated or truncated
            returns.append(total)
        return float(np.mean(returns))


def make_env(name):
    if name.startswith("MinAtar/"):
        from minatar.gym import register_envs

        register_envs()
        return ChannelsFirst(gymnasium.make(name))
    import ale_py
    from stable_baselines3.common.env_util import make_atari_env
    from stable_baselines3.common.vec_env import VecFrameStack

    gymnasium.register_envs(ale_py)
    # Sticky actions and no loss of life, as ours have it.
    wrapping = {"terminal_on_life_loss": False, "action_repeat_probability": 0.25}
    plain = {"frameskip": 1, "repeat_action_probability": 0.0}
    envs = make_atari_env(name, env_kwargs=plain, wrapper_kwargs=wrapping)
    return VecFrameStack(envs, 4)


def make_model(name, frames, seed, learning_starts=None, is_at_end=False):
    settings = dqn_settings.settings_of(name)
    is_minatar = name.startswith("MinAtar/")
    more = {}
    if is_minatar:
        more["policy_kwargs"] = {
            "features_extractor_class": MinAtarCNN,
            "net_arch": [],
            "normalize_images": False,
        }
    per_step = settings["env_steps_per_gradient_step"]
    decay = 0 if is_at_end else settings["epsilon_decay_steps"]
    return DQN(
        "MlpPolicy" if is_minatar else "CnnPolicy",
        make_env(name),
        learning_rate=settings["learning_rate"],
        batch_size=settings["batch_size"],
        buffer_size=settings["replay_capacity"],
        learning_starts=learning_starts or settings["learning_starts"],
        gamma=0.99,
        target_update_interval=settings["target_update_period"] * per_step,
        train_freq=per_step,
        gradient_steps=1,
        exploration_fraction=max(decay / frames, 1e-6),
        exploration_final_eps=settings["epsilon_end"],
        seed=seed,
        device="cpu",
        **more,
    )


def measure(name, seconds):
    model = make_model(name, 10**7, 0, _LEARNING_STARTS, is_at_end=True)
    watch = Stopwatch(seconds)
    model.learn(10**7, callback=watch)
    frames = watch.num_timesteps - watch.first
    return {
        "frames_per_second": frames / watch.wall,
        "cpu_us_per_frame": 1e6 * watch.cpu / frames,
    }


def train(name, frames, seed):
    model = make_model(name, frames, seed)
    evaluations = Evaluations(make_env(name), max(frames // 20, 1))
    start = time.perf_counter()
    model.learn(frames, callback=evaluations)
    seconds = time.perf_counter() - start - evaluations.seconds
    return {"curve": evaluations.curve, "seconds": seconds}


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ["T"]))
    env, number, *rest = sys.argv[1:]
    found = train(env, int(number), int(*rest)) if rest else measure(env, float(number))
    print(json.dumps(found))
