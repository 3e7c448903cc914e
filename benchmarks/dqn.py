r"""Times the DQN family against Stable-Baselines3 and a plain PyTorch loop.

    KERAZOO_PEERS_PYTHON=/path/to/python python -m benchmarks.dqn

Prints one JSON line per figure. The peers run with the Python of
`KERAZOO_PEERS_PYTHON` (torch, stable-baselines3, gymnasium) from the scripts in
`KERAZOO_PEERS` (default ../shared/peers); ours and theirs take turns, and ratios are
medians over pairs. Give it an idle machine and about ten minutes.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

from absl import app
from absl import flags

from benchmarks import peers
from benchmarks.processes import median
from benchmarks.processes import report

flags.adopt_module_key_flags(peers)
_ONLY = flags.DEFINE_enum(
    "only", None, ["throughput", "solve"], "Part to run. Default: both."
)


def main(_):
    peers.note_missing()
    if _ONLY.value != "solve":
        throughput()
    if _ONLY.value != "throughput":
        solve()


def throughput():
    """Training iterations per second, ours in several shapes against PyTorch's loop."""
    shapes = {  # Name: block length, copies of the environment, iterations
        "blocks of 32, 8 copies": (32, 8, 16_000),
        "blocks of 32, 1 copy": (32, 1, 16_000),
        "blocks of 1, 1 copy": (1, 1, 3_000),
    }
    ours = {name: [] for name in shapes}
    theirs = []
    for _ in range(peers.PAIRS.value):
        for name, shape in shapes.items():
            ours[name].append(run_loop(*shape))
        peer = run_peer("dqn_torch_loop.py")
        theirs.append((peer["it_per_s"], peer["cpu_us_per_it"]) if peer else None)
    for name, pairs in ours.items():
        report(
            "iterations_per_second",
            shape=name,
            value=median(rate for rate, _ in pairs),
            cpu_microseconds=median(cpu for _, cpu in pairs),
            torch=theirs[0] and median(rate for rate, _ in theirs),
            ratio=theirs[0] and median(a[0] / b[0] for a, b in zip(pairs, theirs)),
            cpu_ratio=theirs[0] and median(b[1] / a[1] for a, b in zip(pairs, theirs)),
        )


def solve():
    """Seconds to a mean return of 475 over 100 episodes of CartPole."""
    ours, theirs = [], []
    for seed in range(peers.PAIRS.value):
        ours.append(solve_ours(seed))
        peer = run_peer("dqn_sb3.py", seed)
        their = None
        if peer and peer["reached"]:
            their = {
                "wall": peer["train_wall_s"],
                "cpu": peer["cpu_s"],
                "env_steps": peer["env_steps"],
                "process_wall": peer["process_wall"],
                "process_cpu": peer["process_cpu"],
            }
            theirs.append(their)
        report("solve_pair", seed=seed, ours=ours[-1], sb3=their)
    for name in ("startup_seconds", "compile_seconds"):
        report(name, value=median(pair[name] for pair in ours))
    for name in ("wall", "cpu", "process_wall", "process_cpu", "env_steps"):
        report(
            f"solve_{name}",
            value=median(pair[name] for pair in ours),
            sb3=(theirs and median(pair[name] for pair in theirs)) or None,
            sb3_over_ours=len(theirs) == len(ours)
            and median(b[name] / a[name] for a, b in zip(ours, theirs)),
        )


def solve_ours(seed):
    with tempfile.TemporaryDirectory() as folder:
        command = ["-m", "apps.train_dqn", f"--seed={seed}", "--noexport"]
        done = timed([sys.executable, *command, f"--workdir={folder}/run"])
    result = json.loads(done.stdout.splitlines()[-1])
    return {
        "mean_return": result["mean_return"],
        "wall": result["training_seconds"],
        "cpu": result["training_cpu_seconds"],
        "env_steps": result["env_steps"],
        "process_wall": done.wall,
        "process_cpu": done.cpu,
        "startup_seconds": result["startup_seconds"],
        "compile_seconds": result["compile_seconds"],
    }


def run_loop(*arguments):
    """Returns what `benchmarks.dqn_loop` prints: iterations/s, CPU microseconds."""
    command = [sys.executable, "-m", "benchmarks.dqn_loop", *map(str, arguments)]
    return [float(number) for number in timed(command).stdout.split()]


def run_peer(script, *arguments):
    """Returns what a peer's script reports, with whole-process times, or None."""
    path = peers.find(script)
    if not path:
        return None
    done = timed(peers.command(path, *arguments))
    found = json.loads(done.stdout.splitlines()[-1])
    return {**found, "process_wall": done.wall, "process_cpu": done.cpu}


def timed(command):
    """Runs a command; adds its wall-clock and processor seconds."""
    start, before = time.perf_counter(), os.times()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    after = os.times()
    done.wall = time.perf_counter() - start
    done.cpu = sum(after[2:4]) - sum(before[2:4])
    return done


if __name__ == "__main__":
    app.run(main)
