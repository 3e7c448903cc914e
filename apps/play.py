r"""Plays an exported policy, prints its returns and makes a video of it.

python -m apps.play --saved_model=saved_models/dqn_cartpole --video=pole.gif
"""

import json
import os
import pathlib
import sys

from absl import flags

from apps import flags as shared
from apps import runner
from apps import served

with runner.heavy_imports("dqn", legacy_keras=True):
    import gymnasium
    import imageio.v3 as imageio
    import numpy as np
    import tensorflow as tf

    from kerazoo.models.dqn import spaces
    from kerazoo.models.dqn.evaluation import MAX_EPISODE_STEPS

_VIDEO = flags.DEFINE_string(
    "video", None, "Writes the first episodes here; .gif or .mp4."
)
_VIDEO_EPISODES = flags.DEFINE_integer(
    "video_episodes", 1, "Episodes in the video.", lower_bound=1
)
_EPISODES = flags.DEFINE_integer("episodes", 10, "Episodes to play.", lower_bound=1)
flags.declare_key_flag("seed")  # Of the first episode; the next has the next.
flags.adopt_module_key_flags(served)

DEFAULTS = {"saved_model": "saved_models/dqn_cartpole"}


def main(_):
    with runner.user_errors(gymnasium.error.Error, KeyError):
        path = served.find_version("train_dqn")
        if _VIDEO.value and not _VIDEO.value.endswith((".gif", ".mp4")):
            raise ValueError(f"--video={_VIDEO.value} must end in .gif or .mp4.")
        trained = served.read_metadata(path, "dqn")
        policy = served.load_signatures(path)["serving_default"]
        env = make_environment(trained)
    returns, frames = play(policy, env)
    result = {
        "mean_return": float(np.mean(returns)),
        "std_return": float(np.std(returns)),
        "returns": returns,
        "saved_model": str(path),
    }
    if _VIDEO.value:
        with runner.user_errors():
            write_video(_VIDEO.value, frames, env.metadata.get("render_fps", 30))
        result["video"] = _VIDEO.value
    print(json.dumps(result))


def make_environment(trained):
    """Makes the environment that the policy was trained on, able to draw itself."""
    if "DISPLAY" not in os.environ:
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    kwargs = trained["env_kwargs"]
    if _VIDEO.value:
        kwargs = {**kwargs, "render_mode": "rgb_array"}
    return gymnasium.make(trained["env"], **kwargs)


def play(policy, env):
    """Plays `--episodes` episodes; returns their returns and the pictures."""
    space = env.observation_space
    needs_mask = "action_mask" in policy.structured_input_signature[1]
    returns, frames = [], []
    for episode in range(_EPISODES.value):
        observation, info = env.reset(seed=shared.SEED.value + episode)
        returns.append(0.0)
        for _ in range(MAX_EPISODE_STEPS):
            if _VIDEO.value and episode < _VIDEO_EPISODES.value:
                frames.append(env.render())
            inputs = spaces.raw_inputs(space, observation)
            if needs_mask:
                inputs["action_mask"] = np.asarray(info["action_mask"], bool)[None]
            inputs = {name: tf.constant(value) for name, value in inputs.items()}
            action = int(policy(**inputs)["action"][0])
            observation, reward, terminated, truncated, info = env.step(action)
            returns[-1] += float(reward)
            if terminated or truncated:
                break
        print(f"episode {episode}: return {returns[-1]:g}", file=sys.stderr)
    return returns, frames


def write_video(path, frames, frames_per_second):
    """Writes pictures as an endless .gif, or as .mp4."""
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    if path.endswith(".gif"):
        milliseconds = max(1000 // frames_per_second, 20)  # Browsers slow down below.
        imageio.imwrite(path, frames, duration=milliseconds, loop=0)
    else:
        imageio.imwrite(path, frames, fps=frames_per_second, macro_block_size=2)


if __name__ == "__main__":
    runner.launch(main, DEFAULTS)
