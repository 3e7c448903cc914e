r"""Times the diffusion U-Net against diffusers.

    KERAZOO_PEERS_PYTHON=/path/to/python python -m benchmarks.diffusion

Prints one JSON line per figure. The peer runs with the Python of
`KERAZOO_PEERS_PYTHON` (torch, diffusers) from the script in `KERAZOO_PEERS` (default
../shared/peers); ours and theirs take turns, and ratios, ours over theirs in speed,
are medians over pairs. Theirs is the best of plain, channels last and torch.compile;
`ratio_to_float32` compares with their best float32. Give it an idle machine and about
three quarters of an hour.
"""

from absl import app
from absl import flags

from benchmarks import pairs
from benchmarks import peers
from benchmarks.processes import run
from benchmarks.processes import run_module

flags.adopt_module_key_flags(pairs)
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 16, "Images of a training step.")
_SAMPLE_BATCHES = (4, 1)
# Name of a figure: name in a run's results, 1 if more is faster or else -1.
_FIGURES = {"training_images_per_second": ("img_s_med", 1)} | {
    f"sampling_seconds_per_image_batch_{batch}": (f"s_img_{batch}", -1)
    for batch in _SAMPLE_BATCHES
}
_PEER_OPTIONS = ((), ("--channels-last",), ("--compile",))


def main(_):
    for both in pairs.take_turns(run_ours, run_peer):
        both.report("seconds_to_first_step", value=both.median("first"))
        for figure, (name, power) in _FIGURES.items():
            both.report_speed(figure, name, peer="diffusers", power=power)


def run_ours(threads, precision):
    """Returns the figures of one run of ours, one tower per thread.

    A batch that has no example for each thread has a process of its own, with as many
    threads as examples, as apps.generate does.
    """
    found = {}
    for used in sorted({min(batch, threads) for batch in _SAMPLE_BATCHES}):
        batches = [b for b in _SAMPLE_BATCHES if min(b, threads) == used]
        arguments = [_BATCH_SIZE.value, used, pairs.POLICIES[precision], *batches]
        # The last process, of all threads, has the figures of training.
        found |= run_module("diffusion_step", *arguments, threads=used)
    return found


def run_peer(threads, precision):
    """Returns the best figures of the peer's options, or None."""
    script = peers.find("diffusion_torch.py")
    if not script:
        return None
    best = {}
    for options in _PEER_OPTIONS:
        for batch in _SAMPLE_BATCHES:
            command = peers.command(script, _BATCH_SIZE.value, 8)
            command += [f"--threads={threads}", f"--sample-batch={batch}", *options]
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
