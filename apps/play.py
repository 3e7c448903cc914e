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

with runner.heavy_imports("dqn", legacy_keras=True):
    import gymnasium
    import imageio.v3 as imageio
    import numpy as np
    import tensorflow as tf

    from kerazoo.models.dqn import spaces
    from kerazoo.models.dqn.evaluation import MAX_EPISODE_STEPS
    from kerazoo.serving import export

_SAVED_MODEL = flags.DEFINE_string(
    "saved_model",
    "saved_models/dqn_cartpole",
    "Folder of a served model (its newest version is played) or of one version.",
)
_VIDEO = flags.DEFINE_string(
    "video", None, "Writes the first episodes here; .gif or .mp4."
)
_VIDEO_EPISODES = flags.DEFINE_integer(
    "video_episodes", 1, "Episodes in the video.", lower_bound=1
)
_EPISODES = flags.DEFINE_integer("episodes", 10, "Episodes to play.", lower_bound=1)
flags.declare_key_flag("seed")  # Of the first episode; the next has the next.


def main(_):
    with runner.user_errors(gymnasium.error.Error, KeyError):
        path = find_version(_SAVED_MODEL.value)
        if _VIDEO.value and not _VIDEO.value.endswith((".gif", ".mp4")):
            raise ValueError(f"--video={_VIDEO.value} must end in .gif or .mp4.")
        policy = tf.saved_model.load(str(path)).signatures["serving_default"]
        env = make_environment(path)
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


def find_version(directory):
    """Returns the newest version of a served model, or the version given."""
    path = pathlib.Path(directory)
    if (path / "saved_model.pb").exists():
        return path
    versions = export.versions(path)
    if not versions:
        raise ValueError(
            f"--saved_model={directory} holds no exported version: train one with "
            "python -m apps.train_dqn."
        )
    return path / str(versions[-1])


def make_environment(path):
    """Makes the environment that the policy was trained on, able to draw itself."""
    if "DISPLAY" not in os.environ:
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    metadata = path / "assets.extra" / "kerazoo.json"
    trained = json.loads(metadata.read_text()) if metadata.exists() else {}
    if trained.get("family") != "dqn":
        raise ValueError(
            f"--saved_model={path} is no policy that apps.train_dqn exported."
        )
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
    runner.launch(main)
