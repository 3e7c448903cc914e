r"""Times the training of a DCGAN against PyTorch.

    KERAZOO_PEERS_PYTHON=/path/to/python python -m benchmarks.gan

Prints one JSON line per figure. The peer runs with the Python of
`KERAZOO_PEERS_PYTHON` (torch) from the script in `KERAZOO_PEERS` (default
../shared/peers); ours and theirs take turns, and ratios, ours over theirs, are medians
over pairs. Theirs is the best of plain, channels last, without the discriminator's
gradients in the generator's step, both, and both with compiled networks;
`ratio_to_float32` compares with their best float32. Give it an idle machine and about
half an hour.
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
_PYTHON = os.environ.get("KERAZOO_PEERS_PYTHON")
_PEERS = pathlib.Path(os.environ.get("KERAZOO_PEERS", "../shared/peers"))
_BATCH_SIZE = 64  # The peer's.
_PEER_STEPS = 20
_FIGURES = {  # Name of a figure: name in a run's results. More is faster.
    "training_images_per_second": "img_s_median",
    "training_images_per_cpu_second": "img_per_cpu_s",
}
# Channels last, frozen discriminator in the generator's step, torch.compile.
_PEER_OPTIONS = ((0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0), (1, 1, 1))
# The script's own option compiles the whole step, which torch 2.13 refuses.
_COMPILED = """
import runpy, sys, torch
torch.nn.Sequential.forward = torch.compile(torch.nn.Sequential.forward)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def main(_):
    if not _PYTHON or not _PEERS.is_dir():
        report("peers", note="peer not installed: set KERAZOO_PEERS_PYTHON")
    for threads in _THREADS.value:
        compare(threads)


def compare(threads):
    """Reports training in all precisions, which take turns."""
    ours, theirs = collections.defaultdict(list), collections.defaultdict(list)
    for _ in range(_PAIRS.value):
        for precision in _PRECISIONS.value:
            ours[precision].append(run_ours(threads, precision))
            peer = run_peer(threads, precision)
            if peer:
                theirs[precision].append(peer)
    for precision in _PRECISIONS.value:
        runs, peers = ours[precision], theirs[precision]
        common = {"threads": threads, "precision": precision}
        seconds = median(run["first"] for run in runs)
        report("seconds_to_first_step", value=seconds, **common)
        for figure, name in _FIGURES.items():
            values = {"value": median(run[name] for run in runs)}
            if peers:
                values["torch"] = median(run[name] for run in peers)
                values |= ratios("ratio", runs, peers, name)
            if precision != "float32" and theirs["float32"]:
                values |= ratios("ratio_to_float32", runs, theirs["float32"], name)
            report(figure, **values, **common)


def ratios(key, ours, theirs, name):
    """Returns the median of the ratios of speed under a key, and all of them."""
    each = [a[name] / b[name] for a, b in zip(ours, theirs)]
    return {key: median(each), f"{key}s": [round(ratio, 2) for ratio in each]}


def run_ours(threads, precision):
    """Returns the figures of one run of ours."""
    policy = "float32" if precision == "float32" else "mixed_bfloat16"
    command = [sys.executable, "-m", "benchmarks.gan_step", str(_BATCH_SIZE), policy]
    return run(command, threads, T=threads)


def run_peer(threads, precision):
    """Returns the best figures of the peer's options, or None."""
    script = _PEERS / "gan_torch.py"
    if not _PYTHON or not script.exists():
        return None
    best = dict.fromkeys(_FIGURES.values(), 0.0)
    for channels_last, frozen, compiled in _PEER_OPTIONS:
        command = [_PYTHON, "-W", "ignore", *(["-c", _COMPILED] if compiled else [])]
        command += map(str, (script, _PEER_STEPS, channels_last))
        # The script takes any text for true.
        options = {"TH": str(threads), "FRZ": "1" if frozen else ""}
        options["BF16"] = "1" if precision == "bfloat16" else ""
        found = run(command, threads, **options)
        best = {name: max(best[name], found[name]) for name in best}
    return best


if __name__ == "__main__":
    app.run(main)
