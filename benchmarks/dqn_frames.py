r"""Our side of the comparison of frames per second, see `benchmarks.dqn_minatar`.

    T=1 python -m benchmarks.dqn_frames ENV SECONDS

DQN with the settings of `benchmarks.dqn_settings`, 8 copies of the environment, blocks
of 64 steps, after the first gradient steps and their compilation, on T threads. Prints
a JSON object of frames per second and processor microseconds per frame; a frame is what
the agent acts on, four of Atari's own.
"""

import json
import os
import sys
import time

from apps.cli import errors
from benchmarks.dqn_settings import settings_of

with errors.heavy_imports("dqn", legacy_keras=True):
    import tensorflow as tf

    from kerazoo.models import dqn
    from kerazoo.tasks.dqn import DiscreteControl
    from kerazoo.training import strategy as strategies

_LEARNING_STARTS = 1_000
_ALL = sys.maxsize


def main(env, seconds):
    threads = int(os.environ["T"])
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    steps = make_task(env).steps(strategies.create("one_device"), None)
    steps.start(0)
    while steps.step < 64:  # Compiles.
        steps.take(_ALL, _ALL)
    start, cpu_start = time.perf_counter(), time.process_time()
    first = steps.counters()["env_steps"]
    while time.perf_counter() - start < seconds:
        steps.take(_ALL, _ALL)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu_start
    frames = steps.counters()["env_steps"] - first
    found = {"frames_per_second": frames / wall, "cpu_us_per_frame": 1e6 * cpu / frames}
    print(json.dumps(found))


def make_task(env):
    """Returns the task of a game, built, which explores as at its end."""
    settings = settings_of(env)
    is_atari = env.startswith("ALE/")
    task = DiscreteControl(
        env,
        num_envs=8,
        batch_size=settings["batch_size"],
        clip_rewards=is_atari,
        network=dqn.NetworkConfig(
            hidden_units=(512,) if is_atari else (128,),
            torso="nature_cnn" if is_atari else "minatar_cnn",
        ),
        agent=dqn.AgentConfig(
            agent="dqn",
            learning_rate=settings["learning_rate"],
            target_update_period=settings["target_update_period"],
            target_update_tau=1.0,
        ),
        replay=dqn.ReplayConfig(settings["replay_capacity"], n_step=1),
        exploration=dqn.ExplorationConfig(
            settings["epsilon_end"], settings["epsilon_end"]
        ),
        collection=dqn.CollectionConfig(
            learning_starts=_LEARNING_STARTS,
            gradient_steps_per_env_step=1 / settings["env_steps_per_gradient_step"],
        ),
    )
    task.build(strategies.create("one_device"), 1_000_000, seed=0)
    return task


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
