r"""Times the diffusion U-Net against diffusers.

    KERAZOO_PEERS_PYTHON=/path/to/python python -m benchmarks.diffusion

Prints one JSON line per figure. The peer runs with the Python of
`KERAZOO_PEERS_PYTHON` (torch, diffusers) from the script in `KERAZOO_PEERS` (default
../shared/peers); ours and theirs take turns, and ratios, ours over theirs in speed,
are medians over pairs. Theirs is the best of plain, channels last and torch.compile;
`ratio_to_float32` compares with their best float32. Give it an idle machine and about
three quarters of an hour.
"""

import collections
import os
import pathlib
import sys

from absl import app
from absl import flags

from benchmarks.processes import median
from benchmarks.processes import report
from benchmarks.processes import run

_PAIRS = flags.DEFINE_integer("pairs", 3, "Runs of each side.", lower_bound=1)
_THREADS = flags.DEFINE_multi_integer("threads", [1, 2], "Threads, once per value.")
_PRECISIONS = flags.DEFINE_multi_enum(
    "precision", ["float32", "bfloat16"], ["float32", "bfloat16"], "Once per value."
)
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 16, "Images of a training step.")
_PYTHON = os.environ.get("KERAZOO_PEERS_PYTHON")
_PEERS = pathlib.Path(os.environ.get("KERAZOO_PEERS", "../shared/peers"))
_SAMPLE_BATCHES = (4, 1)
# Name of a figure: name in a run's results, 1 if more is faster or else -1.
_FIGURES = {"training_images_per_second": ("img_s_med", 1)} | {
    f"sampling_seconds_per_image_batch_{batch}": (f"s_img_{batch}", -1)
    for batch in _SAMPLE_BATCHES
}
_PEER_OPTIONS = ((), ("--channels-last",), ("--compile",))


def main(_):
    if not _PYTHON or not _PEERS.is_dir():
        report("peers", note="peer not installed: set KERAZOO_PEERS_PYTHON")
    for threads in _THREADS.value:
        compare(threads)


def compare(threads):
    """Reports training and sampling in all precisions, which take turns."""
    ours, theirs = collections.defaultdict(list), collections.defaultdict(list)
    for _ in range(_PAIRS.value):
        for precision in _PRECISIONS.value:
            ours[precision].append(run_ours(threads, precision))
            theirs[precision].append(run_peer(threads, precision))
    for precision in _PRECISIONS.value:
        runs = ours[precision]
        common = {"threads": threads, "precision": precision}
        seconds = median(run["first"] for run in runs)
        report("seconds_to_first_step", value=seconds, **common)
        for figure, (name, power) in _FIGURES.items():
            values = {"value": median(run[name] for run in runs)}
            if _PYTHON:
                peers = theirs[precision]
                values["diffusers"] = median(run[name] for run in peers)
                values |= ratios("ratio", runs, peers, name, power)
            if _PYTHON and precision != "float32" and theirs["float32"]:
                key = "ratio_to_float32"
                values |= ratios(key, runs, theirs["float32"], name, power)
            report(figure, **values, **common)


def ratios(key, ours, theirs, name, power):
    """Returns the median of the ratios of speed under a key, and all of them."""
    each = [(a[name] / b[name]) ** power for a, b in zip(ours, theirs)]
    return {key: median(each), f"{key}s": [round(ratio, 2) for ratio in each]}


def run_ours(threads, precision):
    """Returns the figures of one run of ours, one tower per thread.

    A batch that has no example for each thread has a process of its own, with as many
    threads as examples, as apps.generate does.
    """
    policy = "float32" if precision == "float32" else "mixed_bfloat16"
    found = {}
    for used in sorted({min(batch, threads) for batch in _SAMPLE_BATCHES}):
        batches = [b for b in _SAMPLE_BATCHES if min(b, threads) == used]
        command = [sys.executable, "-m", "benchmarks.diffusion_step"]
        arguments = [_BATCH_SIZE.value, used, policy, *batches]
        # The last process, of all threads, has the figures of training.
        found |= run([*command, *map(str, arguments)], used, T=used)
    return found


def run_peer(threads, precision):
    """Returns the best figures of the peer's options, or None."""
    script = _PEERS / "diffusion_torch.py"
    if not _PYTHON or not script.exists():
        return None
    best = {}
    for options in _PEER_OPTIONS:
        for batch in _SAMPLE_BATCHES:
            command = [_PYTHON, "-W", "ignore", str(script), str(_BATCH_SIZE.value)]
            command += ["8", f"--threads={threads}", f"--sample-batch={batch}"]
            command += options
            if precision == "bfloat16":
                command.append("--bf16")
            found = run(command, threads)
            rate, seconds = found["img_s_med"], found["s_img"]
            best["img_s_med"] = max(rate, best.get("img_s_med", 0))
            name = f"s_img_{batch}"
            best[name] = min(seconds, best.get(name, seconds))
    return best


if __name__ == "__main__":
    app.run(main)
