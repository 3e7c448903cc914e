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

from absl import app
from absl import flags

from benchmarks import pairs
from benchmarks import peers
from benchmarks.processes import run
from benchmarks.processes import run_module

flags.adopt_module_key_flags(pairs)
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
    for both in pairs.take_turns(run_ours, run_peer):
        both.report("seconds_to_first_step", value=both.median("first"))
        for figure, name in _FIGURES.items():
            both.report_speed(figure, name, peer="torch")


def run_ours(threads, precision):
    """Returns the figures of one run of ours."""
    policy = pairs.POLICIES[precision]
    return run_module("gan_step", _BATCH_SIZE, policy, threads=threads)


def run_peer(threads, precision):
    """Returns the best figures of the peer's options, or None."""
    script = peers.find("gan_torch.py")
    if not script:
        return None
    best = dict.fromkeys(_FIGURES.values(), 0.0)
    for channels_last, frozen, compiled in _PEER_OPTIONS:
        program = ["-c", _COMPILED] if compiled else []
        command = peers.command(*program, script, _PEER_STEPS, channels_last)
        # The script takes any text for true.
        options = {"TH": threads, "FRZ": "1" if frozen else ""}
        options["BF16"] = "1" if precision == "bfloat16" else ""
        found = run(command, threads, **options)
        best = {name: max(best[name], found[name]) for name in best}
    return best


if __name__ == "__main__":
    app.run(main)
