r"""Times the training and decoding of a small Transformer against PyTorch.

    KERAZOO_PEERS_PYTHON=/path/to/python python -m benchmarks.transformer

Prints one JSON line per figure. The peer runs with the Python of
`KERAZOO_PEERS_PYTHON` (torch) from the script in `KERAZOO_PEERS` (default
../shared/peers); ours and theirs take turns, and ratios, ours over theirs, are medians
over pairs. Give it an idle machine and ten minutes.
"""

import collections
import json
import os
import pathlib
import subprocess
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
_WHAT = {  # Ours: the peer's name of the same work, or None.
    "train": "train",
    "greedy": "greedy_cache",
    "greedy_xla": "greedy_cache",
    "beam": None,
}
_FIGURES = {"tokens_per_second": "tok_s_wall", "tokens_per_cpu_second": "tok_per_cpu_s"}


def main(_):
    if not _PYTHON or not _PEERS.is_dir():
        report("peers", note="peer not installed: set KERAZOO_PEERS_PYTHON")
    for threads in _THREADS.value:
        compare(threads)


def compare(threads):
    """Reports all work in all precisions, which take turns."""
    ours, theirs = collections.defaultdict(list), collections.defaultdict(list)
    for _ in range(_PAIRS.value):
        for precision in _PRECISIONS.value:
            ours[precision].append(run_ours(threads, precision))
            peer = run_peer(threads, precision)
            if peer:
                theirs[precision].append(peer)
    for precision in _PRECISIONS.value:
        common = {"threads": threads, "precision": precision}
        for what, peer in _WHAT.items():
            runs = [found[what] for found in ours[precision]]
            report(f"{what}_first", value=median(r["first"] for r in runs), **common)
            for figure, name in _FIGURES.items():
                values = {"value": median(r[name] for r in runs)}
                for key, rivals in (
                    ("ratio", theirs[precision]),
                    ("ratio_to_float32", theirs["float32"]),
                ):
                    if peer and rivals:
                        each = [a[name] / b[peer][name] for a, b in zip(runs, rivals)]
                        values[key] = median(each)
                        values[f"{key}s"] = [round(ratio, 2) for ratio in each]
                report(f"{what}_{figure}", **values, **common)


def run_ours(threads, precision):
    """Returns the figures of one run of ours."""
    policy = "float32" if precision == "float32" else "mixed_bfloat16"
    command = [sys.executable, "-m", "benchmarks.transformer_step", policy]
    return run([*command, ",".join(_WHAT)], threads, T=threads)


def run_peer(threads, precision):
    """Returns the figures of one run of the peer, by their names, or None."""
    script = _PEERS / "transformer_torch.py"
    if not _PYTHON or not script.exists():
        return None
    command = [_PYTHON, "-W", "ignore", str(script), f"--threads={threads}"]
    command += ["--what=train,cache", *(["--amp"] if precision == "bfloat16" else [])]
    done = subprocess.run(
        command,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": str(threads)},
    )
    lines = [json.loads(x) for x in done.stdout.splitlines() if x.startswith("{")]
    return {line["what"]: line for line in lines}


if __name__ == "__main__":
    app.run(main)
