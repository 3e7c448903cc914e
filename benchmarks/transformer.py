r"""Times the training and decoding of a small Transformer against PyTorch.

    KERAZOO_PEERS_PYTHON=/path/to/python python -m benchmarks.transformer

Prints one JSON line per figure. The peer runs with the Python of
`KERAZOO_PEERS_PYTHON` (torch) from the script in `KERAZOO_PEERS` (default
../shared/peers); ours and theirs take turns, and ratios, ours over theirs, are medians
over pairs. Give it an idle machine and ten minutes.
"""

import json
import pathlib

from absl import app
from absl import flags

from benchmarks import pairs
from benchmarks import peers
from benchmarks.processes import output
from benchmarks.processes import run_module

flags.adopt_module_key_flags(pairs)
_WHAT = {  # Ours: the peer's name of the same work, or None.
    "train": "train",
    "greedy": "greedy_cache",
    "greedy_xla": "greedy_cache",
    "beam": "beam_cache",
}
_FIGURES = {"tokens_per_second": "tok_s_wall", "tokens_per_cpu_second": "tok_per_cpu_s"}


def main(_):
    for both in pairs.take_turns(run_ours, run_peer):
        for what in _WHAT:
            both.report(f"{what}_first", value=both.median(f"{what}_first"))
            for figure, rate in _FIGURES.items():
                name = f"{what}_{rate}"
                both.report(
                    f"{what}_{figure}",
                    value=both.median(name),
                    **both.ratios("ratio", name, both.theirs),
                    **both.ratios("ratio_to_float32", name, both.theirs_float32),
                )


def run_ours(threads, precision):
    """Returns the figures of one run of ours."""
    policy = pairs.POLICIES[precision]
    found = run_module("transformer_step", policy, ",".join(_WHAT), threads=threads)
    return flat({what: found[what] for what in _WHAT})


def run_peer(threads, precision):
    """Returns the figures of one run of the peer, or None."""
    script = peers.find("transformer_torch.py")
    if not script:
        return None
    more = ["--amp"] if precision == "bfloat16" else []
    beams = pathlib.Path(__file__).with_name("transformer_beam_torch.py")
    commands = (
        peers.command(script, f"--threads={threads}", "--what=train,cache", *more),
        peers.command(beams, script, f"--threads={threads}"),
    )
    lines = [line for c in commands for line in output(c, threads).splitlines()]
    found = [json.loads(line) for line in lines if line.startswith("{")]
    by_work = {figures["what"]: figures for figures in found}
    return flat({what: by_work[peer] for what, peer in _WHAT.items() if peer})


def flat(figures):
    """Returns the figures of all work in one dict."""
    return {
        f"{what}_{name}": value
        for what, found in figures.items()
        for name, value in found.items()
    }


if __name__ == "__main__":
    app.run(main)
