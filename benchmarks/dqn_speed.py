"""Frames per second of DQN on a game, ours and Stable-Baselines3's in turn."""

from absl import flags

from benchmarks import peers
from benchmarks.processes import median
from benchmarks.processes import report
from benchmarks.processes import run
from benchmarks.processes import run_module

flags.adopt_module_key_flags(peers)
THREADS = flags.DEFINE_integer("threads", 1, "Of each process.", lower_bound=1)
_SECONDS = flags.DEFINE_integer("seconds", 60, "Of each measurement.")


def compare(env: str) -> None:
    """Prints medians of both sides, and of the ratios of the pairs.

    Args:
        env: Such as `"MinAtar/Breakout-v1"` or `"ALE/Pong-v5"`.
    """
    ours, theirs = [], []
    for _ in range(peers.PAIRS.value):
        arguments = env, str(_SECONDS.value)
        ours.append(run_module("dqn_frames", *arguments, threads=THREADS.value))
        if peers.PYTHON:
            command = peers.command("-m", "benchmarks.dqn_frames_sb3", *arguments)
            threads = THREADS.value
            theirs.append(run(command, threads, T=threads))
    pairs = list(zip(ours, theirs))
    report(
        "frames_per_second",
        env=env,
        value=median(pair["frames_per_second"] for pair in ours),
        cpu_us_per_frame=median(pair["cpu_us_per_frame"] for pair in ours),
    )
    if pairs:
        name, cpu = "frames_per_second", "cpu_us_per_frame"
        report(
            "frames_per_second_ratio",
            env=env,
            sb3=median(pair[name] for pair in theirs),
            sb3_cpu_us_per_frame=median(pair[cpu] for pair in theirs),
            ratio=median(a[name] / b[name] for a, b in pairs),
            ratios=[round(a[name] / b[name], 2) for a, b in pairs],
            cpu_ratio=median(b[cpu] / a[cpu] for a, b in pairs),
        )
