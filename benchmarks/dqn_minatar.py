r"""DQN on a game of MinAtar against Stable-Baselines3: frames per second, and returns.

    KERAZOO_PEERS_PYTHON=/path/to/python python -m benchmarks.dqn_minatar
    KERAZOO_PEERS_PYTHON=/path/to/python python -m benchmarks.dqn_minatar \
        --only=returns --game=SpaceInvaders --frames=1000000

Both sides are DQN with the same network and the settings of `benchmarks.dqn_settings`.
Speeds are measured in turn, and ratios are medians over pairs: give it an idle machine.
What was trained is kept in the folder, ours goes on where it was stopped, and the same
command takes up the rest. Prints one JSON line per figure.
"""

import json
import pathlib
import subprocess
import sys

from absl import app
from absl import flags

from benchmarks import dqn_settings
from benchmarks import dqn_speed
from benchmarks import peers
from benchmarks.processes import report
from benchmarks.processes import run

flags.adopt_module_key_flags(dqn_speed)
_GAME = flags.DEFINE_enum(
    "game",
    "Breakout",
    ["Asterix", "Breakout", "Freeway", "Seaquest", "SpaceInvaders"],
    "Game of MinAtar.",
)
_ONLY = flags.DEFINE_enum(
    "only", None, ["speed", "returns"], "Part to run. Default: both."
)
_FRAMES = flags.DEFINE_integer("frames", 1_000_000, "Frames of each training.")
_SEED = flags.DEFINE_integer("seed", 0, "Seed of each training.")
_FOLDER = flags.DEFINE_string("folder", "runs/minatar", "Keeps what was trained.")


def main(_):
    peers.note_missing()
    env = f"MinAtar/{_GAME.value}-v1"
    if _ONLY.value != "returns":
        dqn_speed.compare(env)
    if _ONLY.value != "speed":
        compare_returns(env)


def compare_returns(env):
    """Mean returns over the frames of both sides."""
    folder = pathlib.Path(_FOLDER.value, f"{_GAME.value}_{_SEED.value}")
    folder.mkdir(parents=True, exist_ok=True)
    ours = train_ours(env, folder / "ours")
    report("returns", of="ours", env=env, **ours)
    kept = folder / f"sb3_{_FRAMES.value}.json"
    if not kept.exists() and peers.PYTHON:
        arguments = env, _FRAMES.value, _SEED.value
        command = peers.command("-m", "benchmarks.dqn_frames_sb3", *arguments)
        threads = dqn_speed.THREADS.value
        found = run(command, threads, T=threads)
        kept.write_text(json.dumps(found))
    if kept.exists():
        theirs = json.loads(kept.read_text())
        report("returns", of="sb3", env=env, **theirs)
        report(
            "last_return",
            env=env,
            frames=_FRAMES.value,
            value=ours["curve"][-1][1],
            sb3=theirs["curve"][-1][1],
        )


def train_ours(env, workdir):
    """Trains with the command line; goes on where it was stopped."""
    settings = dqn_settings.MINATAR
    frames, begins = _FRAMES.value, settings["learning_starts"]
    every = frames // 20
    values = {
        "env": env,
        "agent": "dqn",
        "n_step": 1,
        "num_envs": 8,
        "torso": "minatar_cnn",
        "hidden_units": 128,
        "learning_rate": settings["learning_rate"],
        "batch_size": settings["batch_size"],
        "replay_capacity": settings["replay_capacity"],
        "learning_starts": begins,
        "target_update_period": settings["target_update_period"],
        "target_update_tau": 1,
        "gradient_steps_per_env_step": 1,
        "epsilon_end": settings["epsilon_end"],
        "epsilon_decay_steps": settings["epsilon_decay_steps"],
        "train_steps": frames - begins,
        "eval_every": every,
        "checkpoint_every": every,
        "log_every": every,
        "eval_episodes": dqn_settings.EVAL_EPISODES,
        "eval_epsilon": dqn_settings.EVAL_EPSILON,
        "seed": _SEED.value,
        "workdir": workdir,
        "export": "false",
    }
    command = [f"--{name}={value}" for name, value in values.items()]
    done = subprocess.run(
        [sys.executable, "-m", "apps.train_dqn", *command],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    result = json.loads(done.stdout.splitlines()[-1])
    lines = map(json.loads, (workdir / "metrics.jsonl").read_text().splitlines())
    curve = [
        (line["env_steps"], line["eval/mean_return"])
        for line in lines
        if "eval/mean_return" in line
    ]
    return {"curve": curve, "seconds": result["training_seconds"]}


if __name__ == "__main__":
    app.run(main)
